import { bigint, boolean, index, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

/** Whoever can log in: staff, and residents who chose to have an account. */
export const accounts = pgTable('accounts', {
  id: text('id').primaryKey(),
  login: text('login').notNull().unique(),
  passwordHash: text('password_hash').notNull(),
  name: text('name').notNull(),
  active: boolean('active').notNull().default(true),
});

export const staff = pgTable('staff', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  active: boolean('active').notNull().default(true),
  posts: jsonb('posts').notNull(),
  /** Categories in which a mediator is experienced; empty for all-round. */
  skills: jsonb('skills').notNull().default([]),
});

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
  },
  (t) => [index('duty_roster_of_region').on(t.region)],
);

export const regions = pgTable('regions', {
  code: text('code').primaryKey(),
  name: text('name').notNull(),
});

export const places = pgTable('places', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  region: text('region')
    .notNull()
    .references(() => regions.code),
});

export const bodies = pgTable('bodies', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  kind: text('kind').notNull(),
  regions: jsonb('regions').notNull(),
  categories: jsonb('categories').notNull(),
  dutyContact: text('duty_contact'),
});

/** One row: counts changes to staff, roster, regions and bodies, so that workers know when their snapshot is old. */
export const directoryVersion = pgTable('directory_version', {
  id: boolean('id').primaryKey().default(true),
  version: bigint('version', { mode: 'number' }).notNull(),
});
