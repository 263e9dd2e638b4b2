import { Type, type Static, type TSchema } from 'typebox';
import { ROUTES } from '../../domain/dispute/events.ts';
import { CategoryCode, Id, Instant, LevelCode, NO_NUL, OneOf, RegionCode, Strict, Text } from '../parts.ts';
import { LANGUAGES, NAME_MAX, Phone, REPORT_KINDS, ReporterContact, Slip, TITLE_MAX } from './reports.ts';
import { Free, OwnerView } from './views.ts';

/** Bodies without an account are small: 64 KiB hold the longest of them in any script. */
export const PUBLIC_BODY_MAX_BYTES = 64 * 1024;
export const PUBLIC_NARRATIVE_MAX = 5_000;
export const OTHER_SIDE_MAX = 10;
export const STATEMENT_MAX = 4_000;
/** Whoever knows the key of a report gets its code once more, so it must not be guessed; a UUID has 36 characters. */
export const SECRET_KEY_MIN = 22;

const optional = Type.Optional;
const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Time = Type.Integer({ description: 'milliseconds since 1970-01-01T00:00Z' });
const yes = Type.Boolean();

/** `POST /v1/public/reports`: what a resident can say without an account. */
export const PublicReportBody = Strict({
  kind: OneOf(REPORT_KINDS),
  /** One of the two; a place says more. */
  region: optional(RegionCode()),
  placeId: optional(Id()),
  /** Triage decides; D99 when it is left out. */
  category: optional(CategoryCode()),
  title: Text(TITLE_MAX),
  narrative: Text(PUBLIC_NARRATIVE_MAX),
  danger: optional(
    Strict({ violence: optional(yes), weapon: optional(yes), minorOrDomesticViolence: optional(yes) }),
  ),
  damageHappeningNow: optional(yes),
  reporter: optional(
    Strict({
      ...ReporterContact,
      /** It is her own quarrel: she becomes a party of it, and then gives a name. */
      concerned: optional(yes),
      /** Her name and claim may be told to the other side. */
      agreesToDisclosure: optional(yes),
    }),
  ),
  /** As she knows them. */
  otherSide: optional(
    Type.Array(
      Strict({
        name: Type.String({ minLength: 1, maxLength: NAME_MAX, pattern: NO_NUL }),
        phone: optional(Phone()),
      }),
      { maxItems: OTHER_SIDE_MAX },
    ),
  ),
});
export type PublicReport = Static<typeof PublicReportBody>;

export const PublicReportTaken = Type.Object({
  kind: OneOf(['dispute', 'task']),
  number: Nullable(Type.String()),
  stage: Type.String(),
  level: LevelCode(),
  tracking: Nullable({ ...Slip, description: 'null when the same key asks again after the code was used' }),
});

const Pin = () => Type.String({ pattern: '^[0-9]{6}$' });

export const TrackSessionBody = Strict({
  code: Type.String({ minLength: 12, maxLength: 24, pattern: NO_NUL }),
  pin: Pin(),
  /** Her own, from now on; has to be there when a PIN that was given out is used. */
  newPin: optional(Pin()),
});

/** Where a resident can always turn: the routes of the law of people's mediation [26], and petition. */
export const OPEN_ROUTES = [...ROUTES, 'petition'] as const;

const CaseRef = { caseKind: OneOf(['dispute', 'task']), caseId: Type.String() };

export const TrackSession = Type.Object({
  token: Type.String({ description: 'Authorization: Bearer; it ends by itself' }),
  expiresAt: Time,
  ...CaseRef,
});

/** For whom a code speaks: `reporter`, or the id of a party. */
export const IssueBody = Strict({ speaksFor: Id(), language: optional(OneOf(LANGUAGES)) });

export const IssuedCodes = Type.Object({
  items: Type.Array(
    Type.Object({
      speaksFor: Type.String(),
      name: Nullable(Type.String()),
      phone: Nullable(Type.String({ description: 'masked' })),
      language: OneOf(LANGUAGES),
      issuedAt: Time,
      issuedBy: Nullable(Type.String({ description: 'null: given out with the report' })),
      /** Whether she has been here and chosen a PIN of her own. */
      usedAt: Nullable(Time),
      lockedUntil: Nullable(Time),
      endedAt: Nullable(Time),
    }),
  ),
  nextCursor: Nullable(Type.String()),
});

export const StatementBody = Strict({
  text: Text(STATEMENT_MAX),
  /** By staff, for whoever says it: `reporter`, or the id of a party. */
  speaksFor: optional(Id()),
  occurredAt: optional(Instant()),
});

export const StatementView = Type.Object({
  id: Type.String(),
  speaksFor: Type.String(),
  text: Type.String(),
  writtenAt: Time,
  occurredAt: Nullable(Time),
  writtenBy: Nullable(Type.String({ description: 'only staff are told' })),
});

export const StatementPage = Type.Object({
  items: Type.Array(StatementView),
  nextCursor: Nullable(Type.String()),
});

const TrackClock = Type.Object({
  ...{ id: Type.String(), kind: Type.String(), state: Type.String(), dueAt: Time },
  provisional: Type.Boolean({ description: 'the calendar of that year is not loaded yet' }),
});

/** A case as whoever follows it is shown: codes, for a screen to put into words. */
export const TrackView = Type.Object({
  ...CaseRef,
  number: Nullable(Type.String()),
  version: Type.Integer(),
  speaksFor: Type.String(),
  language: OneOf(LANGUAGES),
  /** Of a task its status. */
  stage: Type.String(),
  level: LevelCode(),
  title: Nullable(Type.String({ description: 'her own words; null for a party who did not report' })),
  reportedAt: Time,
  responsible: Nullable(OwnerView),
  call: Nullable(
    Type.Object({
      name: Type.String(),
      contact: Type.String({ description: 'a desk on duty, not a person' }),
    }),
  ),
  /** What happens next at the latest, and until when. */
  next: Nullable(TrackClock),
  clocks: Type.Array(TrackClock),
  timeline: Type.Array(Type.Object({ version: Type.Integer(), type: Type.String(), recordedAt: Time })),
  /** Parties she is or speaks for. */
  parties: Type.Array(Free),
  closure: Nullable(Free),
  answer: Nullable(Type.String({ description: 'to a need, hazard or opinion' })),
  routes: Type.Array(OneOf(OPEN_ROUTES), { description: 'open at every moment' }),
  allowedActions: Type.Array(Type.String()),
});
