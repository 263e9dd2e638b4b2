import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { Directory } from '../domain/duty.ts';
import { isRefusal, refuse, type Refusal } from '../domain/errors.ts';
import { act, tick, wakeAt, type CaseKind, type Clocked, type Context } from '../domain/machine.ts';
import type { Policy } from '../domain/policy.ts';
import type { Actor } from '../domain/roles.ts';
import type { Calendar } from '../domain/working-time.ts';
import { lockCase, writeCase, type Answered, type EventRow, type LockedCase } from '../infra/db/store.ts';
import { codesOf, machineOf, type AnyMachine, type Codes } from './machines.ts';

/** How often a command may lead to another through handlers before something is going in circles. */
export const HOPS_MAX = 8;

export interface ApplyRequest {
  kind: CaseKind;
  id: string;
  /** The stored command, or null when only time has passed. */
  commandId: string | null;
  /** The workflow's clock, ms since the epoch: the time of every act. */
  now: number;
}

export type Answer = { ok: true; version: number } | { ok: false; version: number; refusal: Refusal };

/** What the workflow needs to know afterwards: no state, no text. Times in ms since the epoch. */
export interface Applied {
  version: number;
  nextWakeAt: number | null;
  final: boolean;
  stage: string;
  level: string;
  grade: string | null;
  answer: Answer | null;
}

export interface ApplyDeps {
  pool: pg.Pool;
  policyOf: (version: string | null) => Promise<Policy>;
  calendar: () => Promise<Calendar>;
  /** The snapshot of who exists, at least as new as `version`. */
  directoryAt: (version: number) => Promise<Directory>;
}

const CLOCK: Actor = { id: 'system:clock', posts: [], system: true };

/**
 * The only writer after intake. One transaction: lock the case, give the stored answer if the command is known, let due
 * clocks fire, check the version the caller saw, decide, and store events, row, outbox and answer together. A refusal is
 * an answer. Throws only what PostgreSQL or a programming error throws; then nothing has happened.
 */
export function createApply(deps: ApplyDeps): (request: ApplyRequest) => Promise<Applied> {
  return async (request) => {
    const tx = await deps.pool.connect();
    try {
      await tx.query('BEGIN');
      const applied = await applyLocked(tx, deps, request);
      await tx.query('COMMIT');
      tx.release();
      return applied;
    } catch (error) {
      // The connection may be what failed: it is not put back.
      tx.release(true);
      throw error;
    }
  };
}

async function applyLocked(tx: pg.PoolClient, deps: ApplyDeps, request: ApplyRequest): Promise<Applied> {
  const { kind, id, commandId } = request;
  const locked = await lockCase(tx, kind, id, commandId);
  const machine = machineOf(kind);
  const state = locked.state as Clocked | null;
  const known = locked.command?.answer as Answer | undefined | null;
  const opened = locked.command?.body as { policyVersion?: string } | undefined;
  const policy = await deps.policyOf(locked.policyVersion ?? opened?.policyVersion ?? null);
  if (known) return summary(kind, state ?? machine.initial, machine, policy, known);

  const run = new Run(machine, request, state ?? machine.initial, {
    policy,
    calendar: await deps.calendar(),
    directory: await deps.directoryAt(locked.directoryVersion),
  });
  run.tickAll();
  const answer = commandId === null ? null : run.answer(commandId, locked);
  if (run.answered.length > 0) await run.write(tx, locked.command?.occurredAt ?? null);
  return summary(kind, run.state, machine, policy, answer);
}

type Rules = Pick<Context, 'policy' | 'calendar' | 'directory'>;

/** One decision in the making: the state as it moves, and the rows it leads to. */
class Run {
  state: Clocked;
  readonly answered: Answered[] = [];
  private readonly events: EventRow[] = [];
  private readonly machine: AnyMachine;
  private readonly request: ApplyRequest;
  private readonly rules: Rules;

  constructor(machine: AnyMachine, request: ApplyRequest, state: Clocked, rules: Rules) {
    this.machine = machine;
    this.request = request;
    this.state = state;
    this.rules = rules;
  }

  /** Fires every due mark in the order of time, each under a fixed command id. */
  tickAll(): void {
    for (;;) {
      const before = `clock:${this.request.id}:${this.state.version}`;
      const fired = tick(this.machine, this.state, this.context(CLOCK, before));
      if (fired === null) return;
      const commandId = `clock:${this.request.id}:${fired.mark}`;
      this.take(fired, commandId, CLOCK);
      const answer: Answer = { ok: true, version: this.state.version };
      this.answered.push({ commandId, action: 'tick', actor: CLOCK, answer, stored: false });
    }
  }

  answer(commandId: string, { command, version }: LockedCase): Answer {
    if (command === null) {
      return {
        ok: false,
        version,
        refusal: refuse('unknown_reference', 'no such command is stored', 'commandId'),
      };
    }
    const { action, actor, body, hop, expectedVersion } = command;
    const refusal = this.refusalBefore(hop, expectedVersion);
    const asked = { ...body, action };
    const outcome = refusal ?? act(this.machine, this.state, asked, this.context(actor, commandId));
    const refused = isRefusal(outcome);
    if (!refused) this.take(outcome, commandId, actor);
    const at = this.state.version;
    const answer: Answer = refused ? { ok: false, version: at, refusal: outcome } : { ok: true, version: at };
    this.answered.push({ commandId, action, actor, answer, stored: true });
    return answer;
  }

  async write(tx: pg.PoolClient, occurredAt: number | null): Promise<void> {
    const { kind, id, now } = this.request;
    const codes = codesOf(kind, this.state);
    const policyVersion = this.rules.policy.version;
    const shared = { version: this.state.version, state: this.state, policyVersion, ...codes };
    const row = { ...shared, final: this.machine.isFinal(this.state), nextWakeAt: wakeAt(this.state) };
    const outbox = this.events.map((event) => cloudEvent(this.request, codes, event));
    await writeCase(tx, { kind, id, now, occurredAt }, row, this.events, outbox, this.answered);
  }

  private refusalBefore(hop: number, expected: number | null): Refusal | null {
    if (hop > HOPS_MAX) return refuse('too_many_hops', 'commands lead to each other in circles');
    if (expected === null || expected === this.state.version) return null;
    return refuse('stale_version', 'somebody else has acted since', 'If-Match', `"${this.state.version}"`);
  }

  private take(
    outcome: { state: Clocked; events: { type: string }[] },
    commandId: string,
    actor: Actor,
  ): void {
    outcome.events.forEach(({ type, ...data }, i) => {
      const version = this.state.version + i + 1;
      const eventId = `${this.request.kind}-${this.request.id}-${version}`;
      this.events.push({ version, eventId, type, data, commandId, actorId: actor.id });
    });
    this.state = outcome.state;
  }

  private context(actor: Actor, seed: string): Context {
    const digest = createHash('sha256').update(seed).digest('hex').slice(0, 20);
    let count = 0;
    const newId = (prefix: string): string => `${prefix}_${digest}${(count++).toString(36)}`;
    return { ...this.rules, now: this.request.now, actor, newId };
  }
}

function cloudEvent(
  { kind, id, now }: ApplyRequest,
  codes: Codes,
  { eventId, type, version, data }: EventRow,
) {
  const { disputeId, region, stage, level, grade } = codes;
  const place = {
    caseKind: kind,
    caseId: id,
    disputeId: disputeId ?? id,
    version,
    region,
    stage,
    level,
    grade,
  };
  const envelope = {
    specversion: '1.0',
    id: eventId,
    source: 'fengqiao',
    type: `cn.fengqiao.${kind}.${type}.v1`,
  };
  const rest = { subject: id, time: new Date(now).toISOString(), datacontenttype: 'application/json' };
  const payload = JSON.stringify({ ...envelope, ...rest, data: { ...place, ...data } });
  return { topic: 'fengqiao.disputes.v1', eventId, payload };
}

function summary(
  kind: CaseKind,
  state: Clocked,
  machine: AnyMachine,
  policy: Policy,
  answer: Answer | null,
): Applied {
  const { stage, level, grade } = codesOf(kind, state);
  const wake = wakeAt(state);
  const nextWakeAt = wake === null ? null : wake + jitter(state.id, grade, policy);
  return { version: state.version, nextWakeAt, final: machine.isFinal(state), stage, level, grade, answer };
}

/** Spreads wake-ups that share a deadline; red is never kept waiting. */
function jitter(id: string, grade: string | null, { wakeJitterMs }: Policy): number {
  if (grade === 'red' || wakeJitterMs === 0) return 0;
  return createHash('sha256').update(id).digest().readUInt32BE() % wakeJitterMs;
}
