import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { isDeepStrictEqual } from 'node:util';
import { CASE_KINDS, type CaseKind } from '../../../domain/machine.ts';
import type { Queryable } from '../../../infra/db/pool.ts';
import { atMost } from '../../../infra/temporal/dispatch.ts';
import { workflowIdOf } from '../../../workflows/messages.ts';

/** Every open case has one running workflow, a closed one none, and no run told anybody something that is not stored. */
export async function auditWorkflows(db: Queryable, client: Client): Promise<string[]> {
  const { rows: cases } = await db.query<{ kind: CaseKind; id: string; final: boolean; ticks: boolean }>(
    'SELECT kind, id, final, next_wake_at_ms IS NOT NULL AS ticks FROM cases ORDER BY kind, id',
  );
  const faults: string[] = [];
  await atMost(16, cases, async ({ kind, id, final, ticks }) => {
    // Asked by id, which is exact at once; the list of workflows follows a little later.
    const runs = await statusOf(client, workflowIdOf({ kind, id }));
    if (runs !== 'RUNNING' && !(final && !ticks)) faults.push(`${kind} ${id}: open, its workflow is ${runs}`);
    if (runs === 'RUNNING' && final && !ticks) faults.push(`${kind} ${id}: closed, its workflow still runs`);
  });
  const known = new Set(cases.map(({ kind, id }) => workflowIdOf({ kind, id })));
  const open = new Set<string>();
  const runs: { workflowId: string; runId: string }[] = [];
  for await (const { workflowId, runId, status } of client.workflow.list()) {
    runs.push({ workflowId, runId });
    if (status.name !== 'RUNNING') continue;
    if (open.has(workflowId)) faults.push(`${workflowId}: two open runs`);
    open.add(workflowId);
    if (!known.has(workflowId)) faults.push(`${workflowId}: runs without a case`);
  }
  return [...faults, ...(await answersTold(db, client, runs))].sort();
}

async function statusOf(client: Client, workflowId: string): Promise<string> {
  try {
    return (await client.workflow.getHandle(workflowId).describe()).status.name;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'MISSING';
    throw error;
  }
}

/** What each Update was answered with is the stored answer of its command, in whichever run it was asked. */
async function answersTold(
  db: Queryable,
  client: Client,
  runs: { workflowId: string; runId: string }[],
): Promise<string[]> {
  const { rows } = await db.query<{ command_id: string; answer: unknown }>(
    'SELECT command_id, answer FROM commands',
  );
  const stored = new Map(rows.map(({ command_id, answer }) => [command_id, answer]));
  const faults: string[] = [];
  const ours = runs.filter(({ workflowId }) => CASE_KINDS.some((kind) => workflowId.startsWith(`${kind}-`)));
  await atMost(8, ours, async ({ workflowId, runId }) => {
    for (const { updateId, answer } of await toldIn(client, workflowId, runId)) {
      if (updateId.startsWith('wake-') || isDeepStrictEqual(stored.get(updateId), answer)) continue;
      faults.push(`${workflowId}: command ${updateId} was told something that is not its stored answer`);
    }
  });
  return faults;
}

async function toldIn(
  client: Client,
  workflowId: string,
  runId: string,
): Promise<{ updateId: string; answer: unknown }[]> {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const told = [];
  for (const { workflowExecutionUpdateCompletedEventAttributes: completed } of events ?? []) {
    const payloads = completed?.outcome?.success?.payloads;
    if (!payloads) continue;
    const [answer] = await decodeArrayFromPayloads(client.options.loadedDataConverter, payloads);
    told.push({ updateId: completed?.meta?.updateId ?? '', answer });
  }
  return told;
}
