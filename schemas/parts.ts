import { Type, type TSchema } from 'typebox';
import { CATEGORIES, DIFFICULTIES, type Category } from '../domain/categories.ts';
import { COMMITMENT_KINDS, PARTY_KINDS } from '../domain/dispute/state.ts';
import { GRADES } from '../domain/grading.ts';
import { LEVELS } from '../domain/regions.ts';

/** Longest free text of a field, in characters (UTF-16 code units); a narrative may be longer. */
export const TEXT_MAX = 2000;
export const NARRATIVE_MAX = 20_000;
export const ID_MAX = 80;
/** Largest amount in fen: ten billion yuan. */
export const FEN_MAX = 1_000_000_000_000;

/** One of a fixed list of words. */
export const OneOf = <const T extends readonly string[]>(words: T) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...words] });

/** PostgreSQL cannot store the character NUL; nobody writes it either. */
export const NO_NUL = '^[^\\u0000]*$';

/** Something that can be read; the order of its parts keeps the check short, however long the text is. */
export const WRITTEN = '^\\s*[^\\s\\u0000][^\\u0000]*$';

const notBlank = (maxLength: number) => ({
  ...{ minLength: 1, maxLength, pattern: WRITTEN },
  description: `1 to ${maxLength} characters, not blanks alone`,
});

/** A name of somebody or something. */
export const Name = (maxLength = 80) => Type.String(notBlank(maxLength));

/**
 * Free text. Marked so that intake can store it apart and hand the core only a reference: events, histories and topics
 * never hold what people wrote.
 */
export const Text = (maxLength: number = TEXT_MAX) => Type.String({ ...notBlank(maxLength), 'x-text': true });

const ID_PART = `1 to ${ID_MAX} letters, digits, colons, dots, _ or -`;

export const Id = () =>
  Type.String({ minLength: 1, maxLength: ID_MAX, pattern: '^[A-Za-z0-9:._-]+$', description: ID_PART });

/** An id of an account. What follows a tracking code is given out by the system alone, so nobody can name it here. */
export const AccountId = () =>
  Type.String({ minLength: 1, maxLength: ID_MAX, pattern: '^(?!track:)[A-Za-z0-9:._-]+$' });

/** A clock's id names what it is for, so it is longer than the ids it is made of. */
export const ClockId = () => Type.String({ minLength: 1, maxLength: 300, pattern: '^[A-Za-z0-9:._-]+$' });

export const Ids = (maxItems = 200) => Type.Array(Id(), { maxItems, uniqueItems: true });

/** Milliseconds since 1970-01-01T00:00Z, between the years 2000 and 2200. */
export const Instant = () => Type.Integer({ minimum: 946_684_800_000, maximum: 7_258_118_400_000 });

export const Fen = () => Type.Integer({ minimum: 0, maximum: FEN_MAX });

export const RegionCode = () =>
  Type.String({
    pattern: '^(\\d{4}|\\d{6}|\\d{9}|\\d{12}|\\d{15})$',
    description: 'a region code of 4, 6, 9, 12 or 15 digits',
  });

export const CategoryCode = () => OneOf(Object.keys(CATEGORIES) as Category[]);
export const DifficultyCode = () => OneOf(DIFFICULTIES);
export const LevelCode = () => OneOf(LEVELS);
export const GradeCode = () => OneOf(GRADES);

/** An object that refuses fields it does not know. */
export const Strict = <T extends Record<string, TSchema>>(properties: T) =>
  Type.Object(properties, { additionalProperties: false });

const optional = Type.Optional;

/** What somebody claims about danger; about the dispute, never about a person. */
export const ClaimedDanger = Strict({
  violence: optional(Type.Boolean()),
  weapon: optional(Type.Boolean()),
  minorOrDomesticViolence: optional(Type.Boolean()),
  people: optional(Type.Integer({ minimum: 0, maximum: 100_000 })),
  repeat: optional(Type.Boolean()),
  crossDepartment: optional(Type.Boolean()),
  amountFen: optional(Type.Union([Fen(), Type.Null()])),
});

export const Promiser = Strict({ type: OneOf(['party', 'body', 'staff', 'outsider']), id: Id() });

export const Term = Strict({
  kind: OneOf(COMMITMENT_KINDS),
  promisedBy: Promiser,
  what: Text(),
  amountFen: optional(Fen()),
  dueAt: Instant(),
  condition: optional(Text()),
});

export const Terms = Type.Array(Term, { maxItems: 50 });

export const OralRegister = Strict({
  partyIds: Ids(),
  itemIds: optional(Ids(50)),
  terms: Terms,
  register: Text(NARRATIVE_MAX),
});

export const NewParty = Strict({
  id: Id(),
  side: Type.String({ pattern: '^[A-Z]$' }),
  kind: OneOf(PARTY_KINDS),
  actsFor: optional(Ids(50)),
  accountId: optional(AccountId()),
  accused: optional(Type.Boolean()),
});

/** Where the next page of a list begins, as the page before said; base64url. */
export const Cursor = (maxLength = 200) =>
  Type.String({ maxLength, pattern: '^[A-Za-z0-9_-]*$', description: 'nextCursor of the page before' });

/** What an If-Match header holds: a version as an ETag (RFC 9110, 8.8.3), or any. */
export const VERSION_TAG = '^(\\*|(W/)?"?[0-9]{1,9}"?)$';
