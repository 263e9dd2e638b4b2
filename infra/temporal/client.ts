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

/** Further calls wait so long for a place in the case's queue. */
const BUSY_WAIT_MS = 2_000;
const BUSY_PAUSE_MS = 100;
/** Longer than a statement and a local activity, shorter than a phone's patience. */
const ANSWER_MS = 12_000;

/** The case had too many commands in flight for too long; ask again later with the same key. */
export class CaseBusyError extends Error {
  override name = 'CaseBusyError';
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

/** Starts the workflow of a case; nothing happens when it runs already. */
export async function startCase(client: Client, ref: CaseRef): Promise<void> {
  await client.workflow.start(ref.kind, startOptions(ref));
}

/** Sends a stored command to its case, starting the workflow where none runs, and returns the stored answer. */
export async function sendCommand(client: Client, target: CaseRef & { commandId: string }): Promise<Answer> {
  const { kind, id, commandId } = target;
  return send(client, { kind, id }, commandId, commandId);
}

/** Makes a case look at the time now; for the watchdog and for recovery. */
export async function wakeCase(client: Client, { kind, id }: CaseRef): Promise<void> {
  await send(client, { kind, id }, null, `wake-${randomUUID()}`);
}

/**
 * Kept here and not only by the workflow's validator: updates that are refused by the dozen confuse Temporal's worker
 * ("a new task for a run which already has one"), and the run then answers nobody until its task times out.
 */
const lanes = createLanes({ limit: IN_FLIGHT_LIMIT, wait_ms: BUSY_WAIT_MS });

const send = (client: Client, ref: CaseRef, commandId: string | null, updateId: string): Promise<Answer> =>
  lanes.run(
    workflowIdOf(ref),
    () => new CaseBusyError('too many commands at once'),
    () => sendNow(client, ref, commandId, updateId),
  );

async function sendNow(
  client: Client,
  ref: CaseRef,
  commandId: string | null,
  updateId: string,
): Promise<Answer> {
  const giveUpAt = Date.now() + BUSY_WAIT_MS;
  const answerBy = Date.now() + ANSWER_MS;
  const options = { args: [{ commandId }] as [{ commandId: string | null }], updateId };
  const tried = { again: false, starting: false, anew: false };
  for (;;) {
    try {
      // Without a deadline the client would ask for ever, and with it whoever waits for this one case.
      return await client.withDeadline(answerBy, () =>
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
  if (error instanceof WorkflowUpdateFailedError || error instanceof CaseBusyError) return true;
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true;
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
