import type pg from 'pg';
import { isRefusal, refuse, type Refusal } from '../domain/errors.ts';
import { act, tick, wakeAt, type CaseKind, type Clocked, type Context } from '../domain/machine.ts';
import type { Policy } from '../domain/policy.ts';
import type { Actor } from '../domain/roles.ts';
import type { Calendar } from '../domain/calendar.ts';
import type { DirectorySource } from '../infra/db/directory.ts';
import { inTransaction, type Queryable } from '../infra/db/pool.ts';
import type { Act, CaseChange } from '../infra/db/rows.ts';
import { appendCase, forgetTexts, lockCase, type Locked, type StoredCommand } from '../infra/db/store.ts';
import type { Answer, Applied, ApplyRequest } from './apply.types.ts';
import { idsFrom, jitterOf } from './ids.ts';
import { codesOf, machineOf, type AnyMachine } from './machines.ts';

export interface ApplyDeps {
  pool: pg.Pool;
  rules: {
    /** The pinned policy of a case; null asks for the one in force. Throws when it is not known. */
    policy(version: string | null, on: Queryable): Policy | Promise<Policy>;
    calendar(on: Queryable): Calendar | Promise<Calendar>;
  };
  directory: DirectorySource;
}

export const CLOCK_ACTOR: Actor = { id: 'system:clock', posts: [], system: true };

/** Handler commands that answer each other for ever are cut here. */
const HOP_LIMIT = 8;
/** Marks fired in one transaction; after a long outage the rest follows in the next, at once. */
const TICK_LIMIT = 64;

/** Makes `apply`, the only writer after intake: one transaction that lets time and then the command act on a case. */
export function createApply(deps: ApplyDeps): (request: ApplyRequest) => Promise<Applied> {
  return (request) => inTransaction(deps.pool, (tx) => applyIn(tx, deps, request));
}

async function applyIn(tx: pg.PoolClient, deps: ApplyDeps, request: ApplyRequest): Promise<Applied> {
  const { kind, id, commandId } = request;
  const machine = machineOf(kind);
  const locked = await lockCase(tx, kind, id, commandId);
  const fault = commandId === null ? null : commandFault(locked.command, request);
  const before: Pinned = locked.state ?? { ...machine.initial, id };
  if (fault !== null || (locked.state === null && !opens(kind, locked.command))) {
    return result(machine, before, null, {
      ok: false,
      refusal: fault ?? refuse('unknown_reference', 'no such case'),
    });
  }
  // Two machines' clocks may differ by a little; a case's own time never runs backwards.
  const now = Math.max(request.nowMs, locked.updatedAt);
  const version = before.policyVersion || (locked.command?.body['policyVersion'] as string | undefined);
  const context = {
    now,
    // All on this connection: acts that each hold one and want a second would wait for each other.
    policy: await deps.rules.policy(version ?? null, tx),
    calendar: await deps.rules.calendar(tx),
    directory: await deps.directory(locked.directoryVersion, tx),
  };
  const known = locked.command?.answer as Answer | null | undefined;
  if (known) return result(machine, before, context.policy, known);

  const ticked = fireDueMarks(machine, before, context);
  const { command } = locked;
  if (command === null || commandId === null) {
    await store(tx, machine, request, ticked, now, null);
    return result(machine, ticked.state, context.policy, answerOf(kind, ticked.state));
  }
  const outcome = carryOut(machine, ticked.state, command, { ...context, commandId, id });
  const state = isRefusal(outcome) ? ticked.state : outcome.state;
  const answer: Answer = isRefusal(outcome) ? { ok: false, refusal: outcome } : answerOf(kind, state);
  const acts = isRefusal(outcome) ? ticked.acts : [...ticked.acts, actOf(commandId, command, outcome.events)];
  await store(tx, machine, request, { state, acts }, now, { commandId, answer, now });
  if (isRefusal(outcome)) await forgetTexts(tx, ownTextsOf(commandId, command.body));
  return result(machine, state, context.policy, answer);
}

/** Disputes begin by intake alone; the other kinds by a command, or even by their end overtaking their beginning. */
const opens = (kind: CaseKind, command: Locked['command']): boolean => kind !== 'dispute' && command !== null;

function commandFault(command: StoredCommand | null, { kind, id }: ApplyRequest): Refusal | null {
  if (command === null) return refuse('unknown_reference', 'no such command');
  const same = command.caseKind === kind && command.caseId === id;
  return same ? null : refuse('unknown_reference', 'this command belongs to another case');
}

type Rules = Omit<Context, 'actor' | 'newId'>;
type Pinned = Clocked & { policyVersion?: string };

function fireDueMarks(machine: AnyMachine, before: Clocked, rules: Rules): { state: Clocked; acts: Act[] } {
  let state = before;
  const acts: Act[] = [];
  while (acts.length < TICK_LIMIT) {
    const newId = idsFrom(`clock:${before.id}:${state.version}`);
    const fired = tick(machine, state, { ...rules, actor: CLOCK_ACTOR, newId });
    if (fired === null) break;
    const commandId = `clock:${before.id}:${fired.mark}`;
    const stored = { commandId, action: 'tick', body: {}, bodyHash: '', actor: CLOCK_ACTOR };
    acts.push({ ...stored, events: fired.events, occurredAt: null, hop: 0 });
    state = fired.state;
  }
  return { state, acts };
}

function carryOut(
  machine: AnyMachine,
  state: Clocked,
  command: StoredCommand,
  { commandId, id, ...rules }: Rules & { commandId: string; id: string },
): ReturnType<typeof act<Clocked, { type: string }, { action: string }>> {
  if (command.hop > HOP_LIMIT) return refuse('too_many_hops', `a command may have at most ${HOP_LIMIT} hops`);
  // Also when only clocks ticked since: what the person saw is not what she would act on.
  if (command.expectedVersion !== null && command.expectedVersion !== state.version) {
    return refuse('stale_version', 'the case has changed since', 'If-Match', String(state.version));
  }
  const context = { ...rules, actor: command.actor, newId: idsFrom(commandId) };
  const outcome = act(machine, state, { ...command.body, action: command.action }, context);
  if (isRefusal(outcome) || outcome.state.id === id) return outcome;
  return refuse('invalid_field', 'the body names another case', 'id', id);
}

/**
 * The texts that came with a command, by the ids that `perform` gave them (api/act.ts): what it merely refers to has
 * others. Refused, nobody would ever read them, and no erasure find them.
 */
function ownTextsOf(commandId: string, body: Record<string, unknown>): string[] {
  const newId = idsFrom(`${commandId}:texts`);
  const references = JSON.stringify(body).match(/"txt_/g) ?? [];
  return references.map(() => newId('txt'));
}

const actOf = (commandId: string, command: StoredCommand, events: Act['events']): Act => ({
  ...{ commandId, action: command.action, body: command.body, bodyHash: '', actor: command.actor },
  ...{ events, occurredAt: command.occurredAt, hop: command.hop },
});

async function store(
  tx: pg.PoolClient,
  machine: AnyMachine,
  { kind, id }: ApplyRequest,
  { state, acts }: { state: Clocked; acts: Act[] },
  now: number,
  answered: Parameters<typeof appendCase>[2],
): Promise<void> {
  const events = acts.reduce((count, one) => count + one.events.length, 0);
  const change: CaseChange = {
    ...{ kind, id, acts, state, codes: codesOf(kind, state), final: machine.isFinal(state), now },
  };
  await appendCase(tx, events === 0 ? null : change, answered);
}

function answerOf(kind: CaseKind, state: Clocked): Answer {
  const { stage, level, grade } = codesOf(kind, state);
  return { ok: true, version: state.version, stage, level, grade };
}

function result(machine: AnyMachine, state: Clocked, policy: Policy | null, answer: Answer): Applied {
  const { stage, level, grade } = codesOf(machine.kind, state);
  const at = wakeAt(state);
  const spread_ms = grade === 'red' || policy === null ? 0 : policy.wakeJitterMs;
  return {
    ...{ version: state.version, stage, level, grade, answer },
    nextWakeAt: at === null ? null : at + jitterOf(state.id, at, spread_ms),
    // A case that does not exist has nothing to wait for either.
    final: state.version === 0 || machine.isFinal(state),
  };
}
