import { Type, type TSchema } from 'typebox';
import { ROUTES } from '../../domain/dispute/events.ts';
import { ITEM_STATUSES, STAGES } from '../../domain/dispute/state.ts';
import { CASE_KINDS } from '../../domain/machine.ts';
import { GradeCode, LevelCode, OneOf } from '../parts.ts';

/** What the API answers. Unlike bodies these may grow: clients ignore what they do not know. */

const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Text = Type.String();
const Time = Type.Integer({ description: 'milliseconds since 1970-01-01T00:00Z' });
export const Free = Type.Record(Type.String(), Type.Unknown());

/** One clock, with the figures its deadline was computed from, so that a screen can explain it. */
export const ClockView = Type.Object({
  id: Text,
  kind: Text,
  state: OneOf(['running', 'held', 'met', 'broken', 'cancelled']),
  startedAt: Time,
  dueAt: Time,
  endedAt: Nullable(Time),
  provisional: Type.Boolean({ description: 'the calendar of that year is not loaded yet' }),
  extensions: Type.Integer(),
  warned: Type.Array(Type.Number()),
  usedFraction: Type.Number(),
  limit: Type.Object({
    amount: Nullable(Type.Number()),
    unit: Nullable(Text),
    until: Nullable(Time),
  }),
  computed: Nullable(
    Type.Object({ budgetMs: Type.Number(), heldMs: Type.Number(), skippedDays: Type.Integer() }),
  ),
});

export const OwnerView = Type.Object({
  level: LevelCode(),
  region: Text,
  staffId: Nullable(Text),
  name: Nullable(Text),
  via: Text,
});

const Common = {
  id: Text,
  version: Type.Integer(),
  stage: OneOf(STAGES),
  level: LevelCode(),
  grade: Nullable(GradeCode()),
  mediation: Type.Object({
    status: Text,
    kind: Nullable(Text),
    mediatorId: Nullable(Text),
    sessions: Type.Integer(),
  }),
  clocks: Type.Array(ClockView),
  allowedActions: Type.Array(Text),
};

/** The answer to an action, read after the write. */
export const ActionResult = Type.Object(Common);

export const DisputeView = Type.Object({
  ...Common,
  number: Text,
  /** How much this person sees: all that staff see, her own report, or her own part. */
  view: OneOf(['staff', 'reporter', 'party']),
  category: Text,
  difficulty: Nullable(Text),
  region: Text,
  title: Nullable(Text),
  narrative: Nullable(Text),
  reportedAt: Time,
  owner: OwnerView,
  parties: Type.Array(Free),
  /** For a party: who of the other sides lets her name and claim be told. */
  disclosed: Type.Array(Type.Object({ id: Text, side: Text, name: Nullable(Text) })),
  items: Type.Array(Type.Object({ id: Text, status: OneOf(ITEM_STATUSES), what: Nullable(Text) })),
  agreements: Type.Array(Free),
  commitments: Type.Array(Free),
  routes: Type.Array(OneOf(ROUTES)),
  closure: Nullable(Free),
  staff: Nullable(Free),
});

export const CaseView = Type.Object({
  kind: OneOf(CASE_KINDS),
  id: Text,
  version: Type.Integer(),
  disputeId: Nullable(Text),
  state: Free,
  texts: Type.Record(Text, Text),
  clocks: Type.Array(ClockView),
  allowedActions: Type.Array(Text),
});

export const DisputePage = Type.Object({
  items: Type.Array(
    Type.Object({
      ...{
        id: Text,
        number: Text,
        title: Nullable(Text),
        region: Text,
        category: Text,
        stage: Text,
        level: Text,
      },
      ...{
        grade: Nullable(Text),
        ownerId: Nullable(Text),
        clockState: Text,
        dueAt: Nullable(Time),
        openedAt: Time,
      },
      ...{ updatedAt: Time, version: Type.Integer() },
    }),
  ),
  nextCursor: Nullable(Text),
});

export const WorkPage = Type.Object({
  items: Type.Array(
    Type.Object({
      ...{ id: Text, queue: Text, kind: Text, caseKind: Text, caseId: Text, disputeId: Nullable(Text) },
      ...{ number: Nullable(Text), title: Nullable(Text), region: Text, grade: Nullable(Text) },
      ...{ assigneeId: Nullable(Text), bodyId: Nullable(Text), dueAt: Nullable(Time), openedAt: Time },
      detail: Nullable(Free),
    }),
  ),
  nextCursor: Nullable(Text),
});

export const TimelinePage = Type.Object({
  entries: Type.Array(
    Type.Object({
      ...{ version: Type.Integer(), type: Text, recordedAt: Time, occurredAt: Nullable(Time) },
      ...{ actorId: Nullable(Text), actorName: Nullable(Text), data: Nullable(Free) },
    }),
  ),
  texts: Type.Record(Text, Text),
  nextAfter: Nullable(Type.Integer()),
});

/** RFC 9457 with a stable code, and the field that is wrong where one is. */
export const ProblemView = Type.Object({
  type: Text,
  title: Text,
  status: Type.Integer(),
  code: Text,
  field: Type.Optional(Text),
  expected: Type.Optional(Text),
  limit: Type.Optional(Text),
  faults: Type.Optional(
    Type.Array(Type.Object({ field: Text, message: Text, expected: Type.Optional(Text) })),
  ),
});

const DESCRIPTIONS: Record<number, string> = {
  400: 'Malformed: the problem names the field and what would be right',
  401: 'No session',
  403: 'Not permitted to this person here',
  404: 'Not there, or not this person’s to see',
  409: 'Not possible in this state',
  412: 'Somebody else has acted since (If-Match)',
  413: 'The body is too large',
  415: 'Not JSON, or a file of a type that is not taken in',
  416: 'The file is shorter than the range',
  422: 'Understood, but a reference or condition is missing, or the key was used with another body',
  429: 'Too many requests; the problem says which limit, Retry-After when to come again',
  503: 'Not answered in time; ask again with the same key after Retry-After',
};

/** The problems an operation may answer with, for its contract. */
export const problemsOf = (...statuses: number[]) =>
  Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        description: DESCRIPTIONS[status] ?? 'Problem',
        content: { 'application/problem+json': { schema: ProblemView } },
      },
    ]),
  );
