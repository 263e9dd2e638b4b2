import { Type, type TSchema } from 'typebox';
import { ROUTES, type Cause } from '../../domain/dispute/events.ts';
import {
  COMMITMENT_KINDS,
  PARTY_KINDS,
  type Agreement as DomainAgreement,
  type Consent,
} from '../../domain/dispute/state.ts';
import type { Owner as DomainOwner } from '../../domain/duty.ts';
import { NO_DANGER, type DangerFacts as DomainDangerFacts } from '../../domain/grading.ts';
import { CHANNELS } from '../../domain/policy.ts';
import type { Unit } from '../../domain/working-time.ts';
import { Fen, Id, Instant, LevelCode, OneOf, RegionCode } from '../parts.ts';

// Nothing here refuses unknown fields: an older consumer must be able to read what a newer producer has added.

const LIST_MAX = 1000;
/** Clock ids are made of a name and up to three ids. */
const CLOCK_ID_MAX = 300;

export const Nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

export const List = <S extends TSchema>(schema: S) => Type.Array(schema, { maxItems: LIST_MAX });

/** A reference to free text. The pattern keeps the text itself out: nothing that somebody wrote passes it. */
export const TextRef = () => Type.String({ pattern: '^txt_[A-Za-z0-9_-]{1,76}$' });

/** A word the engine made up, such as the kind of a clock; the list of them grows without a new version. */
export const Code = () => Type.String({ pattern: '^[a-z][a-z-]{0,39}$' });

/** A number or name under which another system knows the matter; it has no spaces, so no sentence fits. */
export const ForeignCode = () => Type.String({ pattern: '^\\S{1,80}$' });

export const ClockId = () =>
  Type.String({ minLength: 1, maxLength: CLOCK_ID_MAX, pattern: '^[A-Za-z0-9:._-]+$' });

export const Count = () => Type.Integer({ minimum: 0 });

/** More of a clock's own unit. */
export const Extra = () => Type.Number({ exclusiveMinimum: 0 });

export const Owner = Type.Object({
  level: LevelCode(),
  region: RegionCode(),
  staffId: Nullable(Id()),
  via: OneOf([
    'responsible',
    'cover',
    'officer',
    'substitute',
    'named',
    'unstaffed',
  ] satisfies DomainOwner['via'][]),
});

export const Party = Type.Object({
  id: Id(),
  side: Type.String({ pattern: '^[A-Z]$' }),
  kind: OneOf(PARTY_KINDS),
  actsFor: List(Id()),
  accountId: Nullable(Id()),
  accused: Type.Boolean(),
  consent: OneOf([
    'not-asked',
    'asked',
    'agreed',
    'refused',
    'not-reached',
    'withdrawn',
    'replaced',
  ] satisfies Consent[]),
  noticeDeliveredAt: Nullable(Instant()),
  asked: Count(),
});

export const Promiser = Type.Object({ type: OneOf(['party', 'body', 'staff', 'outsider']), id: Id() });

export const Undertaking = Type.Object({
  id: Id(),
  kind: OneOf(COMMITMENT_KINDS),
  promisedBy: Promiser,
  what: TextRef(),
  amountFen: Nullable(Fen()),
  dueAt: Instant(),
  condition: Nullable(TextRef()),
});

/** What a conference decided; it becomes an undertaking when the dispute takes it over. */
export const Decision = Type.Object({
  id: Id(),
  kind: OneOf(COMMITMENT_KINDS),
  promisedBy: Promiser,
  what: TextRef(),
  amountFen: Type.Optional(Fen()),
  dueAt: Instant(),
  condition: Type.Optional(TextRef()),
});

export const Agreement = Type.Object({
  id: Id(),
  form: OneOf(['written', 'oral'] satisfies DomainAgreement['form'][]),
  scope: OneOf(['whole', 'part', 'trial', 'supplementary'] satisfies DomainAgreement['scope'][]),
  itemIds: List(Id()),
  partyIds: List(Id()),
  signedBy: List(Id()),
  mediatorSigned: Type.Boolean(),
  sealed: Type.Boolean(),
  terms: List(Undertaking),
  effectiveAt: Nullable(Instant()),
  confirmation: OneOf([
    'none',
    'applied',
    'confirmed',
    'dismissed',
    'declined',
  ] satisfies DomainAgreement['confirmation'][]),
  reviewed: Type.Boolean(),
});

export const DangerFacts = Type.Object({
  violence: Type.Boolean(),
  weapon: Type.Boolean(),
  minorOrDomesticViolence: Type.Boolean(),
  people: Count(),
  failedMediations: Count(),
  repeat: Type.Boolean(),
  crossDepartment: Type.Boolean(),
  amountFen: Nullable(Fen()),
});

export const GradeLine = Type.Object({
  factor: OneOf(Object.keys(NO_DANGER) as (keyof DomainDangerFacts)[]),
  count: Count(),
  points: Type.Number({ minimum: 0 }),
});

export const Relation = () => OneOf(['same-matter', 'repeat', 'related']);

export const Link = Type.Object({ disputeId: Id(), relation: Relation() });

export const Origin = Type.Object({
  channel: OneOf(CHANNELS),
  system: Nullable(ForeignCode()),
  externalNumber: Nullable(ForeignCode()),
  externalDeadlineAt: Nullable(Instant()),
  replied: Type.Boolean(),
});

export const TaskTarget = Type.Object({ bodyId: Nullable(Id()), region: RegionCode(), level: LevelCode() });

export const CauseCode = () =>
  OneOf(['person', 'clock', 'red', 'failed-mediation', 'silence', 'group', 'not-ours'] satisfies Cause[]);

export const Routes = List(OneOf(ROUTES));

export const Limit = Type.Object({
  amount: Extra(),
  unit: OneOf([
    'clock-minute',
    'clock-hour',
    'service-hour',
    'working-hour',
    'working-day',
    'calendar-day',
    'calendar-month',
  ] satisfies Unit[]),
});

/** A limit in working time, or an end that somebody outside has set. */
export const ClockLimit = Type.Union([Limit, Type.Object({ until: Instant() })]);
