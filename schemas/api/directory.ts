import { Type, type TSchema } from 'typebox';
import { BODY_KINDS } from '../../domain/directory/bodies.ts';
import { CAPACITY_WORDS } from '../../domain/directory/duty-rules.ts';
import { REGION_NAME_MAX } from '../../domain/directory/region-list.ts';
import { LEVELS } from '../../domain/regions.ts';
import { ROLES } from '../../domain/roles.ts';
import {
  CategoryCode,
  Cursor,
  Id,
  ID_MAX,
  Instant,
  NO_NUL,
  OneOf,
  RegionCode,
  Strict,
  VERSION_TAG,
} from '../parts.ts';

/** Staff, roster, regions, places and bodies as the API takes and gives them. */

export const NAME_MAX = 80;
export const CONTACT_MAX = 200;
/** Regions one body may name; one that serves more names the region around them. */
export const BODY_REGIONS_MAX = 50;
export const PAGE_MAX = 200;

const optional = Type.Optional;
const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Time = Type.Integer({ description: 'milliseconds since 1970-01-01T00:00Z' });

const Name = () => Type.String({ minLength: 1, maxLength: NAME_MAX, pattern: NO_NUL });
const Categories = () => Type.Array(CategoryCode(), { maxItems: 16, uniqueItems: true });
const Regions = () => Type.Array(RegionCode(), { maxItems: BODY_REGIONS_MAX, uniqueItems: true });

/** Roles of staff: being a resident is no post. */
export const StaffRole = () => OneOf(ROLES.filter((role) => role !== 'resident'));

export const Paging = {
  limit: Type.Integer({ minimum: 1, maximum: PAGE_MAX, default: 50 }),
  cursor: optional(Cursor()),
};
export const Prefix = () =>
  Type.String({ minLength: 1, maxLength: NAME_MAX, pattern: NO_NUL, description: 'how the name begins' });

export const VersionHeader = Type.Object({
  'if-match': optional(
    Type.String({ pattern: VERSION_TAG, description: 'the version that was seen, as "3"; needed' }),
  ),
});

export const page = <T extends TSchema>(item: T) =>
  Type.Object({ items: Type.Array(item), nextCursor: Nullable(Type.String()) });

export const PostView = Type.Object({
  ...{ role: Type.String(), region: Type.String(), bodyId: optional(Type.String()) },
  ...{ from: optional(Time), to: optional(Nullable(Time)) },
});

export const NewPost = Strict({
  ...{ role: StaffRole(), region: RegionCode(), bodyId: optional(Id()) },
  from: optional({ ...Instant(), description: 'at once when it is left out' }),
  to: optional(Type.Union([Instant(), Type.Null()])),
});

export const ColleagueView = Type.Object({
  ...{ id: Type.String(), name: Type.String(), posts: Type.Array(PostView) },
});

const StaffBase = {
  ...{ id: Type.String(), name: Type.String(), active: Type.Boolean(), version: Type.Integer() },
  home: Nullable(Type.String()),
  leavesAt: Nullable(Time),
  skills: Type.Array(Type.String()),
  posts: Type.Array(PostView, { description: 'the first is number 1; none is ever removed' }),
};
export const StaffLineView = Type.Object(StaffBase);
export const StaffView = Type.Object({
  ...StaffBase,
  openCases: Type.Integer({ description: 'open cases that are hers by name' }),
});

export const NewPerson = Strict({
  id: optional(
    Type.String({
      ...{ minLength: 1, maxLength: ID_MAX, pattern: '^[A-Za-z0-9._-]+$' },
      description: 'the id of an account that exists; a new one is made when left out',
    }),
  ),
  ...{ name: Name(), home: RegionCode(), skills: optional(Categories()) },
});
export const PersonChange = Strict({
  ...{ name: optional(Name()), home: optional(RegionCode()), skills: optional(Categories()) },
});

export const Until = Strict({ to: optional({ ...Instant(), description: 'now when it is left out' }) });
export const At = Strict({ at: optional({ ...Instant(), description: 'now when it is left out' }) });

export const NewDuty = Strict({
  ...{ staffId: Id(), region: RegionCode(), role: StaffRole(), capacity: OneOf(CAPACITY_WORDS) },
  ...{ from: Instant(), to: optional(Type.Union([Instant(), Type.Null()])) },
  standsInFor: optional({ ...Id(), description: 'who is away during that time' }),
  withPost: optional(Type.Boolean({ description: 'she is given the post for the same time' })),
});
export const DutyView = Type.Object({
  ...{ id: Type.String(), staffId: Type.String(), name: Type.String(), region: Type.String() },
  ...{ role: Type.String(), capacity: Type.String(), from: Time, to: Nullable(Time) },
  standsInFor: Nullable(Type.String()),
});

export const OnDutyView = Type.Object({
  at: Time,
  levels: Type.Array(
    Type.Object({
      ...{ level: OneOf(LEVELS), region: Type.String(), staffId: Nullable(Type.String()) },
      ...{ name: Nullable(Type.String()), via: Type.String() },
    }),
  ),
});

export const RegionView = Type.Object({
  ...{ code: Type.String(), name: Type.String({ maxLength: REGION_NAME_MAX }), level: OneOf(LEVELS) },
  parent: Nullable(Type.String()),
  inner: Type.Boolean({ description: 'whether there are regions inside it' }),
});
export const RegionsUploadedView = Type.Object({
  ...{ added: Type.Integer(), renamed: Type.Integer(), unchanged: Type.Integer(), removed: Type.Integer() },
  dryRun: Type.Boolean(),
});

export const PlaceView = Type.Object({
  ...{ id: Type.String(), name: Type.String(), region: Type.String() },
  ...{ active: Type.Boolean(), version: Type.Integer() },
});
export const NewPlace = Strict({ id: optional(Id()), name: Name(), region: RegionCode() });
export const PlaceChange = Strict({
  ...{ name: optional(Name()), region: optional(RegionCode()), active: optional(Type.Boolean()) },
});

const Contact = () => Type.String({ minLength: 1, maxLength: CONTACT_MAX, pattern: NO_NUL });
export const BodyView = Type.Object({
  ...{ id: Type.String(), name: Type.String(), kind: Type.String(), regions: Type.Array(Type.String()) },
  ...{ categories: Type.Array(Type.String()), dutyContact: Nullable(Type.String()) },
  ...{ active: Type.Boolean(), version: Type.Integer() },
});
export const BodyDetail = Type.Object({
  ...BodyView.properties,
  members: Type.Array(ColleagueView, { description: 'who holds a post in it now, the first 200' }),
});
export const NewBody = Strict({
  ...{ id: Id(), name: Name(), kind: OneOf(BODY_KINDS) },
  regions: { ...Regions(), description: 'empty: everywhere' },
  categories: { ...Categories(), description: 'empty: every category' },
  dutyContact: optional(Type.Union([Contact(), Type.Null()])),
});
export const BodyChange = Strict({
  ...{ name: optional(Name()), kind: optional(OneOf(BODY_KINDS)), regions: optional(Regions()) },
  ...{ categories: optional(Categories()), dutyContact: optional(Type.Union([Contact(), Type.Null()])) },
  active: optional(Type.Boolean()),
});
