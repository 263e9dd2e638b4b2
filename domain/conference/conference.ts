import { isLive, recomputeClocks, type ClockEvent, type TimeRules, type WantedClock } from '../clocks.ts';
import { refuse, type Refusal } from '../errors.ts';
import type { Clocked, Context, Machine, TextRef } from '../machine.ts';
import type { Level, RegionCode } from '../regions.ts';
import { holds, ROLES_OF_LEVEL } from '../roles.ts';
import type { AgendaKind } from '../dispute/state.ts';
import type { Term } from '../dispute/commands.ts';
import type { Instant } from '../working-time.ts';

export interface Participant {
  bodyId: string;
  reply: 'none' | 'confirmed' | 'stand-in';
}

/** A joint conference: bodies are called, confirm or send a stand-in, sit, and decide; decisions become commitments. */
export interface Conference extends Clocked {
  policyVersion: string;
  disputeId: string;
  agenda: AgendaKind;
  region: RegionCode;
  level: Level;
  /** Null until the convener has set a time (a conference called by a clock starts so). */
  at: Instant | null;
  participants: Participant[];
  question: TextRef | null;
  minutes: TextRef | null;
  status: 'new' | 'convened' | 'held' | 'cancelled';
}

export type ConferenceEvent =
  | {
      type: 'conference-opened';
      id: string;
      policyVersion: string;
      disputeId: string;
      agenda: AgendaKind;
      region: RegionCode;
      level: Level;
      at: Instant | null;
      bodyIds: string[];
      question: TextRef | null;
    }
  | { type: 'conference-scheduled'; by: string; at: Instant; bodyIds: string[] }
  | { type: 'participant-replied'; by: string; bodyId: string; reply: 'confirmed' | 'stand-in' }
  | { type: 'participant-silent'; bodyIds: string[] }
  | {
      type: 'conference-held';
      by: string;
      attendedBodyIds: string[];
      minutes: TextRef;
      decisions: (Term & { id: string })[];
    }
  | { type: 'conference-overdue'; clockId: string }
  | { type: 'conference-cancelled'; by: string; reason: TextRef | null };

export type ConferenceCommand =
  | {
      action: 'open-conference';
      id: string;
      policyVersion: string;
      disputeId: string;
      agenda: AgendaKind;
      region: RegionCode;
      level: Level;
      at: Instant | null;
      bodyIds: string[];
      question: TextRef | null;
    }
  | { action: 'schedule'; at: Instant; bodyIds: string[] }
  | { action: 'confirm'; bodyId: string; standIn?: boolean }
  | { action: 'record-minutes'; attendedBodyIds: string[]; minutes: TextRef; decisions: Term[] }
  | { action: 'cancel-conference'; reason?: TextRef }
  | { action: 'recompute' };

export const NO_CONFERENCE: Conference = {
  id: '',
  version: 0,
  clocks: [],
  policyVersion: '',
  disputeId: '',
  agenda: 'solve',
  region: '',
  level: 'street',
  at: null,
  participants: [],
  question: null,
  minutes: null,
  status: 'new',
};

const unanswered = (state: Conference): Participant[] => state.participants.filter((p) => p.reply === 'none');

const called = (bodyIds: string[]): Participant[] => bodyIds.map((bodyId) => ({ bodyId, reply: 'none' }));

function evolve(state: Conference, event: ConferenceEvent): Conference {
  switch (event.type) {
    case 'conference-opened': {
      const { type: _, bodyIds, ...rest } = event;
      return { ...state, ...rest, participants: called(bodyIds), status: 'convened' };
    }
    case 'conference-scheduled': {
      const known = state.participants.map((p) => p.bodyId);
      const added = called(event.bodyIds.filter((id) => !known.includes(id)));
      return { ...state, at: event.at, participants: [...state.participants, ...added] };
    }
    case 'participant-replied': {
      const reply = event.reply;
      return {
        ...state,
        participants: state.participants.map((p) => (p.bodyId === event.bodyId ? { ...p, reply } : p)),
      };
    }
    case 'participant-silent':
    case 'conference-overdue':
      return state;
    case 'conference-held':
      return { ...state, status: 'held', minutes: event.minutes };
    case 'conference-cancelled':
      return { ...state, status: 'cancelled' };
    default:
      return event satisfies never;
  }
}

/** The convening level runs the conference; each body called answers for itself. */
export function allowedConferenceActions(
  state: Conference,
  { actor }: Pick<Context, 'actor'>,
): ConferenceCommand['action'][] {
  if (state.status !== 'convened') return [];
  const invited = unanswered(state).some((p) => actor.posts.some((post) => post.bodyId === p.bodyId));
  const convener = holds(actor, [...ROLES_OF_LEVEL[state.level], 'leader'], state.region);
  return [
    ...(invited || (convener && unanswered(state).length > 0) ? (['confirm'] as const) : []),
    ...(convener ? (['schedule', 'record-minutes', 'cancel-conference'] as const) : []),
  ];
}

function decide(
  state: Conference,
  command: ConferenceCommand,
  context: Context,
): (ConferenceEvent | ClockEvent)[] | Refusal {
  const { actor, directory } = context;
  if (command.action === 'open-conference') {
    if (state.status !== 'new') return refuse('out_of_order', 'this conference is already open');
    const { action: _, ...data } = command;
    return [{ type: 'conference-opened', ...data }];
  }
  if (state.status !== 'convened') return refuse('out_of_order', `this conference is ${state.status}`);
  if (command.action === 'recompute') return recomputeClocks(state.clocks, context.now, context);
  const known = ['schedule', 'confirm', 'record-minutes', 'cancel-conference'];
  if (!known.includes(command.action)) {
    return refuse('unknown_action', `a conference knows: ${known.join(', ')}`, 'action');
  }
  // The engine cancels what a dispute that left had convened.
  const engine = command.action === 'cancel-conference' && actor.system === true;
  if (!engine && !allowedConferenceActions(state, context).includes(command.action)) {
    return refuse(
      'not_permitted',
      'only the convening level, or a called body for its own reply, may do this',
    );
  }
  switch (command.action) {
    case 'schedule': {
      const unknown = command.bodyIds.find((id) => !directory.bodies.has(id));
      if (unknown !== undefined) return refuse('unknown_body', 'no such body', 'bodyIds');
      if (command.at < context.now)
        return refuse('invalid_field', 'the time lies in the past', 'at', 'a later time');
      return [{ type: 'conference-scheduled', by: actor.id, at: command.at, bodyIds: command.bodyIds }];
    }
    case 'confirm': {
      const called = state.participants.find((p) => p.bodyId === command.bodyId);
      if (called === undefined) return refuse('unknown_body', 'this body was not called', 'bodyId');
      const convener = holds(actor, [...ROLES_OF_LEVEL[state.level], 'leader'], state.region);
      const own = actor.posts.some((post) => post.bodyId === command.bodyId);
      if (!own && !convener) return refuse('not_permitted', 'a body answers for itself', 'bodyId');
      return [
        {
          type: 'participant-replied',
          by: actor.id,
          bodyId: command.bodyId,
          reply: command.standIn === true ? 'stand-in' : 'confirmed',
        },
      ];
    }
    case 'record-minutes': {
      const decisions = command.decisions.map((term) => ({ ...term, id: context.newId('cmt') }));
      const { attendedBodyIds, minutes } = command;
      return [{ type: 'conference-held', by: actor.id, attendedBodyIds, minutes, decisions }];
    }
    case 'cancel-conference':
      return [{ type: 'conference-cancelled', by: actor.id, reason: command.reason ?? null }];
    default:
      return command satisfies never;
  }
}

function clocks(state: Conference, { policy }: TimeRules): WantedClock[] {
  if (state.status !== 'convened') return [];
  const wanted: WantedClock[] = [];
  if (unanswered(state).length > 0) {
    wanted.push({
      id: `conference-confirm:${state.participants.length}`,
      kind: 'conference-confirm',
      limit: policy.clocks.conferenceConfirm,
    });
  }
  if (state.at === null)
    wanted.push({
      id: 'conference-schedule:1',
      kind: 'conference-schedule',
      limit: policy.clocks.conferenceConfirm,
    });
  else {
    const id = `conference-minutes:${state.at}`;
    wanted.push({
      id,
      kind: 'conference-minutes',
      limit: policy.clocks.conferenceMinutes,
      startedAt: state.at,
    });
  }
  if (wanted.every((want) => state.clocks.some((clock) => clock.id === want.id && !isLive(clock)))) {
    const round = state.clocks.filter((clock) => clock.kind === 'attention' && !isLive(clock)).length + 1;
    wanted.push({ id: `attention:${round}`, kind: 'attention', limit: policy.clocks.attention });
  }
  return wanted;
}

/** Called, answered, held, minuted; silence and missing minutes are events that handlers act on. */
export const conferenceMachine: Machine<Conference, ConferenceEvent | ClockEvent, ConferenceCommand> = {
  kind: 'conference',
  initial: NO_CONFERENCE,
  evolve: (state, event) => evolve(state, event as ConferenceEvent),
  decide,
  clocks,
  clockEnding: (state) => (state.status === 'cancelled' ? 'cancelled' : 'met'),
  broken: (state, clock) =>
    clock.kind === 'conference-confirm'
      ? [{ type: 'participant-silent', bodyIds: unanswered(state).map((p) => p.bodyId) }]
      : [{ type: 'conference-overdue', clockId: clock.id }],
  isFinal: (state) => state.status === 'held' || state.status === 'cancelled',
};
