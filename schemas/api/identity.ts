import { Type, type TSchema } from 'typebox';
import { ROLES } from '../../domain/roles.ts';
import { Cursor, Id, Instant, NO_NUL, OneOf, Strict } from '../parts.ts';

/** What a key may be used for; which operation needs which stands in `api/scopes.ts`. */
export const SCOPES = [
  'reports:write',
  'disputes:read',
  'disputes:act',
  'work:read',
  'events:read',
  'admin:read',
] as const;
export type KeyScope = (typeof SCOPES)[number];

/** `service`: another system, which comes with keys and has no password. */
export const ACCOUNT_KINDS = ['person', 'service'] as const;
export type AccountKind = (typeof ACCOUNT_KINDS)[number];
export const ACCOUNT_STATES = ['open', 'closed', 'locked'] as const;
export type AccountState = (typeof ACCOUNT_STATES)[number];

/** `bearer`: the client keeps its tokens; `cookie`: the browser keeps them where scripts cannot read them. */
export const SESSION_KINDS = ['bearer', 'cookie'] as const;
export type SessionKind = (typeof SESSION_KINDS)[number];

export const LOGIN_MAX = 80;
export const PASSWORD_MIN = 10;
export const PASSWORD_MAX = 200;
export const PAGE_MAX = 200;
/** The old secret of a key lasts at most so long beside the new one; a day unless it is said. */
export const OVERLAP_MAX_HOURS = 168;
const OVERLAP_HOURS = 24;

const optional = Type.Optional;
const Text = Type.String();
const Time = Type.Integer({ description: 'milliseconds since 1970-01-01T00:00Z' });
const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Name = () => Type.String({ minLength: 1, maxLength: 80, pattern: NO_NUL });
const AnyPassword = () => Type.String({ minLength: 1, maxLength: PASSWORD_MAX });

export const LoginBody = Strict({
  login: Type.String({ minLength: 1, maxLength: LOGIN_MAX, pattern: NO_NUL }),
  password: AnyPassword(),
  mode: optional({
    ...OneOf(SESSION_KINDS),
    description: 'bearer (default): tokens in the answer; cookie: tokens in HttpOnly cookies',
  }),
});

/** Empty for a session in cookies. */
export const RefreshBody = Strict({ refreshToken: optional(Type.String({ minLength: 1, maxLength: 200 })) });

export const PasswordBody = Strict({
  oldPassword: AnyPassword(),
  newPassword: Type.String({ minLength: PASSWORD_MIN, maxLength: PASSWORD_MAX }),
});

const Person = {
  ...{ id: Text, name: Text },
  posts: Type.Array(Type.Object({ role: OneOf(ROLES), region: Text, bodyId: optional(Text) })),
};

/** The tokens are absent for a session in cookies, the CSRF token for one without. */
export const SessionView = Type.Object({
  token: optional(Text),
  expiresAt: { ...Time, description: 'the access token is to be renewed before that (milliseconds)' },
  refreshToken: optional({ ...Text, description: 'renews once, at POST /v1/sessions/refresh' }),
  csrfToken: optional({ ...Text, description: 'goes into x-csrf-token of every changing call' }),
  sessionExpiresAt: { ...Time, description: 'log in again after that (milliseconds)' },
  mustChangePassword: Type.Boolean(),
  person: Type.Object(Person),
});

/** Whoever asks, and how she proves it. */
export const CurrentView = Type.Object({
  ...Person,
  via: OneOf(['session', 'cookie', 'key', 'issuer']),
  mustChangePassword: Type.Boolean(),
  scopes: Nullable(Type.Array(OneOf(SCOPES))),
  csrfToken: optional(Text),
});

export const SessionPage = Type.Object({
  items: Type.Array(
    Type.Object({
      ...{ id: Text, kind: OneOf(SESSION_KINDS), startedAt: Time, renewedAt: Time, expiresAt: Time },
      current: Type.Boolean(),
    }),
  ),
  nextCursor: Nullable(Text),
});

export const Ended = Type.Object({ ended: Type.Integer() });

export const NewAccountBody = Strict({
  id: { ...Id(), description: 'the id of the member of staff, where she is one' },
  kind: optional(OneOf(ACCOUNT_KINDS)),
  login: optional(Type.String({ minLength: 1, maxLength: LOGIN_MAX, pattern: '^[^\\s\\u0000]+$' })),
  name: Name(),
});

export const AccountView = Type.Object({
  ...{ id: Text, name: Text, login: Text, kind: OneOf(ACCOUNT_KINDS), state: OneOf(ACCOUNT_STATES) },
  ...{ lockedUntil: Nullable(Time), mustChangePassword: Type.Boolean() },
});
export const AccountPage = Type.Object({ items: Type.Array(AccountView), nextCursor: Nullable(Text) });

/** Shown once; null for another system. */
export const OneTime = Type.Object({ account: AccountView, oneTimePassword: Nullable(Text) });

const page = {
  limit: Type.Integer({ minimum: 1, maximum: PAGE_MAX, default: 50 }),
  cursor: optional(Cursor()),
};
export const PageQuery = Strict(page);
export const AccountQuery = Strict({
  ...page,
  ...{ state: optional(OneOf(ACCOUNT_STATES)), kind: optional(OneOf(ACCOUNT_KINDS)) },
});
export const KeyQuery = Strict({ ...page, accountId: optional(Id()) });

export const NewKeyBody = Strict({
  ...{ accountId: Id(), name: Name() },
  scopes: Type.Array(OneOf(SCOPES), { minItems: 1, maxItems: SCOPES.length, uniqueItems: true }),
  expiresAt: optional(Instant()),
});

export const RotateBody = Strict({
  overlapHours: optional(
    Type.Integer({
      ...{ minimum: 0, maximum: OVERLAP_MAX_HOURS, default: OVERLAP_HOURS },
      description: 'how long the old secret stays valid',
    }),
  ),
});

export const KeyView = Type.Object({
  ...{ id: Text, accountId: Text, name: Text, scopes: Type.Array(OneOf(SCOPES)) },
  ...{ createdAt: Time, createdBy: Text, expiresAt: Nullable(Time), revokedAt: Nullable(Time) },
  ...{ lastUsedAt: Nullable(Time), oldValidUntil: Nullable(Time) },
});
export const KeyPage = Type.Object({ items: Type.Array(KeyView), nextCursor: Nullable(Text) });
/** The key is shown once. */
export const KeyMade = Type.Object({ key: Text, ...KeyView.properties });
