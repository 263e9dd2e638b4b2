import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  isGrpcServiceError,
  WithStartWorkflowOperation,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Answer } from '../../activities/apply.types.ts';
import {
  BUSY,
  CASES_QUEUE,
  command,
  IN_FLIGHT_LIMIT,
  workflowIdOf,
  type CaseRef,
} from '../../workflows/messages.ts';
import { createLanes } from './lanes.ts';
import { LateError, patienceOf, within, type Patience } from './patience.ts';

/** Further calls wait so long for a place in the case's queue. */
const BUSY_WAIT_MS = 2_000;
const BUSY_PAUSE_MS = 100;
/** Longer than a statement and a local activity, shorter than a phone's patience. */
export const ANSWER_MS = 12_000;
/** A start waits for nothing but Temporal itself; well below the time after which a silent member loses its partitions. */
export const START_MS = 5_000;
/** Temporal answers this question in milliseconds when it answers at all. */
const ASKED_MS = 2_000;

/** The case had too many commands in flight for too long; ask again later with the same key. */
export class CaseBusyError extends Error {
  override name = 'CaseBusyError';
}

/** Temporal itself does not answer: no case can be blamed, and asking for the next one would only take time. */
export class TemporalAwayError extends Error {
  override name = 'TemporalAwayError';
}

const startOptions = (ref: CaseRef) =>
  ({
    workflowId: workflowIdOf(ref),
    args: [ref] as [CaseRef],
    taskQueue: CASES_QUEUE,
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    // A killed worker's task is taken over after 3 s instead of 10.
    workflowTaskTimeout: '3s',
  }) as const;

/** Starts the workflow of a case; nothing happens when it runs already. Throws `LateError` after `START_MS`. */
export async function startCase(client: Client, ref: CaseRef, signal?: AbortSignal): Promise<void> {
  const patience = patienceOf(START_MS, signal);
  await within(client, patience, () => client.workflow.start(ref.kind, startOptions(ref)));
}

/**
 * Sends a stored command to its case, starting the workflow where none runs, and returns the stored answer. Throws
 * `LateError` after `ANSWER_MS`; the command may be carried out all the same.
 */
export async function sendCommand(client: Client, target: CaseRef & { commandId: string }): Promise<Answer> {
  const { kind, id, commandId } = target;
  return send(client, { kind, id }, commandId, commandId);
}

/** `sendCommand` for whoever has more to send: throws `TemporalAwayError` where no other case would answer either, and the signal's reason. */
export const sendOneOfMany = (
  client: Client,
  { kind, id, commandId }: CaseRef & { commandId: string },
  signal?: AbortSignal,
): Promise<Answer> => orAway(client, () => send(client, { kind, id }, commandId, commandId, signal));

/** Makes a case look at the time now; for the watchdog and for recovery. Throws like `sendOneOfMany`, and when `signal` ends. */
export async function wakeCase(client: Client, { kind, id }: CaseRef, signal?: AbortSignal): Promise<void> {
  await orAway(client, () => send(client, { kind, id }, null, `wake-${randomUUID()}`, signal));
}

async function orAway<T>(client: Client, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (isLate(error) && !(await answers(client)))
      throw new TemporalAwayError('Temporal does not answer', { cause: error });
    throw error;
  }
}

/** Whether Temporal answers anything at all. */
async function answers(client: Client): Promise<boolean> {
  const asked = within(client, patienceOf(ASKED_MS), () => client.workflowService.getSystemInfo({}));
  return asked.then(
    () => true,
    () => false,
  );
}

/**
 * Kept here and not only by the workflow's validator: updates that are refused by the dozen confuse Temporal's worker
 * ("a new task for a run which already has one"), and the run then answers nobody until its task times out.
 */
const lanes = createLanes({ limit: IN_FLIGHT_LIMIT, wait_ms: BUSY_WAIT_MS });

const send = (
  client: Client,
  ref: CaseRef,
  commandId: string | null,
  updateId: string,
  signal?: AbortSignal,
): Promise<Answer> =>
  lanes.run(
    workflowIdOf(ref),
    () => new CaseBusyError('too many commands at once'),
    () => {
      // Without a deadline the client would ask for ever, and with it whoever waits for this one case.
      return sendNow(client, ref, { commandId, updateId, patience: patienceOf(ANSWER_MS, signal) });
    },
  );

async function sendNow(
  client: Client,
  ref: CaseRef,
  { commandId, updateId, patience }: { commandId: string | null; updateId: string; patience: Patience },
): Promise<Answer> {
  const giveUpAt = Date.now() + BUSY_WAIT_MS;
  const options = { args: [{ commandId }] as [{ commandId: string | null }], updateId };
  const tried = { again: false, starting: false, anew: false };
  for (;;) {
    try {
      return await within(client, patience, () =>
        tried.starting ? updateWithStart(client, ref, options) : updateOf(client, ref, options),
      );
    } catch (error) {
      if (isBusy(error)) {
        if (Date.now() >= giveUpAt) throw new CaseBusyError('too many commands at once');
        await sleep(BUSY_PAUSE_MS);
      } else if (!tried.starting && isNotRunning(error)) tried.starting = true;
      else if (isAborted(error) && !tried.again) tried.again = true;
      else if (error instanceof WorkflowUpdateFailedError && !tried.anew) {
        // Temporal gives a failure again for the same id as long as the run lives, also when the fault was mended since;
        // `apply` knows the command by its own id.
        tried.anew = true;
        options.updateId = `${updateId}:${randomUUID()}`;
      } else throw error;
    }
  }
}

/** Whether it is this one case that does not answer, and not Temporal: others need not wait for it. */
export function isCaseFailure(error: unknown): boolean {
  return error instanceof WorkflowUpdateFailedError || error instanceof CaseBusyError || isLate(error);
}

function isLate(error: unknown): boolean {
  if (error instanceof LateError || error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true;
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return isGrpcServiceError(cause) && (cause.code as number) === GRPC_DEADLINE_EXCEEDED;
}

type UpdateOptions = { args: [{ commandId: string | null }]; updateId: string };

/** Nearly every act finds its workflow running, and a plain Update costs the server about half of one with a start. */
const updateOf = (client: Client, ref: CaseRef, options: UpdateOptions): Promise<Answer> =>
  client.workflow.getHandle(workflowIdOf(ref)).executeUpdate(command, options);

const updateWithStart = (client: Client, ref: CaseRef, options: UpdateOptions): Promise<Answer> =>
  client.workflow.executeUpdateWithStart(command, {
    ...options,
    // Such an operation may be used once only.
    startWorkflowOperation: new WithStartWorkflowOperation(ref.kind, startOptions(ref)),
  });

/** There is no run, or the last one has ended. */
const isNotRunning = (error: unknown): boolean => error instanceof WorkflowNotFoundError;

const failureType = (error: unknown): string | null | undefined =>
  error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure
    ? error.cause.type
    : undefined;

const isBusy = (error: unknown): boolean => failureType(error) === BUSY;

const GRPC_DEADLINE_EXCEEDED = 4;
const GRPC_NOT_FOUND = 5;
const GRPC_ABORTED = 10;

/** The run closed between taking the Update and answering it: the next run will know the command or carry it out. */
function isAborted(error: unknown): boolean {
  if (failureType(error) === 'AcceptedUpdateCompletedWorkflow') return true;
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return isGrpcServiceError(cause) && [GRPC_NOT_FOUND, GRPC_ABORTED].includes(cause.code);
}
