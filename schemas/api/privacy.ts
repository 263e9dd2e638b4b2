import { Type } from 'typebox';
import { CONSENT_SUBJECTS, CONSENT_WAYS, RESTRICTED_SUBJECTS } from '../../domain/privacy.ts';
import { Cursor, Id, Ids, Instant, OneOf, RegionCode, Strict, Text } from '../parts.ts';
import { NAME_MAX, Phone } from './reports.ts';

export const REVEAL_FIELDS_MAX = 20;
export const REVEAL_REASON_MAX = 500;
/** Reveals, and exports of somebody else's data, of one person in an hour: more than a day's telephoning, less than a street. */
export const REVEALS_PER_HOUR = 60;
export const INSPECTED_MAX = 50;
/** A sample comes from at most that long a time, and is open for at most that long. */
export const INSPECTION_SPAN_DAYS_MAX = 366;
export const INSPECTION_OPEN_DAYS_MAX = 90;
export const ERASED_TEXTS_MAX = 200;

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(of: T) => Type.Union([of, Type.Null()]);
const Words = Type.String();
const Time = Type.Integer();

/** `party:<id>.phone`, `party:<id>.idNumber`, `reporter.name` or `reporter.phone`. */
export const RevealField = () =>
  Type.String({
    pattern: '^(party:[A-Za-z0-9:._-]{1,80}\\.(phone|idNumber)|reporter\\.(name|phone))$',
    description: 'party:<id>.phone, party:<id>.idNumber, reporter.name or reporter.phone',
  });

export const RevealBody = Strict({
  fields: Type.Array(RevealField(), { minItems: 1, maxItems: REVEAL_FIELDS_MAX, uniqueItems: true }),
  reason: Text(REVEAL_REASON_MAX),
});
export const RevealAnswer = Type.Object({
  values: Type.Record(Words, Nullable(Words), { description: 'null where nothing is held' }),
});

export const ConsentBody = Strict({
  partyId: Id(),
  subject: OneOf(CONSENT_SUBJECTS),
  /** False takes it back. */
  given: Type.Boolean(),
  how: OneOf(CONSENT_WAYS),
  at: Type.Optional(Instant()),
  expiresAt: Type.Optional(Instant()),
});
export const ConsentView = Type.Object({
  ...{ id: Words, partyId: Words, subject: OneOf(CONSENT_SUBJECTS), given: Type.Boolean() },
  ...{ how: OneOf(CONSENT_WAYS), at: Time, recordedAt: Time, recordedBy: Nullable(Words) },
  ...{ expiresAt: Nullable(Time), stands: Type.Boolean() },
});
export const ConsentPage = Type.Object({ items: Type.Array(ConsentView), nextCursor: Nullable(Words) });

export const RestrictionBody = Strict({
  partyId: Id(),
  /** Null opens the file again. */
  subject: Type.Union([OneOf(RESTRICTED_SUBJECTS), Type.Null()]),
});

export const PageQuery = Type.Object(
  {
    limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
    cursor: Type.Optional(Cursor()),
  },
  { additionalProperties: false },
);

const CaseAndRole = { caseId: Id(), speaksFor: Id() };
const IdNumber = Type.String({ pattern: '^[0-9A-Za-z]{6,30}$' });

/** Of a case, `reporter` or the id of a party; or whom an ID number, or a phone and a name, belong to. */
export const PersonBody = Strict({
  caseId: Type.Optional(CaseAndRole.caseId),
  speaksFor: Type.Optional(CaseAndRole.speaksFor),
  idNumber: Type.Optional(IdNumber),
  phone: Type.Optional(Phone()),
  name: Type.Optional(Type.String({ minLength: 1, maxLength: NAME_MAX })),
});

const OfCase = { caseId: Words, number: Nullable(Words) };
export const PersonDataView = Type.Object({
  account: Nullable(Type.Object({ id: Words, login: Words, name: Words, active: Type.Boolean() })),
  parties: Type.Array(
    Type.Object({
      ...{ ...OfCase, partyId: Words, side: Words, name: Words },
      ...{ phone: Nullable(Words), idNumber: Nullable(Words) },
    }),
  ),
  reports: Type.Array(Type.Object({ ...OfCase, caseKind: Words })),
  followers: Type.Array(
    Type.Object({ caseId: Words, speaksFor: Words, name: Nullable(Words), phone: Nullable(Words) }),
  ),
  statements: Type.Array(Type.Object({ id: Words, caseId: Words, text: Nullable(Words), writtenAt: Time })),
  attachments: Type.Array(
    Type.Object({ id: Words, caseId: Words, name: Words, sha256: Words, uploadedAt: Time }),
  ),
  notices: Type.Array(
    Type.Object({ id: Type.Integer(), kind: Words, caseId: Words, notBefore: Time, status: Words }),
  ),
  consents: Type.Array(
    Type.Object({
      ...{ caseId: Words, partyId: Words, subject: Words, given: Type.Boolean(), how: Words, at: Time },
      expiresAt: Nullable(Time),
    }),
  ),
  sessions: Type.Array(
    Type.Object({ startedAt: Time, renewedAt: Time, expiresAt: Time, endedAt: Nullable(Time) }),
  ),
  disclosures: Type.Array(
    Type.Object({ at: Time, by: Words, kind: Words, caseId: Nullable(Words), fields: Type.Array(Words) }),
  ),
  /** Cases of the same person that whoever asks has nothing to do with. */
  elsewhere: Type.Integer(),
});

export const ERASURE_REASONS = ['asked', 'consent-withdrawn', 'purpose-ended', 'unlawful'] as const;
export const ErasureBody = Strict({
  ...CaseAndRole,
  reason: OneOf(ERASURE_REASONS),
  textIds: Type.Optional(Ids(ERASED_TEXTS_MAX)),
});
const Counts = Nullable(Type.Record(Words, Type.Integer()));
export const ErasureView = Type.Object({
  ...{ id: Words, caseKind: Words, caseId: Words, speaksFor: Words, reason: OneOf(ERASURE_REASONS) },
  ...{ texts: Type.Integer(), askedBy: Words, askedAt: Time },
  ...{ carriedOutBy: Nullable(Words), carriedOutAt: Nullable(Time), counts: Counts },
  reach: Nullable(
    Type.Object(
      { cases: Type.Integer(), parties: Type.Integer(), accounts: Type.Integer() },
      { description: 'how much of whom it would touch now; null once it was carried out' },
    ),
  ),
});
export const ErasureAsked = Type.Object({
  id: Words,
  mentions: Type.Array(Words, { description: 'texts of her cases that name her and are not among textIds' }),
});
export const ErasurePage = Type.Object({ items: Type.Array(ErasureView), nextCursor: Nullable(Words) });

export const InspectionBody = Strict({
  inspectorId: Id(),
  region: RegionCode(),
  openedFrom: Instant(),
  openedTo: Instant(),
  until: Instant(),
  count: Type.Integer({ minimum: 1, maximum: INSPECTED_MAX }),
});
export const InspectionView = Type.Object({
  ...{ id: Words, inspectorId: Words, region: Words, openedFrom: Time, openedTo: Time, until: Time },
  ...{ drawnBy: Words, drawnAt: Time, disputeIds: Type.Array(Words) },
});
export const InspectionPage = Type.Object({ items: Type.Array(InspectionView), nextCursor: Nullable(Words) });

const Free = Type.Unsafe<object>({ type: 'object', additionalProperties: true });
/** A dispute as an inspector sees it: how it was handled, and nobody in it. */
export const InspectedView = Type.Object({
  ...{ id: Words, number: Words, region: Words, category: Words, difficulty: Nullable(Words), stage: Words },
  ...{ level: Words, grade: Words, points: Type.Integer(), reportedAt: Time, policyVersion: Words },
  ...{ title: Nullable(Words), narrative: Nullable(Words), gradeLines: Type.Array(Free), danger: Free },
  ...{ measures: Type.Integer(), failedMediations: Type.Integer(), reopened: Type.Integer() },
  ...{ clocks: Type.Array(Free), parties: Type.Array(Free), mediation: Free, closure: Nullable(Free) },
  ...{ agreements: Type.Array(Free), commitments: Type.Array(Free), tasks: Type.Array(Free) },
  timeline: Type.Array(
    Type.Object({
      ...{ version: Type.Integer(), type: Words, recordedAt: Time, occurredAt: Nullable(Time) },
      ...{ actorId: Nullable(Words), data: Free },
    }),
  ),
});
