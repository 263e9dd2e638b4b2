import { sql } from 'drizzle-orm';
import { bigint, boolean, check, index, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

/** Whoever can log in: staff, residents who chose to have an account, and other systems (`service`), by keys only. */
export const accounts = pgTable('accounts', {
  id: text('id').primaryKey(),
  login: text('login').notNull().unique(),
  /** Null: no password opens it. */
  passwordHash: text('password_hash'),
  name: text('name').notNull(),
  active: boolean('active').notNull().default(true),
  kind: text('kind').notNull().default('person'),
  /** Wrong passwords in a row, also one that is being looked at. */
  failedLogins: integer('failed_logins').notNull().default(0),
  lockedUntil: instant('locked_until_ms'),
  /** An administrator gave the password: it opens nothing after this, and is to be changed at first. */
  oneTimeUntil: instant('one_time_until_ms'),
});

export const staff = pgTable(
  'staff',
  {
    id: text('id').primaryKey(),
    name: text('name').notNull(),
    active: boolean('active').notNull().default(true),
    /** What she holds, held and will hold, with dates; one keeps its place for ever, which is its number. */
    posts: jsonb('posts').notNull(),
    /** Categories in which a mediator is experienced; empty for all-round. */
    skills: jsonb('skills').notNull().default([]),
    /** Where she belongs, for whoever administers it; null for the smallest region around her posts. */
    region: text('region').references(() => regions.code),
    /** From this moment on she serves no longer. Nobody is ever deleted: what she did stays hers. */
    leavesAt: instant('leaves_at_ms'),
    version: integer('version').notNull().default(1),
  },
  (t) => [index('staff_of_region').on(t.region)],
);

export const dutyRoster = pgTable(
  'duty_roster',
  {
    id: text('id').primaryKey(),
    staffId: text('staff_id')
      .notNull()
      .references(() => staff.id),
    region: text('region').notNull(),
    role: text('role').notNull(),
    capacity: text('capacity').notNull(),
    from: instant('from_ms').notNull(),
    to: instant('to_ms'),
    /** Who is away during that time. */
    standsInFor: text('stands_in_for').references(() => staff.id),
  },
  (t) => [
    index('duty_roster_of_region').on(t.region),
    // As long as its beginning: a duty that was cancelled before it began.
    check('duty_roster_times', sql`${t.to} IS NULL OR ${t.to} >= ${t.from}`),
  ],
);

export const regions = pgTable('regions', {
  code: text('code').primaryKey(),
  name: text('name').notNull(),
});

export const places = pgTable(
  'places',
  {
    id: text('id').primaryKey(),
    name: text('name').notNull(),
    region: text('region')
      .notNull()
      .references(() => regions.code),
    active: boolean('active').notNull().default(true),
    version: integer('version').notNull().default(1),
  },
  (t) => [index('places_of_region').on(t.region)],
);

export const bodies = pgTable('bodies', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  kind: text('kind').notNull(),
  regions: jsonb('regions').notNull(),
  categories: jsonb('categories').notNull(),
  /** How whoever is on duty there is reached: a desk, not a person. */
  dutyContact: text('duty_contact'),
  active: boolean('active').notNull().default(true),
  version: integer('version').notNull().default(1),
});

/** One row: counts changes to staff, roster, regions and bodies, so that workers know when their snapshot is old. */
export const directoryVersion = pgTable('directory_version', {
  id: boolean('id').primaryKey().default(true),
  version: bigint('version', { mode: 'number' }).notNull(),
});
