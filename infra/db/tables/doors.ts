import { sql } from 'drizzle-orm';
import { index, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

/**
 * Reports that came in by Open311, the only ones which that door shows. A row is there before its report is taken in,
 * and names its case as soon as there is one.
 */
export const open311Requests = pgTable(
  'open311_requests',
  {
    commandId: text('command_id').primaryKey(),
    token: text('token').notNull().unique(),
    serviceCode: text('service_code').notNull(),
    requestedAt: instant('requested_at_ms').notNull(),
    caseKind: text('case_kind'),
    caseId: text('case_id'),
  },
  (t) => [
    uniqueIndex('open311_requests_of_case').on(t.caseId),
    index('open311_requests_newest').on(t.requestedAt),
    index('open311_requests_without_case')
      .on(t.requestedAt)
      .where(sql`case_id is null`),
  ],
);
