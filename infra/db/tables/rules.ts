import { jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

export const policies = pgTable('policies', {
  version: text('version').primaryKey(),
  document: jsonb('document').notNull(),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  /** The policy activated last is the one new cases start with. */
  activatedAt: timestamp('activated_at', { withTimezone: true }),
});

export const calendars = pgTable('calendars', {
  version: text('version').primaryKey(),
  document: jsonb('document').notNull(),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
});
