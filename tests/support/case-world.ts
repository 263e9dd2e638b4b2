import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import type pg from 'pg';
import { createApply } from '../../activities/apply.ts';
import type { Answer } from '../../activities/apply.types.ts';
import { createActivities } from '../../activities/failures.ts';
import { createIntake } from '../../activities/intake.ts';
import { DEFAULT_CALENDAR } from '../../domain/calendars/index.ts';
import { DEFAULT_POLICY } from '../../domain/default-policy.ts';
import type { Clocked } from '../../domain/machine.ts';
import type { Actor } from '../../domain/roles.ts';
import { createFieldCipher } from '../../infra/crypto/field-cipher.ts';
import { recordCommand } from '../../infra/db/store.ts';
import { sendCommand, wakeCase } from '../../infra/temporal/client.ts';
import type { Report, ReportTaken } from '../../schemas/api/reports.ts';
import { CASES_QUEUE, workflowIdOf, type CaseRef } from '../../workflows/messages.ts';
import { historyOf, payloadsOf, recording, replay, storeHistory } from './histories.ts';
import { workflowBundle } from './quiet.ts';
import { actorOf, directory, REGION } from './street.ts';

export interface EventLine {
  version: number;
  type: string;
  data: Record<string, unknown>;
  recordedAt: number;
  commandId: string;
}

/** Cases on a real database and a Temporal server, driven as the API and the handlers would. */
export interface CaseWorld {
  /** A quarrel between two neighbours, taken in now. */
  report(change?: Partial<Report>): Promise<ReportTaken>;
  /** Stores a command; returns its id, with which it is sent. */
  store(ref: CaseRef, action: string, body: object, actor?: Actor): Promise<string>;
  send(ref: CaseRef, commandId: string): Promise<Answer>;
  /** Both; throws when the case refuses. */
  act(ref: CaseRef, action: string, body?: object, actor?: Actor): Promise<Answer>;
  wake(ref: CaseRef): Promise<void>;
  events(ref: CaseRef): Promise<EventLine[]>;
  state<S extends Clocked>(ref: CaseRef): Promise<S>;
  /** The run that the case has now. */
  runId(ref: CaseRef): Promise<string>;
  closed(ref: CaseRef): Promise<void>;
}

export const SYSTEM: Actor = { id: 'system:fengqiao.links', posts: [], system: true };

// Marked, so that they are found wherever they do not belong.
export const MARKED = ['Marked Title', 'Marked Narrative', 'Marked Name', '13900000001', 'housing'];

const RULES = {
  policy: () => Promise.resolve(DEFAULT_POLICY),
  calendar: () => Promise.resolve(DEFAULT_CALENDAR),
};

/** Codes and ids, wake times, and the words of a refusal: nothing else may enter a history. */
const ALLOWED_KEYS = new Set([
  ...['kind', 'id', 'commandId', 'nowMs', 'version', 'nextWakeAt', 'final', 'stage', 'level', 'grade'],
  ...['answer', 'ok', 'refusal', 'refused', 'message', 'field', 'expected'],
  // What the SDK notes about a local activity.
  ...['seq', 'attempt', 'activity_id', 'activity_type', 'complete_time', 'original_schedule_time', 'backoff'],
  ...['seconds', 'nanos'],
]);

interface WorldOptions {
  pool: pg.Pool;
  env: TestWorkflowEnvironment;
}

/**
 * Plays with a worker running, then replays every run of every case the play touched and looks for what must not be in a
 * history. With `keepAs` the runs are stored for the replay test when histories are being recorded.
 */
export async function play(
  options: WorldOptions & { keepAs?: string },
  work: (world: CaseWorld) => Promise<void>,
): Promise<void> {
  const { pool, env, keepAs } = options;
  const bundle = await workflowBundle();
  const apply = createApply({ pool, rules: RULES, directory: () => Promise.resolve(directory) });
  const worker = await Worker.create({
    ...{ connection: env.nativeConnection, taskQueue: CASES_QUEUE, workflowBundle: bundle },
    activities: { ...createActivities(apply) },
  });
  const runs = new Map<string, string>();
  try {
    await worker.runUntil(() =>
      work(createWorld(options, (workflowId, runId) => runs.set(runId, workflowId))),
    );
    for (const [n, [runId, workflowId]] of [...runs].entries()) {
      const history = await historyOf(env.client, workflowId, runId);
      await replay(history);
      assertClean(payloadsOf(history));
      const name = runs.size === 1 ? keepAs : `${keepAs}-${n + 1}`;
      if (recording && name !== undefined && keepAs !== undefined) await storeHistory(name, history);
    }
  } finally {
    // The server has one clock: what still runs would wait for this worker while the next play wants time to pass.
    for (const [runId, workflowId] of runs) {
      await env.client.workflow
        .getHandle(workflowId, runId)
        .terminate('played')
        .catch(() => undefined);
    }
  }
}

function assertClean(payloads: unknown[]): void {
  const text = JSON.stringify(payloads);
  const leaked = MARKED.filter((marked) => text.includes(marked));
  if (leaked.length > 0) throw new Error(`in the history: ${leaked.join(', ')}`);
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, member] of Object.entries(value)) {
      if (!Array.isArray(value) && !ALLOWED_KEYS.has(key)) throw new Error(`in the history: a field ${key}`);
      look(member);
    }
  };
  payloads.forEach(look);
}

function createWorld(
  { pool, env }: WorldOptions,
  onRun: (workflowId: string, runId: string) => void,
): CaseWorld {
  let ids = 0;
  let now = 0;
  const intake = createIntake({
    ...{ pool, rules: RULES, directory: () => Promise.resolve(directory), clock: () => now },
    cipher: createFieldCipher([{ name: 't', key: Buffer.alloc(32) }], { hashKey: Buffer.alloc(32) }),
    // The people of these plays have no accounts.
    known: { missing: () => Promise.resolve({ placeIds: [], accountIds: [] }) },
    nextNumber: () => Promise.resolve(`T-${process.pid}-${now}-${++ids}`),
  });
  const noteRun = async (ref: CaseRef): Promise<string> => {
    const { runId } = await env.client.workflow.getHandle(workflowIdOf(ref)).describe();
    onRun(workflowIdOf(ref), runId);
    return runId;
  };
  const world: CaseWorld = {
    async report(change = {}) {
      now = await env.currentTimeMs();
      const report = { ...QUARREL, ...change };
      const request = {
        report,
        actor: actorOf('grid'),
        principal: 'grid',
        idempotencyKey: `k${++ids}-${now}`,
      };
      const result = await intake.take(request);
      if (result.outcome !== 'taken') throw new Error(JSON.stringify(result));
      return result.taken;
    },
    async store({ kind, id }, action, body, actor = SYSTEM) {
      const commandId = `${id}:${action}:${++ids}`;
      await recordCommand(pool, {
        ...{ commandId, kind, caseId: id, action, body, bodyHash: '', actor, hop: 0 },
        ...{ expectedVersion: null, occurredAt: null, recordedAt: await env.currentTimeMs() },
      });
      return commandId;
    },
    async send(ref, commandId) {
      const answer = await sendCommand(env.client, { ...ref, commandId });
      await noteRun(ref);
      return answer;
    },
    async act(ref, action, body = {}, actor = SYSTEM) {
      const answer = await world.send(ref, await world.store(ref, action, body, actor));
      if (!answer.ok) throw new Error(`${action}: ${JSON.stringify(answer)}`);
      return answer;
    },
    async wake(ref) {
      await wakeCase(env.client, ref);
      await noteRun(ref);
    },
    async events({ kind, id }) {
      const { rows } = await pool.query<EventLine>(
        `SELECT version, type, data, recorded_at_ms AS "recordedAt", command_id AS "commandId" FROM events
         WHERE case_kind = $1 AND case_id = $2 ORDER BY version`,
        [kind, id],
      );
      return rows;
    },
    async state<S extends Clocked>({ kind, id }: CaseRef) {
      const { rows } = await pool.query<{ state: S }>('SELECT state FROM cases WHERE kind = $1 AND id = $2', [
        ...[kind, id],
      ]);
      return rows[0]!.state;
    },
    runId: noteRun,
    async closed(ref) {
      await env.client.workflow.getHandle(workflowIdOf(ref)).result();
    },
  };
  return world;
}

const QUARREL: Report = {
  ...{ kind: 'dispute', channel: 'grid', region: REGION.grid, category: 'D02' },
  ...{ title: 'Marked Title', narrative: 'Marked Narrative' },
  parties: [
    { ref: 'a', side: 'A', kind: 'party', name: 'Marked Name A', phone: '13900000001', accountId: 'zhang' },
    { ref: 'b', side: 'B', kind: 'party', name: 'Marked Name B' },
  ],
};
