import type { Owner } from '../domain/duty.ts';
import type { Refusal } from '../domain/errors.ts';
import type { DatedPost } from '../domain/posts.ts';
import type { RegionFault } from '../domain/directory/region-list.ts';
import type { RegionCode } from '../domain/regions.ts';
import type { Role } from '../domain/roles.ts';
import type { Page } from './reads.ts';

/** Part of a list: `cursor` is where the last page ended. */
export interface Paging {
  limit: number;
  cursor?: string | undefined;
}

export interface RegionLine {
  code: RegionCode;
  name: string;
  /** Whether there are regions inside it. */
  inner: boolean;
}

export interface PlaceLine {
  id: string;
  name: string;
  region: RegionCode;
  active: boolean;
  version: number;
}

export interface BodyLine {
  id: string;
  name: string;
  kind: string;
  regions: RegionCode[];
  categories: string[];
  dutyContact: string | null;
  active: boolean;
  version: number;
}

/** What colleagues see of each other: a name and the posts of now. */
export interface Colleague {
  id: string;
  name: string;
  posts: DatedPost[];
}

/** What an administrator sees: every post, its place in the list is its number from 1. */
export interface StaffRecord extends Colleague {
  active: boolean;
  home: RegionCode | null;
  leavesAt: number | null;
  skills: string[];
  version: number;
  /** Open cases that are hers by name. */
  openCases: number;
}

export interface DutyLine {
  id: string;
  staffId: string;
  name: string;
  region: RegionCode;
  role: Role;
  capacity: string;
  from: number;
  to: number | null;
  standsInFor: string | null;
}

export interface StaffFilter extends Paging {
  /** Whose post contains this region. */
  region?: RegionCode | undefined;
  /** Who belongs to one of these regions, or has or had a post in one. */
  within?: RegionCode[] | undefined;
  role?: string | undefined;
  bodyId?: string | undefined;
  name?: string | undefined;
}

export interface DutyFilter extends Paging {
  region?: RegionCode | undefined;
  within?: RegionCode | undefined;
  staffId?: string | undefined;
  /** Only duties of that moment. */
  at?: number | undefined;
}

export interface BodyFilter extends Paging {
  region?: RegionCode | undefined;
  category?: string | undefined;
  kind?: string | undefined;
  name?: string | undefined;
}

/** Who owns what happens in a region at one level, with her name. */
export type OnDuty = Owner & { name: string | null };

/** The directory as it is read: no right is checked here. Lists throw `CursorError`. */
export interface DirectoryReads {
  regions(
    filter: Paging & {
      parent?: RegionCode | undefined;
      within?: RegionCode | undefined;
      name?: string | undefined;
    },
  ): Promise<Page<RegionLine>>;
  places(
    filter: Paging & { region?: RegionCode | undefined; name?: string | undefined },
  ): Promise<Page<PlaceLine>>;
  bodies(filter: BodyFilter): Promise<Page<BodyLine>>;
  body(id: string): Promise<BodyLine | null>;
  colleagues(filter: StaffFilter, now: number): Promise<Page<Colleague>>;
  /** With those who have left or come later. */
  staff(filter: StaffFilter): Promise<Page<Omit<StaffRecord, 'openCases'>>>;
  person(id: string): Promise<StaffRecord | null>;
  duties(filter: DutyFilter): Promise<Page<DutyLine>>;
  names(ids: string[]): Promise<Map<string, string>>;
}

export interface NewPerson {
  id: string;
  name: string;
  home: RegionCode;
  skills: string[];
}

export interface PersonChange {
  name?: string | undefined;
  home?: RegionCode | undefined;
  skills?: string[] | undefined;
}

export interface NewDuty {
  staffId: string;
  region: RegionCode;
  role: Role;
  capacity: 'responsible' | 'cover' | 'officer';
  from: number;
  to: number | null;
  standsInFor: string | null;
  /** She is given the post for the same time. */
  withPost: boolean;
}

export interface BodyContent {
  name: string;
  kind: string;
  regions: RegionCode[];
  categories: string[];
  dutyContact: string | null;
}

export interface RegionsUploaded {
  added: number;
  renamed: number;
  unchanged: number;
  removed: number;
}

/**
 * Changes of the directory. Each is one transaction, one after another over all processes; whether this administrator
 * may do it is decided by what stands there at that moment. A refusal says why nothing was changed.
 */
export interface DirectoryDesk {
  addPerson(by: string, person: NewPerson): Promise<Refusal | StaffRecord>;
  changePerson(by: string, id: string, version: number, change: PersonChange): Promise<Refusal | StaffRecord>;
  /** From `at` on she serves no longer; her open cases go to whoever is on duty then. */
  deactivate(by: string, id: string, at: number | undefined): Promise<Refusal | StaffRecord>;
  reactivate(by: string, id: string): Promise<Refusal | StaffRecord>;
  addPost(by: string, id: string, post: DatedPost): Promise<Refusal | StaffRecord>;
  endPost(by: string, id: string, number: number, to: number | undefined): Promise<Refusal | StaffRecord>;
  addDuty(by: string, duty: NewDuty): Promise<Refusal | DutyLine>;
  endDuty(by: string, id: string, to: number | undefined): Promise<Refusal | DutyLine>;
  addPlace(by: string, place: Pick<PlaceLine, 'id' | 'name' | 'region'>): Promise<Refusal | PlaceLine>;
  changePlace(
    by: string,
    id: string,
    version: number,
    change: { name?: string | undefined; region?: RegionCode | undefined; active?: boolean | undefined },
  ): Promise<Refusal | PlaceLine>;
  addBody(by: string, body: BodyContent & { id: string }): Promise<Refusal | BodyLine>;
  changeBody(
    by: string,
    id: string,
    version: number,
    change: { [K in keyof BodyContent]?: BodyContent[K] | undefined } & { active?: boolean | undefined },
  ): Promise<Refusal | BodyLine>;
  /** All of the list or nothing. `remove`: what the administrator's regions have and the list has not is removed. */
  uploadRegions(
    by: string,
    text: string,
    how: { remove: boolean; dryRun: boolean },
  ): Promise<Refusal | RegionsUploaded | { faults: RegionFault[] }>;
}
