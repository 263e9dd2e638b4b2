import { Type, type Static } from 'typebox';
import { CHANNELS } from '../../domain/policy.ts';
import { PARTY_KINDS } from '../../domain/dispute/state.ts';
import { REASONS } from '../../domain/similarity.ts';
import {
  AccountId,
  CategoryCode,
  ClaimedDanger,
  Id,
  Ids,
  Instant,
  LevelCode,
  Name,
  NARRATIVE_MAX,
  OneOf,
  RegionCode,
  Strict,
  Text,
} from '../parts.ts';

export const REPORT_KINDS = ['dispute', 'need', 'hazard', 'opinion'] as const;
export type ReportKind = (typeof REPORT_KINDS)[number];

export const TITLE_MAX = 120;
export const NAME_MAX = 80;
export const PARTIES_MAX = 200;
export const ITEMS_MAX = 20;
export const LINKS_MAX = 5;

const optional = Type.Optional;

/** Languages of the screens; more are added with their texts. */
export const LANGUAGES = ['zh', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

export const Phone = () => Type.String({ pattern: '^\\+?[0-9 -]{5,20}$' });

/** How somebody without an account is reached; all of it is hers to leave out. */
export const ReporterContact = {
  name: optional(Name(NAME_MAX)),
  phone: optional(Phone()),
  language: optional(OneOf(LANGUAGES)),
};

/** A person named in a report. `ref` is the reporter's own short name for her, used by `actsFor` and given back. */
export const ReportedParty = Strict({
  ref: Type.String({ pattern: '^[A-Za-z0-9]{1,20}$' }),
  side: Type.String({ pattern: '^[A-Z]$' }),
  kind: OneOf(PARTY_KINDS),
  name: Name(NAME_MAX),
  phone: optional(Phone()),
  idNumber: optional(Type.String({ pattern: '^[0-9A-Za-z]{6,30}$' })),
  accountId: optional(AccountId()),
  actsFor: optional(Type.Array(Type.String({ pattern: '^[A-Za-z0-9]{1,20}$' }), { maxItems: 50 })),
  accused: optional(Type.Boolean()),
});

/** `POST /v1/reports`. Only kind, region, title, narrative and category are asked of everybody. */
export const ReportBody = Strict({
  kind: OneOf(REPORT_KINDS),
  channel: OneOf(CHANNELS.filter((channel) => channel !== 'bus')),
  region: RegionCode(),
  /** The other side of a boundary: the case then belongs to the lowest region that contains both. */
  alsoRegion: optional(RegionCode()),
  placeId: optional(Id()),
  category: CategoryCode(),
  title: Text(TITLE_MAX),
  narrative: Text(NARRATIVE_MAX),
  level: optional(LevelCode()),
  danger: optional(ClaimedDanger),
  damageHappeningNow: optional(Type.Boolean()),
  applicantConsentsToDisclosure: optional(Type.Boolean()),
  parties: optional(Type.Array(ReportedParty, { maxItems: PARTIES_MAX })),
  items: optional(Type.Array(Text(TITLE_MAX), { minItems: 1, maxItems: ITEMS_MAX })),
  occurredAt: optional(Instant()),
  origin: optional(Strict({ system: Id(), externalNumber: Id(), externalDeadlineAt: optional(Instant()) })),
  earlierIds: optional(Ids(LINKS_MAX)),
});
export type Report = Static<typeof ReportBody>;

/** `POST /v1/reports`: a report, and for whom staff write it down. */
export const ReportRequest = Strict({
  ...ReportBody.properties,
  /** Somebody without an account told it: she is its reporter, and gets a tracking code. */
  reporter: optional(
    Strict({
      ...ReporterContact,
      /** Which of `parties` she is herself. */
      ref: optional(Type.String({ pattern: '^[A-Za-z0-9]{1,20}$' })),
    }),
  ),
});

/** What is printed on the slip. No other answer holds a code or a PIN. */
export const Slip = Type.Object({
  code: Type.String({ description: 'K7PM-3XQD-9RTC: the last character finds mistypings' }),
  pin: Type.String({ description: 'six digits, used up by the first visit' }),
  pinUntil: Type.Integer({ description: 'milliseconds since 1970-01-01T00:00Z' }),
});
export type Slip = Static<typeof Slip>;

/** A dispute that may be about the same matter, and how its score came about, line by line. */
export const SuggestionView = Type.Object({
  ...{ id: Type.String(), number: Type.String(), score: Type.Integer() },
  reasons: Type.Array(Type.Object({ reason: OneOf(REASONS), points: Type.Integer() })),
});

/** What the reporter is told. `possibleDuplicates` are suggestions: nothing was merged. */
export const ReportTaken = Type.Object({
  id: Type.String(),
  kind: OneOf(['dispute', 'task']),
  number: Type.Union([Type.String(), Type.Null()]),
  version: Type.Integer(),
  stage: Type.String(),
  level: Type.String(),
  grade: Type.Union([Type.String(), Type.Null()]),
  parties: Type.Array(Type.Object({ ref: Type.String(), id: Type.String(), side: Type.String() })),
  itemIds: Type.Array(Type.String()),
  possibleDuplicates: Type.Array(SuggestionView),
});
export type ReportTaken = Static<typeof ReportTaken>;

/** The answer to `POST /v1/reports`. `tracking` is null when the code has been used since, and absent where none was asked for. */
export const ReportAnswer = Type.Object({
  ...ReportTaken.properties,
  tracking: optional(Type.Union([Slip, Type.Null()])),
});
