import pg from 'pg';
import type { CurrentDirectory } from '../db/directory.ts';
import { inTransaction } from '../db/pool.ts';
import type { Rules } from '../db/rules.ts';
import type { CaseStarter } from '../temporal/dispatch.ts';
import {
  PermanentError,
  TransientError,
  type Batch,
  type BatchControl,
  type BusLogger,
  type DeliveredMessage,
} from '../../ports/event-bus.ts';
import type { CaseKey, Handler, ReadModel } from '../../ports/handler.ts';
import { readEvent, type BusEvent } from '../../schemas/events/envelope.ts';
import {
  blockedKeys,
  enterInbox,
  identityOf,
  loadMediatorLoad,
  loadStates,
  setAside,
  storeEffects,
  unansweredOf,
  type Caused,
  type DeadLetter,
  type Letter,
} from './store.ts';

export interface ShellDeps {
  pool: pg.Pool;
  rules: Rules;
  directory: CurrentDirectory;
  starter: CaseStarter;
  logger: BusLogger;
  clock?: () => number;
  /** Told after each batch that changed something: events done and letters set aside. */
  onBatch?: (done: { group: string; events: BusEvent[]; deadLetters: number }) => void;
}

/**
 * Runs a handler over the batches of its group, so that every event has its effects exactly once: the inbox row is the
 * first statement of the effects' transaction, and the offset follows the commit. A batch is one transaction, and only
 * after a failure one a message, to find the one that cannot be carried out. That one becomes a dead letter, and what
 * comes later for the same key waits behind it. Whatever passes by itself is thrown on, and the partition waits.
 */
export function createShell(handler: Handler, deps: ShellDeps) {
  return {
    group: handler.group,
    async onBatch(batch: Batch, { heartbeat }: BatchControl): Promise<void> {
      const messages = batch.messages.map((message) => read(batch, message));
      const counts = await transact(handler, deps, messages).catch(async (error: unknown) => {
        if (isTransient(error)) throw asTransient(error);
        deps.logger.warn({ group: handler.group, messages: messages.length }, 'batch failed, one by one');
        return oneByOne(handler, deps, messages, heartbeat);
      });
      await heartbeat();
      const events = messages.flatMap(({ event }) => (event === null ? [] : [event]));
      await dispatch(handler, deps, events);
      const { events: done, deadLetters } = counts;
      if (done.length + deadLetters > 0) deps.onBatch?.({ group: handler.group, events: done, deadLetters });
    },
  };
}

interface Message {
  letter: Letter;
  event: BusEvent | null;
  fault: { code: string; message: string } | null;
}

function read({ topic, partition }: Batch, { key, value, offset }: DeliveredMessage): Message {
  const result = readEvent(value);
  const letter = { topic, partition, offset, key, value };
  if (result.ok) return { letter: { ...letter, eventId: result.event.id }, event: result.event, fault: null };
  const eventId = identityOf({ topic, partition, offset, value });
  return {
    letter: { ...letter, eventId },
    event: null,
    fault: { code: result.code, message: result.message },
  };
}

interface Counts {
  events: BusEvent[];
  deadLetters: number;
}

async function transact(handler: Handler, deps: ShellDeps, messages: Message[]): Promise<Counts> {
  const facts = await readFacts(deps);
  return inTransaction(deps.pool, async (tx) => {
    const { group } = handler;
    const ids = messages.map(({ letter }) => letter.eventId!);
    const fresh = await enterInbox(tx, group, ids);
    if (fresh.size === 0) return { events: [], deadLetters: 0 };
    // A message may stand twice in one batch; its effects may not.
    const todo = messages.filter(({ letter }) => fresh.delete(letter.eventId!));
    const keys = [...new Set(todo.map(({ letter }) => letter.key))];
    const blocked = await blockedKeys(tx, group, keys);
    const aside: DeadLetter[] = [];
    const ready: BusEvent[] = [];
    for (const { letter, event, fault } of todo) {
      if (event !== null && !blocked.has(letter.key)) ready.push(event);
      else {
        blocked.add(letter.key);
        aside.push({ ...letter, ...(fault ?? WAITS) });
      }
    }
    await setAside(tx, group, aside);
    const caused = await decide(handler, facts, tx, ready);
    await storeEffects(tx, group, caused, (deps.clock ?? Date.now)());
    return { events: ready, deadLetters: aside.length };
  });
}

const WAITS = { code: 'waits_behind', message: 'an earlier event of this case waits to be mended' };

async function oneByOne(
  handler: Handler,
  deps: ShellDeps,
  messages: Message[],
  heartbeat: () => Promise<void>,
): Promise<Counts> {
  const sum: Counts = { events: [], deadLetters: 0 };
  for (const message of messages) {
    const counts = await transact(handler, deps, [message]).catch((error: unknown) => {
      if (isTransient(error)) throw asTransient(error);
      const fault = faultOf(error);
      deps.logger.error({ group: handler.group, ...fault, event: message.letter.eventId }, 'dead letter');
      return transact(handler, deps, [{ ...message, event: null, fault }]);
    });
    sum.events.push(...counts.events);
    sum.deadLetters += counts.deadLetters;
    await heartbeat();
  }
  return sum;
}

/** What is the same for every case. */
export type Facts = Pick<ReadModel, 'now' | 'directory' | 'calendar' | 'policy'>;

/**
 * To be read before a transaction begins: batches that each hold a connection and want a second one would wait for each
 * other once there are as many as the pool has connections.
 */
export async function readFacts({ rules, directory, clock = Date.now }: ShellDeps): Promise<Facts> {
  return {
    ...{ now: clock(), directory: await directory(), calendar: await rules.calendar() },
    policy: await rules.policy(null),
  };
}

async function decide(
  handler: Handler,
  facts: Facts,
  tx: pg.PoolClient,
  events: BusEvent[],
): Promise<Caused[]> {
  const concerned = events.filter((event) => handler.concerns?.(event) ?? true);
  if (concerned.length === 0) return [];
  const model = await readModel(handler, facts, tx, concerned);
  return concerned.map((event) => ({
    eventId: event.id,
    hop: event.data.hop,
    effects: handler.handle(event, model),
  }));
}

async function readModel(
  handler: Handler,
  facts: Facts,
  tx: pg.PoolClient,
  events: BusEvent[],
): Promise<ReadModel> {
  const keys = new Map<string, CaseKey>();
  const want = (key: CaseKey): unknown => keys.set(`${key.kind}:${key.id}`, key);
  for (const event of events) {
    want({ kind: event.data.caseKind, id: event.data.caseId });
    handler.alsoReads?.(event).forEach(want);
  }
  const states = await loadStates(tx, [...keys.values()]);
  return {
    ...facts,
    stateOf: ({ kind, id }) => states.get(`${kind}:${id}`) ?? null,
    mediatorLoad: handler.readsLoad === true ? await loadMediatorLoad(tx) : new Map<string, number>(),
  };
}

/**
 * What has to reach Temporal after the commit. A crash in between is mended by the redelivery: the inbox then knows the
 * events, but commands without an answer are found by their cause and sent again.
 */
async function dispatch(
  handler: Handler,
  { pool, starter, logger }: ShellDeps,
  events: BusEvent[],
): Promise<void> {
  const starts = new Map<string, CaseKey>();
  for (const event of events)
    for (const key of handler.starts?.(event) ?? []) starts.set(`${key.kind}:${key.id}`, key);
  try {
    await starter.start([...starts.values()]);
    const ids = events.map(({ id }) => id);
    const commands = await unansweredOf(pool, handler.group, ids);
    await starter.send(commands);
  } catch (error) {
    logger.warn({ group: handler.group, error }, 'a workflow could not be reached, the batch waits');
    throw asTransient(error);
  }
}

/** Carries out one message that was set aside, in the caller's transaction; `dispatch` is to be called after its commit. */
export async function replayLetter(
  handler: Handler,
  deps: ShellDeps,
  facts: Facts,
  tx: pg.PoolClient,
  value: string,
): Promise<{ dispatch: () => Promise<void> }> {
  const result = readEvent(value);
  if (!result.ok) throw new PermanentError(result.code, result.message);
  const caused = await decide(handler, facts, tx, [result.event]);
  await storeEffects(tx, handler.group, caused, (deps.clock ?? Date.now)());
  return { dispatch: () => dispatch(handler, deps, [result.event]) };
}

// Connection trouble, locks, timeouts, a full disk, a server that restarts: all of it passes.
const PASSING = /^(08|40|53|55|57|58)/;

/** Whether waiting may help. Anything that is not known to be permanent waits: nothing is lost by it. */
function isTransient(error: unknown): boolean {
  if (error instanceof TransientError) return true;
  if (error instanceof PermanentError) return false;
  if (error instanceof pg.DatabaseError) return PASSING.test(error.code ?? '');
  return !(error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError);
}

const asTransient = (error: unknown): TransientError =>
  error instanceof TransientError
    ? error
    : new TransientError(error instanceof Error ? error.name : 'unknown', { cause: error });

/** What may be stored of an error: a message of PostgreSQL may quote a row. */
function faultOf(error: unknown): { code: string; message: string } {
  if (error instanceof PermanentError) return { code: error.code, message: error.message };
  if (error instanceof pg.DatabaseError)
    return { code: 'database', message: `SQLSTATE ${error.code ?? '?'}` };
  return { code: 'handler_failed', message: error instanceof Error ? error.name : 'unknown' };
}
