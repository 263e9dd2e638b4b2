import { isCategory, type Category } from '../categories.ts';
import { ownerAt, type Owner } from '../duty.ts';
import { refuse, type Refusal } from '../errors.ts';
import { gradeOf, NO_DANGER, type DangerFacts } from '../grading.ts';
import { fold, type Context, type TextRef } from '../machine.ts';
import type { Channel } from '../policy.ts';
import { isRegionCode, levelOf, rank, type Level, type RegionCode } from '../regions.ts';
import { reconcileClocks, type ClockEvent } from '../clocks.ts';
import type { ClaimedDanger, NewParty } from './commands.ts';
import { disputeMachine } from './dispute.ts';
import type { DisputeEvent } from './events.ts';
import { groupNotice } from './group.ts';
import { calledOut } from './red.ts';
import type { Dispute, Party } from './state.ts';

/** A report of a dispute with every reference resolved; needs, hazards and opinions become tasks instead. */
export interface DisputeReport {
  id: string;
  number: string;
  region: RegionCode;
  placeId?: string;
  category: Category;
  title: TextRef;
  narrative: TextRef;
  channel: Channel;
  /** The level it was brought to, where staff of that level take it in themselves. */
  level?: Level;
  danger: ClaimedDanger;
  damageHappeningNow: boolean;
  applicantConsentsToDisclosure: boolean;
  parties: (NewParty & { id: string })[];
  itemIds: string[];
  origin?: { system: string; externalNumber: string; externalDeadlineAt?: number };
  links: { disputeId: string; relation: 'same-matter' | 'repeat' | 'related' }[];
  /** Whoever told it, where staff only write it down for her. */
  reportedBy?: string;
}

/**
 * Takes in a report: the dispute's first events. A danger tick pre-grades red whatever the points say, and red goes to
 * the street's duty officer at once while community and grid are asked to stabilise.
 * Refuses an unknown region or category, and more representatives on a side than the policy allows.
 */
export function report(
  input: DisputeReport,
  context: Context,
): { state: Dispute; events: (DisputeEvent | ClockEvent)[] } | Refusal {
  const fault = reportFault(input, context);
  if (fault) return fault;
  const { policy, now, actor } = context;
  const danger: DangerFacts = {
    ...NO_DANGER,
    ...input.danger,
    people: input.danger.people ?? input.parties.length,
  };
  const tick = danger.violence || danger.weapon || danger.minorOrDomesticViolence;
  const points = gradeOf(danger, policy.grading);
  const grade = tick ? 'red' : points.grade;
  const owner = ownerFor(input, levelFor(input, grade === 'red', context), context);
  // The city has no duty below it to fall back on: a report without a smaller region would be nobody's.
  if (owner.via === 'unstaffed' && levelOf(input.region) === 'city')
    return refuse(
      'unknown_region',
      'nobody is on duty for so large a region',
      'region',
      'a district or smaller',
    );
  const events: DisputeEvent[] = [
    {
      ...{ type: 'reported', id: input.id, number: input.number, policyVersion: policy.version },
      ...{
        calendarVersion: context.calendar.version,
        reportedAt: now,
        reportedBy: input.reportedBy ?? actor.id,
        region: input.region,
      },
      ...{
        placeId: input.placeId ?? null,
        category: input.category,
        title: input.title,
        narrative: input.narrative,
      },
      ...{ level: owner.level, owner, danger, urgent: input.damageHappeningNow, links: input.links },
      origin: {
        ...{ channel: input.channel, system: input.origin?.system ?? null, replied: false },
        externalNumber: input.origin?.externalNumber ?? null,
        externalDeadlineAt: input.origin?.externalDeadlineAt ?? null,
      },
      applicantConsentsToDisclosure: input.applicantConsentsToDisclosure,
      parties: input.parties.map(asParty),
      itemIds: input.itemIds,
    },
    {
      type: 'graded',
      by: actor.id,
      grade,
      points: points.points,
      lines: points.lines,
      danger,
      cause: tick ? 'danger-tick' : 'intake',
    },
    ...(grade === 'red' ? calledOut(input.region, danger, context) : []),
    ...groupNotice(0, largestSide(input), owner.level, context),
  ];
  let state = disputeMachine.initial;
  for (const event of events) state = fold(disputeMachine, state, event, now);
  const ticking = reconcileClocks([], disputeMachine.clocks(state, context), now, context);
  for (const event of ticking) state = fold(disputeMachine, state, event, now);
  return { state, events: [...events, ...ticking] };
}

function reportFault(input: DisputeReport, { directory, policy }: Context): Refusal | null {
  if (!isRegionCode(input.region) || !directory.regions.has(input.region)) {
    return refuse('unknown_region', 'no such region', 'region', 'a code of the region list');
  }
  if (!isCategory(input.category))
    return refuse('unknown_category', 'no such category', 'category', 'D01 to D15 or D99');
  const representatives = Object.groupBy(
    input.parties.filter((p) => p.kind === 'representative'),
    (p) => p.side,
  );
  const crowded = Object.values(representatives).some(
    (side) => (side?.length ?? 0) > policy.representativesPerSide,
  );
  if (crowded) {
    return refuse(
      'limit_exceeded',
      `at most ${policy.representativesPerSide} representatives per side`,
      'parties',
    );
  }
  const ids = new Set(input.parties.map((party) => party.id));
  if (ids.size < input.parties.length)
    return refuse('invalid_field', 'two parties have the same id', 'parties', 'an id of its own for each');
  const stranger = input.parties.findIndex((party) => party.actsFor?.some((id) => !ids.has(id)));
  return stranger < 0
    ? null
    : refuse('unknown_party', 'acts for somebody who is not in this report', `parties.${stranger}.actsFor`);
}

/** Nobody is given her own quarrel: where the one on duty is a party, it begins one level up. */
function ownerFor(
  { region, parties }: DisputeReport,
  level: Level,
  { directory, now, policy }: Context,
): Owner {
  const concerned = ({ staffId }: Owner): boolean => parties.some(({ accountId }) => accountId === staffId);
  let owner = ownerAt(directory, region, level, now);
  while (owner.staffId !== null && concerned(owner)) {
    const above = policy.ladder[owner.level];
    const next = above === null ? null : ownerAt(directory, region, above, now);
    if (next === null || next.staffId === null) return owner;
    owner = next;
  }
  return owner;
}

function levelFor(input: DisputeReport, red: boolean, { policy }: Context): Level {
  const entry = input.level ?? policy.entryLevel[input.channel];
  const level = red && rank(entry) < rank('street') ? 'street' : entry;
  const lowest = levelOf(input.region);
  return rank(level) < rank(lowest) ? lowest : level;
}

function largestSide({ parties, danger }: DisputeReport): number {
  const sides = Object.values(Object.groupBy(parties, (party) => party.side));
  return Math.max(danger.people ?? 0, ...sides.map((side) => side?.length ?? 0));
}

function asParty(party: NewParty & { id: string }): Party {
  const { id, side, kind, actsFor = [], accountId = null, accused = false } = party;
  return {
    id,
    side,
    kind,
    actsFor,
    accountId,
    accused,
    consent: 'not-asked',
    noticeDeliveredAt: null,
    asked: 0,
  };
}
