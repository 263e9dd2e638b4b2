import { DEFAULT_CALENDAR } from '../../domain/calendars/index.ts';
import { DEFAULT_POLICY } from '../../domain/default-policy.ts';
import { disputeMachine } from '../../domain/dispute/dispute.ts';
import type { DisputeCommand } from '../../domain/dispute/commands.ts';
import { report, type DisputeReport } from '../../domain/dispute/report.ts';
import type { Dispute } from '../../domain/dispute/state.ts';
import type { Directory, DutyFact, StaffFact } from '../../domain/duty.ts';
import { isRefusal, type Refusal } from '../../domain/errors.ts';
import { act, tick, type Context } from '../../domain/machine.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Actor, Role } from '../../domain/roles.ts';

/** A small street for tests: one grid, one community, everyone on duty. */
export const REGION = {
  city: '1101',
  district: '110105',
  street: '110105012',
  community: '110105012003',
  grid: '110105012003004',
};

const POSTS: Record<string, { role: Role; region: string; bodyId?: string }> = {
  grid: { role: 'grid-worker', region: REGION.grid },
  community: { role: 'community-officer', region: REGION.community },
  street: { role: 'duty-officer', region: REGION.street },
  district: { role: 'district-officer', region: REGION.district },
  leader: { role: 'leader', region: REGION.street },
  mediator: { role: 'mediator', region: REGION.street, bodyId: 'committee' },
  mediator2: { role: 'mediator', region: REGION.street, bodyId: 'committee' },
  director: { role: 'committee-director', region: REGION.street, bodyId: 'committee' },
  handler: { role: 'body-handler', region: REGION.street, bodyId: 'housing' },
};

const staff = new Map<string, StaffFact>(
  Object.entries(POSTS).map(([id, post]) => [id, { id, posts: [post], active: true }]),
);
const duties: DutyFact[] = ['grid', 'community', 'street', 'district', 'leader'].map((id) => ({
  staffId: id,
  ...{ region: POSTS[id]!.region, role: POSTS[id]!.role, from: 0, to: null },
  capacity: id === 'grid' ? 'responsible' : 'officer',
}));
export const directory: Directory = {
  version: 1,
  regions: new Set(Object.values(REGION)),
  staff,
  bodies: new Map(
    ['committee', 'housing', 'police'].map((id) => [
      id,
      { id, kind: 'department', regions: [], categories: [] },
    ]),
  ),
  duties,
};

export const SYSTEM: Actor = { id: 'system:test', posts: [], system: true };
export const actorOf = (id: string): Actor =>
  staff.get(id) ?? { id, posts: [{ role: 'resident', region: REGION.grid }] };

/** A Monday morning in working hours. */
export const MONDAY = Date.parse('2026-03-02T09:30:00+08:00');
export const HOUR = 3_600_000;

/** One dispute driven by hand: `as(who)` acts, `wait` lets clocks fire, `events` collects what happened. */
export class Case {
  state: Dispute;
  now: number;
  /** Who exists and who is on duty; replaced when somebody leaves. */
  directory = directory;
  readonly events: { type: string }[];
  private ids = 0;
  private readonly policy: Policy;

  constructor(
    input: Partial<DisputeReport> = {},
    policy: Policy = DEFAULT_POLICY,
    reporter = 'grid',
    at = MONDAY,
  ) {
    this.policy = policy;
    this.now = at;
    const taken = report({ ...QUARREL, ...input }, this.context(actorOf(reporter)));
    if (isRefusal(taken)) throw new Error(JSON.stringify(taken));
    this.state = taken.state;
    this.events = [...taken.events];
  }

  context(actor: Actor): Context {
    const newId = (prefix: string): string => `${prefix}_${++this.ids}`;
    const rules = { policy: this.policy, calendar: DEFAULT_CALENDAR, directory: this.directory };
    return { now: this.now, actor, ...rules, newId };
  }

  /** From now on she holds no post. */
  leaves(id: string): this {
    const person = this.directory.staff.get(id)!;
    const left = new Map([...this.directory.staff, [id, { ...person, leavesAt: this.now }]]);
    this.directory = { ...this.directory, staff: left };
    return this;
  }

  /** Tries a command; a refusal changes nothing. */
  try(who: string, command: DisputeCommand): Refusal | null {
    const actor = who === 'system' ? SYSTEM : actorOf(who);
    const outcome = act(disputeMachine, this.state, command, this.context(actor));
    if (isRefusal(outcome)) return outcome;
    this.state = outcome.state;
    this.events.push(...outcome.events);
    return null;
  }

  /** Carries out a command that must not be refused. */
  as(who: string, command: DisputeCommand): this {
    const refusal = this.try(who, command);
    if (refusal) throw new Error(`${who} ${command.action}: ${JSON.stringify(refusal)}`);
    return this;
  }

  /** Lets `ms` pass; every mark fires at its own time as the workflow's timer would. */
  wait(ms: number): this {
    const until = this.now + ms;
    for (;;) {
      const marks = this.state.clocks
        .filter((c) => c.state === 'running')
        .map((c) => Math.min(c.warnAt ?? Infinity, c.dueAt));
      const next = Math.min(...marks);
      if (next > until) break;
      this.now = Math.max(this.now, next);
      const fired = tick(disputeMachine, this.state, this.context(SYSTEM));
      if (fired === null) throw new Error('a due mark did not fire');
      this.state = fired.state;
      this.events.push(...fired.events);
    }
    this.now = until;
    return this;
  }

  types(): string[] {
    return this.events.map((event) => event.type);
  }

  /** Triage, notices, consent, acceptance and a mediator: ready for a first session. */
  toMediation(): this {
    this.as('community', {
      action: 'triage',
      category: 'D02',
      difficulty: 'general',
      duplicatesChecked: true,
      level: 'community',
    });
    this.as('community', { action: 'deliver-notice', partyIds: ['a', 'b'], channel: 'visit' });
    this.as('zhang', { action: 'consent', partyId: 'a' }).as('community', {
      action: 'consent',
      partyId: 'b',
    });
    this.as('director', { action: 'accept', kind: 'peoples', committeeId: 'committee' });
    return this.as('director', {
      action: 'assign-mediator',
      mediatorId: 'mediator',
      conflictsDisclosed: true,
    });
  }
}

export const QUARREL: DisputeReport = {
  id: 'dsp_1',
  number: '2026-000001',
  region: REGION.grid,
  category: 'D02',
  title: 'txt_title',
  narrative: 'txt_narrative',
  channel: 'grid',
  danger: {},
  damageHappeningNow: false,
  applicantConsentsToDisclosure: true,
  parties: [
    { id: 'a', side: 'A', kind: 'party', accountId: 'zhang' },
    { id: 'b', side: 'B', kind: 'party' },
  ],
  itemIds: ['item_1'],
  links: [],
};
