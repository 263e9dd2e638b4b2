import type { DisputeEvent } from '../dispute/events.ts';
import { extendClock } from '../clocks.ts';
import { groupNotice } from '../dispute/group.ts';
import { becameRed } from '../dispute/red.ts';
import type { Dispute } from '../dispute/state.ts';
import { ownerAt } from '../duty.ts';
import { gradeOf, gradeRank } from '../grading.ts';
import type { Context } from '../machine.ts';
import { holdsAt, postsAt } from '../posts.ts';
import { LEVELS, rank, regionAt, type Level } from '../regions.ts';
import { holds, ROLES_OF_LEVEL, type Actor } from '../roles.ts';
import { dueAt } from '../working-time.ts';
import { liveClock, raised, refuse, type Decider } from './support.ts';

export const escalate: Decider<'escalate'> = (state, { to, reason, skipReason }, { actor, policy }) => {
  const next = policy.ladder[state.level];
  const target = to ?? next;
  if (target === null) return refuse('out_of_order', 'there is no level above', 'to');
  if (rank(target) <= rank(state.level))
    return refuse('invalid_field', 'escalation leads upwards', 'to', 'a higher level');
  if (next !== null && rank(target) > rank(next) && skipReason === undefined) {
    return refuse('missing_condition', 'skipping a level needs a reason', 'skipReason');
  }
  return [
    {
      type: 'escalated',
      by: actor.id,
      from: state.level,
      to: target,
      cause: 'person',
      reason: skipReason ?? reason,
    },
  ];
};

export const takeOver: Decider<'take-over'> = (state, _command, { actor, directory, now }) => {
  const level = state.pendingTransfer!.to;
  const owner = ownerAt(directory, state.region, level, now);
  return [
    {
      type: 'taken-over',
      by: actor.id,
      level: owner.level,
      owner: { ...owner, staffId: actor.id, via: 'named' },
      automatic: false,
    },
  ];
};

export const handDown: Decider<'hand-down'> = (state, { to, reason }, { actor, directory, now }) => {
  if (rank(to) >= rank(state.level))
    return refuse('invalid_field', 'handing down leads downwards', 'to', 'a lower level');
  if (belowRed(state, to)) return refuse('missing_condition', RED_STAYS, 'to');
  const owner = ownerAt(directory, state.region, to, now);
  if (rank(owner.level) >= rank(state.level))
    return refuse('invalid_field', 'the region has no such level', 'to');
  return [{ type: 'handed-down', by: actor.id, from: state.level, to: owner.level, owner, reason }];
};

export const returnCase: Decider<'return'> = (state, { reason }, context) => {
  const { actor, policy, directory, now } = context;
  const to = state.handedDownFrom ?? state.receivedFrom ?? state.entryLevel;
  if (to === state.level) return refuse('out_of_order', 'there is nobody to return it to');
  if (belowRed(state, to)) return refuse('missing_condition', RED_STAYS, 'grade');
  const until = returnableUntil(state, context);
  if (until !== null && now > until)
    return refuse(
      'out_of_order',
      '"not ours" was to be said sooner',
      undefined,
      new Date(until).toISOString(),
    );
  const higher = rank(to) > rank(state.level) ? to : state.level;
  const decider = ownerAt(directory, state.region, policy.ladder[higher] ?? higher, now);
  return [{ type: 'returned', by: actor.id, to, reason, decider, count: state.returns + 1 }];
};

export const decideReturn: Decider<'decide-return'> = (state, command, context) => {
  const { actor, directory, now } = context;
  const pending = state.pendingReturn!;
  // Neither of the two may judge whose case it is: the first return may go back by the sender's own word, no further.
  const higher = rank(pending.to) > rank(state.level) ? pending.to : state.level;
  const sender = pending.count === 1 && command.accepted && staffOf(pending.to, state, actor);
  if (!sender && !superior(higher, state, actor))
    return refuse('not_permitted', 'the common superior of both decides', undefined, `above ${higher}`);
  const level = command.accepted ? (command.ownerLevel ?? pending.to) : state.level;
  if (sender && level !== pending.to)
    return refuse('not_permitted', 'the sender may only take it back', 'ownerLevel', pending.to);
  if (belowRed(state, level)) return refuse('missing_condition', RED_STAYS, 'ownerLevel');
  const owner = command.accepted ? ownerAt(directory, state.region, level, now) : state.owner;
  const binding = pending.count >= 2;
  return [
    {
      type: 'return-decided',
      by: actor.id,
      accepted: command.accepted,
      owner,
      binding,
      reason: command.reason,
    },
  ];
};

const RED_STAYS = 'red stays with the street until it is lowered';
const belowRed = (state: Dispute, to: Level): boolean => state.grade === 'red' && rank(to) < rank('street');

/** The level's own staff, for the region of the case at that level. */
const staffOf = (level: Level, { region }: Dispute, actor: Actor): boolean =>
  holds(actor, ROLES_OF_LEVEL[level], regionAt(region, level));

/** Whoever stands above a level: its leader, or the staff of a level further up. */
const superior = (level: Level, state: Dispute, actor: Actor): boolean =>
  holds(actor, ['leader'], regionAt(state.region, level)) ||
  LEVELS.slice(rank(level) + 1).some((above) => staffOf(above, state, actor));

/** "Not ours" is said within the report-in time, counted from the arrival or from the last decision about it. */
function returnableUntil(state: Dispute, { policy, calendar }: Context): number | null {
  const arrived = state.clocks.find((clock) => clock.id === `level:${state.levelEntries}`)?.startedAt;
  if (arrived === undefined) return null;
  const decided = state.clocks.find(
    (clock) => clock.id === `return-decision:${state.levelEntries}-${state.returns}`,
  );
  const from = Math.max(arrived, decided?.endedAt ?? 0);
  return dueAt(from, policy.clocks.taskReportIn, 0, policy.hours, calendar).at;
}

/** Danger, decisions over others and what keeps a case from being forgotten are not put off. */
const EXTENDABLE = [
  'triage',
  'level',
  'mediation',
  'consent',
  'first-contact',
  'follow-up',
  'register-review',
];

export const requestExtension: Decider<'request-extension'> = (
  state,
  { clockId, amount, reason, partiesAgree = false },
  { actor },
) => {
  const clock = liveClock(state, clockId);
  if (!clock) return refuse('unknown_clock', 'no such live clock', 'clockId');
  if (!EXTENDABLE.includes(clock.kind))
    return refuse('invalid_field', 'this clock cannot be extended', 'clockId', EXTENDABLE.join(', '));
  if (clock.kind === 'mediation' && !partiesAgree)
    return refuse(
      'missing_condition',
      'mediation takes longer only if all parties agree',
      'partiesAgree',
      'true',
    );
  if ('until' in clock.limit)
    return refuse('invalid_field', 'an external deadline is extended by who set it', 'clockId');
  if (clock.limit.unit === 'calendar-month' && !Number.isInteger(amount)) {
    return refuse('invalid_field', 'months are whole', 'amount', 'a whole number');
  }
  if (!(amount > 0 && amount <= 60))
    return refuse('limit_exceeded', 'between 0 and 60 of the clock’s unit', 'amount');
  return [{ type: 'extension-requested', by: actor.id, clockId, amount, reason }];
};

export const decideExtension: Decider<'decide-extension'> = (state, { granted, reason }, context) => {
  const { clockId, amount, by } = state.pendingExtension!;
  if (context.actor.id === by)
    return refuse('not_permitted', 'an extension is decided by somebody else than who asked for it');
  const clock = liveClock(state, clockId);
  const decided: DisputeEvent = {
    type: 'extension-decided',
    by: context.actor.id,
    clockId,
    amount,
    granted: granted && clock !== undefined,
    reason: reason ?? null,
  };
  return granted && clock ? [decided, extendClock(clock, amount, context.now, context)] : [decided];
};

export const regrade: Decider<'regrade'> = (state, { danger, grade, reason }, context) => {
  const facts = { ...state.danger, ...danger };
  const counted = gradeOf(facts, context.policy.grading);
  const asked = grade ?? counted.grade;
  if (gradeRank(asked) < gradeRank(state.grade)) {
    if (state.pendingRegrade !== null) return refuse('out_of_order', 'a lowering already waits', 'grade');
    return [{ type: 'lowering-proposed', by: context.actor.id, grade: asked, danger: facts, reason }];
  }
  if (asked === state.grade) {
    const changed = raised(state, facts, 'facts', context);
    return changed.length > 0 ? changed : refuse('invalid_field', 'this changes nothing', 'grade');
  }
  const { points, lines } = counted;
  return [
    {
      type: 'graded',
      by: context.actor.id,
      grade: asked,
      points,
      lines,
      danger: facts,
      cause: grade === undefined ? 'facts' : 'raised',
    },
    ...becameRed(state, asked, facts, context),
    ...groupNotice(state.danger.people, facts.people, state.level, context),
  ];
};

export const confirmRegrade: Decider<'confirm-regrade'> = (
  state,
  { confirmed, reason },
  { actor, policy },
) => {
  const pending = state.pendingRegrade!;
  if (actor.id === pending.by) return refuse('not_permitted', 'lowering a grade needs a second person');
  const decided: DisputeEvent = { type: 'lowering-decided', by: actor.id, confirmed, reason: reason ?? null };
  if (!confirmed) return [decided];
  // What was counted meanwhile is no claim and cannot be lowered away.
  const danger = { ...pending.danger, failedMediations: state.failedMediations };
  const { points, lines } = gradeOf(danger, policy.grading);
  return [
    decided,
    {
      type: 'graded',
      by: actor.id,
      grade: pending.grade,
      points,
      lines,
      danger,
      cause: 'lowered',
    },
  ];
};

export const urge: Decider<'urge'> = (state, { clockId }, { actor }) => {
  if (!liveClock(state, clockId)) return refuse('unknown_clock', 'no such live clock', 'clockId');
  if (state.urgedClocks.includes(clockId))
    return refuse('out_of_order', 'already urged for this clock', 'clockId');
  return [{ type: 'urged', by: actor.id, clockId }];
};

export const supervise: Decider<'supervise'> = (state, { kind, clockId, reason }, { actor, policy }) => {
  if (clockId !== undefined && !state.clocks.some((clock) => clock.id === clockId)) {
    return refuse('unknown_clock', 'no such clock', 'clockId');
  }
  const byLevel = policy.ladder[state.level] ?? state.level;
  return [{ type: 'supervised', by: actor.id, kind, clockId: clockId ?? null, byLevel, reason }];
};

export const assignLeader: Decider<'assign-leader'> = (state, { leaderId }, { actor, directory, now }) => {
  const leads = holdsAt(directory.staff.get(leaderId), 'leader', state.region, now);
  return leads
    ? [{ type: 'leader-assigned', by: actor.id, leaderId }]
    : refuse('unknown_person', 'no leader of this region', 'leaderId');
};

export const setTeam: Decider<'set-team'> = (_state, { leadId, memberIds }, { actor, directory, now }) => {
  if (memberIds.length > 50) return refuse('limit_exceeded', 'at most 50 members', 'memberIds');
  const holdsAny = (id: string): boolean => postsAt(directory.staff.get(id), now).length > 0;
  const unknown = [leadId, ...memberIds].findIndex((id) => !holdsAny(id));
  if (unknown >= 0)
    return refuse(
      'unknown_person',
      'no active member of staff',
      unknown === 0 ? 'leadId' : `memberIds.${unknown - 1}`,
    );
  return [{ type: 'team-set', by: actor.id, leadId, memberIds }];
};

export const conveneConference: Decider<'convene-conference'> = (
  state,
  command,
  { actor, directory, newId, now },
) => {
  const { agenda, question, at, bodyIds } = command;
  const unknown = bodyIds.findIndex((id) => !directory.bodies.has(id));
  if (unknown >= 0) return refuse('unknown_body', 'no such body', `bodyIds.${unknown}`);
  if (bodyIds.length < 2 || bodyIds.length > 30)
    return refuse('limit_exceeded', 'between 2 and 30 bodies', 'bodyIds');
  if (at < now) return refuse('invalid_field', 'the time lies in the past', 'at', 'a later time');
  const level = holds(actor, ['district-officer'], state.region)
    ? 'district'
    : holds(actor, ['leader', 'dispatcher', 'duty-officer'], state.region)
      ? 'street'
      : 'community';
  return [
    {
      type: 'conference-convened',
      by: actor.id,
      conferenceId: newId('cnf'),
      agenda,
      question,
      at,
      bodyIds,
      level,
    },
  ];
};

export const assignTask: Decider<'assign-task'> = (state, command, { actor, directory, newId }) => {
  const { kind, bodyId, what } = command;
  const region = command.region ?? state.region;
  if (bodyId !== undefined && !directory.bodies.has(bodyId))
    return refuse('unknown_body', 'no such body', 'bodyId');
  if (!directory.regions.has(region)) return refuse('unknown_region', 'no such region', 'region');
  if (bodyId === undefined && command.level === undefined) {
    return refuse('missing_condition', 'name a body or a level to ask', 'bodyId', 'a body, or level');
  }
  if (state.tasks.filter((task) => task.status === 'open').length >= 50)
    return refuse('limit_exceeded', 'at most 50 open tasks', 'tasks');
  const target = { bodyId: bodyId ?? null, region, level: command.level ?? state.level };
  return [{ type: 'task-assigned', by: actor.id, taskId: newId('tsk'), kind, target, what }];
};
