import type { RegionCode } from '../domain/regions.ts';

/** What is known of a report before it is taken in. */
export interface Open311Entry {
  commandId: string;
  token: string;
  serviceCode: string;
  requestedAt: number;
}

/** What this door shows of a case to everybody. */
export interface Open311Line {
  /** Of the dispute or task. */
  id: string;
  kind: 'dispute' | 'task';
  serviceCode: string;
  region: RegionCode;
  closed: boolean;
  requestedAt: number;
  updatedAt: number;
}

export interface Open311Filter {
  services?: string[];
  /** Of the time it was requested: from, inclusive, to, inclusive. */
  from: number;
  to: number;
  closed?: boolean;
  limit: number;
  offset: number;
}

/** The names by which a place can be told, and the region each lies in. */
export interface Gazetteer {
  names: ReadonlyMap<RegionCode, string>;
  /** Ids of places, and names of places and regions that only one has. */
  regionOf: ReadonlyMap<string, RegionCode>;
}

/** The reports that came in by Open311. It never shows any other. */
export interface Open311Register {
  /** Before the report is taken in. Asked again for the same command, the first entry stays. Returns its token. */
  announce(entry: Open311Entry): Promise<string>;
  /** The report was refused: there is nothing to show. */
  withdraw(commandId: string): Promise<void>;
  find(ids: string[]): Promise<Open311Line[]>;
  /** The newest first. */
  list(filter: Open311Filter): Promise<Open311Line[]>;
  /** Null for a token nobody was given; `id` is null while the report is not taken in. */
  byToken(token: string): Promise<{ id: string | null; requestedAt: number } | null>;
  gazetteer(): Promise<Gazetteer>;
}
