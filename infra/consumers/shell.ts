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
import { isPassingState } from '../../ports/failures.ts';
import type { CaseKey, Handler, ReadModel } from '../../ports/handler.ts';
import { readEvent, type BusEvent } from '../../schemas/events/envelope.ts';
import {
  enter,
  enterInbox,
  identityOf,
  loadStates,
  setAside,
  storable,
  storeEffects,
  unansweredOf,
  type Caused,
  type DeadLetter,
  type Letter,
  type WorkChange,
} from './store.ts';

export interface ShellDeps {
  pool: pg.Pool;
  rules: Rules;
  directory: CurrentDirectory;
  starter: CaseStarter;
  /** Open disputes each mediator works on; may be a few seconds old. */
  mediatorLoad: () => Promise<ReadonlyMap<string, number>>;
  logger: BusLogger;
  clock?: () => number;
  /** Told after each batch that changed something: events done, letters set aside and work items that changed. */
  onBatch?: (done: { group: string; events: BusEvent[]; deadLetters: number; work: WorkChange[] }) => void;
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
      const { events: done, deadLetters, work } = counts;
      // Before anything that may fail: the same batch will not be told again.
      if (done.length + deadLetters > 0)
        deps.onBatch?.({ group: handler.group, events: done, deadLetters, work });
      const events = messages.flatMap(({ event }) => (event === null ? [] : [event]));
      await beating(heartbeat, () => dispatch(handler, deps, events, counts.commands));
    },
  };
}

/** Cases may answer later than a silent member of the group loses its partitions (10 s). */
const BEAT_MS = 2_000;

async function beating(heartbeat: () => Promise<void>, work: () => Promise<void>): Promise<void> {
  // One that fails is no news here: the bus looks at its own connection after the batch.
  const timer = setInterval(() => void heartbeat().catch(() => undefined), BEAT_MS);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
}

interface Message {
  letter: Letter;
  event: BusEvent | null;
  fault: { code: string; message: string } | null;
}

function read({ topic, partition }: Batch, { key, value, offset }: DeliveredMessage): Message {
  const result = readEvent(value);
  const letter = { topic, partition, offset, key: storable(key), value: storable(value) };
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
  work: WorkChange[];
  /** Whether commands may wait for their answer: some were made now, or a batch was given again. */
  commands: boolean;
}

const concerns = (handler: Handler, event: BusEvent): boolean => handler.concerns?.(event) ?? true;

async function transact(handler: Handler, deps: ShellDeps, messages: Message[]): Promise<Counts> {
  const concerned = messages.flatMap(({ event }) =>
    event !== null && concerns(handler, event) ? [event] : [],
  );
  const eventIds = messages.map(({ letter }) => letter.eventId!);
  if (concerned.length === 0 && messages.every(({ event }) => event !== null)) {
    const fresh = await enterInbox(deps.pool, handler.group, eventIds);
    return { events: uniqueOf(messages, fresh), deadLetters: 0, work: [], commands: false };
  }
  const facts = await readFacts(handler, deps);
  return inTransaction(deps.pool, async (tx) => {
    const keys = [...new Set(messages.map(({ letter }) => letter.key))];
    const cases = casesOf(handler, concerned);
    const { fresh, blocked, states } = await enter(tx, handler.group, { eventIds, keys, cases });
    const again = fresh.size < new Set(eventIds).size;
    const aside: DeadLetter[] = [];
    const done: BusEvent[] = [];
    for (const { letter, event, fault } of messages) {
      // A message may stand twice in one batch; its effects may not.
      if (!fresh.delete(letter.eventId!)) continue;
      const waits = blocked.has(letter.key) && (event === null || concerns(handler, event));
      if (event !== null && !waits) done.push(event);
      else {
        blocked.add(letter.key);
        aside.push({ ...letter, ...(fault ?? WAITS) });
      }
    }
    await setAside(tx, handler.group, aside);
    const caused = decide(handler, done, {
      ...facts,
      stateOf: ({ kind, id }) => states.get(`${kind}:${id}`) ?? null,
    });
    const work = await storeEffects(tx, handler.group, caused, facts.now);
    return { events: done, deadLetters: aside.length, work, commands: again || anyCommand(caused) };
  });
}

const uniqueOf = (messages: Message[], fresh: Set<string>): BusEvent[] =>
  messages.flatMap(({ event, letter }) => (event !== null && fresh.delete(letter.eventId!) ? [event] : []));

const anyCommand = (caused: Caused[]): boolean =>
  caused.some(({ effects }) => effects.some(({ type }) => type === 'command'));

const WAITS = { code: 'waits_behind', message: 'an earlier event of this case waits to be mended' };

async function oneByOne(
  handler: Handler,
  deps: ShellDeps,
  messages: Message[],
  heartbeat: () => Promise<void>,
): Promise<Counts> {
  const sum: Counts = { events: [], deadLetters: 0, work: [], commands: false };
  for (const message of messages) {
    const counts = await transact(handler, deps, [message]).catch((error: unknown) => {
      if (isTransient(error)) throw asTransient(error);
      const fault = faultOf(error);
      deps.logger.error({ group: handler.group, ...fault, event: message.letter.eventId }, 'dead letter');
      return transact(handler, deps, [{ ...message, event: null, fault }]);
    });
    sum.events.push(...counts.events);
    sum.deadLetters += counts.deadLetters;
    sum.work.push(...counts.work);
    sum.commands ||= counts.commands;
    await heartbeat();
  }
  return sum;
}

/** What is the same for every case. */
export type Facts = Omit<ReadModel, 'stateOf'>;

/**
 * To be read before a transaction begins: batches that each hold a connection and want a second one would wait for each
 * other once there are as many as the pool has connections.
 */
export async function readFacts(handler: Handler, deps: ShellDeps): Promise<Facts> {
  const { rules, directory, mediatorLoad, clock = Date.now } = deps;
  return {
    ...{ now: clock(), directory: await directory(), calendar: await rules.calendar() },
    policy: await rules.policy(null),
    mediatorLoad: handler.readsLoad === true ? await mediatorLoad() : new Map<string, number>(),
  };
}

function decide(handler: Handler, events: BusEvent[], model: ReadModel): Caused[] {
  return events
    .filter((event) => concerns(handler, event))
    .map((event) => ({ eventId: event.id, hop: event.data.hop, effects: handler.handle(event, model) }));
}

/** Cases that have to be read for these events. */
function casesOf(handler: Handler, events: BusEvent[]): CaseKey[] {
  const keys = new Map<string, CaseKey>();
  const want = (key: CaseKey): unknown => keys.set(`${key.kind}:${key.id}`, key);
  for (const event of events) {
    want({ kind: event.data.caseKind, id: event.data.caseId });
    handler.alsoReads?.(event).forEach(want);
  }
  return [...keys.values()];
}

/**
 * What has to reach Temporal after the commit. A crash in between is mended by the redelivery: the inbox then knows the
 * events, but commands without an answer are found by their cause and sent again.
 */
async function dispatch(
  handler: Handler,
  { pool, starter, logger }: ShellDeps,
  events: BusEvent[],
  commands: boolean,
): Promise<void> {
  const starts = new Map<string, CaseKey>();
  for (const event of events)
    for (const key of handler.starts?.(event) ?? []) starts.set(`${key.kind}:${key.id}`, key);
  try {
    await starter.start([...starts.values()]);
    if (!commands) return;
    const ids = events.map(({ id }) => id);
    await starter.send(await unansweredOf(pool, handler.group, ids));
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
  const { event } = result;
  const states = await loadStates(tx, casesOf(handler, [event]));
  const model = { ...facts, stateOf: ({ kind, id }: CaseKey) => states.get(`${kind}:${id}`) ?? null };
  const caused = decide(handler, [event], model);
  await storeEffects(tx, handler.group, caused, facts.now);
  return { dispatch: () => dispatch(handler, deps, [event], true) };
}

/** Whether waiting may help. Anything that is not known to be permanent waits: nothing is lost by it. */
export function isTransient(error: unknown): boolean {
  if (error instanceof TransientError) return true;
  if (error instanceof PermanentError) return false;
  if (error instanceof pg.DatabaseError) return isPassingState(error.code ?? '');
  return !(error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError);
}

const asTransient = (error: unknown): TransientError =>
  error instanceof TransientError
    ? error
    : new TransientError(error instanceof Error ? error.name : 'unknown', { cause: error });

/** What may be stored of an error: a message of PostgreSQL may quote a row. */
export function faultOf(error: unknown): { code: string; message: string } {
  if (error instanceof PermanentError) return { code: error.code, message: error.message };
  if (error instanceof pg.DatabaseError)
    return { code: 'database', message: `SQLSTATE ${error.code ?? '?'}` };
  return { code: 'handler_failed', message: error instanceof Error ? error.name : 'unknown' };
}
