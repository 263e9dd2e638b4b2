import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  continueAsNew,
  log,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Applied, CaseActivities } from '../activities/apply.types.ts';
import { BUSY, command, IN_FLIGHT_LIMIT, type CaseRef } from './messages.ts';

const { apply } = proxyLocalActivities<CaseActivities>({
  startToCloseTimeout: '5s',
  retry: { initialInterval: '100ms', backoffCoefficient: 2, maximumInterval: '10s' },
});

/** After a failure that retrying does not cure, until somebody has mended it. */
const REPAIR_WAIT_MS = 60_000;

/**
 * The single sequencer and clock of one case. Commands are carried out one after another, time by one timer; what
 * either means is decided in `apply`. History holds ids and wake times only, so no change of a rule breaks a replay.
 */
export async function runCase({ kind, id }: CaseRef): Promise<void> {
  const waiting: (() => void)[] = [];
  let busy = false;
  let updates = 0;
  let wakeAt: number | null = null;
  let final = false;

  const note = (applied: Applied): Applied => {
    ({ nextWakeAt: wakeAt, final } = applied);
    const { stage, level, grade, version } = applied;
    setCurrentDetails(
      `stage **${stage}** · level **${level}** · grade **${grade ?? '-'}** · version ${version}`,
    );
    return applied;
  };
  // With few promises: the SDK keeps a stack trace of each, which is most of what an act costs a worker.
  const inTurn = async (commandId: string | null): Promise<Applied> => {
    if (busy) await new Promise<void>((resolve) => waiting.push(resolve));
    busy = true;
    try {
      return note(await apply({ kind, id, commandId, nowMs: Date.now() }));
    } finally {
      // Handed on without becoming free in between, so that nobody who comes now goes first.
      const next = waiting.shift();
      if (next === undefined) busy = false;
      else next();
    }
  };
  const wake = async (): Promise<void> => {
    try {
      await inTurn(null);
    } catch {
      log.error('a wake-up failed and will be tried again', { kind });
      final = false;
      wakeAt = Date.now() + REPAIR_WAIT_MS;
    }
  };

  setHandler(
    command,
    async ({ commandId }) => {
      updates += 1;
      try {
        return (await inTurn(commandId)).answer;
      } finally {
        updates -= 1;
      }
    },
    {
      validator: (_request: { commandId: string | null }) => {
        if (updates >= IN_FLIGHT_LIMIT) throw ApplicationFailure.nonRetryable('too many at once', BUSY);
      },
    },
  );

  const idle = (): boolean => !busy && allHandlersFinished();
  const done = (): boolean => final && wakeAt === null && idle();
  const renew = (): boolean => workflowInfo().continueAsNewSuggested && idle();

  await wake();
  for (;;) {
    if (done()) return;
    if (renew()) await continueAsNew<typeof runCase>({ kind, id });
    const armed: number = wakeAt ?? Infinity;
    const changed = (): boolean => done() || renew() || (wakeAt ?? Infinity) < armed;
    // Moved later, the timer may stay: when it fires early it only asks again.
    if (armed === Infinity) await condition(changed);
    else if (armed <= Date.now() || !(await condition(changed, armed - Date.now()))) await wake();
  }
}
