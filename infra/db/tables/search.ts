import { sql } from 'drizzle-orm';
import { bigint, customType, index, jsonb, pgTable, text, unique } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' });

/** Entries of the word index that wait for being sorted in: more make a report quicker and every search slower. */
const PENDING_KB = 256;

/**
 * What disputes are found by, written with their texts. The words are made by the application (`domain/search-terms.ts`)
 * and have no positions: overlapping pairs of characters say already what stands beside what.
 */
export const disputeSearch = pgTable(
  'dispute_search',
  {
    disputeId: text('dispute_id').primaryKey(),
    /** As in `cases`; a trigger keeps them the same. */
    regionNumber: bigint('region_number', { mode: 'bigint' }).notNull(),
    openedAt: instant('opened_at_ms').notNull(),
    placeId: text('place_id'),
    /** Of title, narrative and items; empty after one of them was erased, until it is made anew. */
    document: tsvector('document').notNull(),
  },
  (t) => [
    index('dispute_search_words').using('gin', t.document).with({ gin_pending_list_limit: PENDING_KB }),
    index('dispute_search_opened').on(t.openedAt, t.disputeId),
    // The newest of a grid, of a community (its first twelve digits) and of a street (nine), however many there are. They
    // are written once a dispute; on `cases` they would be written at every act.
    index('dispute_search_of_grid').on(t.regionNumber, t.openedAt, t.disputeId),
    index('dispute_search_of_community').on(sql`(region_number / 1000)`, t.openedAt, t.disputeId),
    index('dispute_search_of_street').on(sql`(region_number / 1000000)`, t.openedAt, t.disputeId),
    index('dispute_search_of_place')
      .on(t.placeId, t.openedAt)
      .where(sql`place_id is not null`),
  ],
);

/** Filters that a person keeps under a name. Never a search for a party. */
export const savedFilters = pgTable(
  'saved_filters',
  {
    id: text('id').primaryKey(),
    personId: text('person_id').notNull(),
    name: text('name').notNull(),
    filter: jsonb('filter').notNull(),
    updatedAt: instant('updated_at_ms').notNull(),
  },
  (t) => [unique('saved_filters_names').on(t.personId, t.name)],
);
