import type { KeptFilter } from '../schemas/api/search.ts';

export interface SavedFilter {
  id: string;
  name: string;
  filter: KeptFilter;
  updatedAt: number;
}

export type NewSavedFilter = Pick<SavedFilter, 'name' | 'filter'>;

/** Why a filter was not kept: there are as many as may be, the name is taken, or there is none with that id. */
export type NotKept = 'full' | 'name-taken' | 'none';

/** Filters that people keep. Each call names whose: nobody reads or changes another person's. */
export interface SavedFilters {
  /** By name. */
  list(personId: string): Promise<SavedFilter[]>;
  add(personId: string, filter: NewSavedFilter, now: number): Promise<SavedFilter | NotKept>;
  replace(personId: string, id: string, filter: NewSavedFilter, now: number): Promise<SavedFilter | NotKept>;
  /** False when there is none with that id. */
  remove(personId: string, id: string): Promise<boolean>;
}

/** More are refused. */
export const SAVED_FILTERS_MAX = 50;
