import type { Calendar } from '../domain/calendar.ts';
import type { Policy } from '../domain/policy.ts';
import type { DeadLetterLine, Page } from './reads.ts';

/** Rules as an administrator loads them. */
export interface RulesStore {
  policies(): Promise<{ version: string; active: boolean; createdAt: number }[]>;
  /** False when the version exists already: a policy never changes under its version. */
  addPolicy(policy: Policy): Promise<boolean>;
  /** False when there is no such version. */
  activate(version: string): Promise<boolean>;
  addCalendar(calendar: Calendar): Promise<boolean>;
}

export interface DeadLetterFilter {
  status: string;
  group?: string | undefined;
  key?: string | undefined;
  code?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

/** Dead letters of any group. */
export interface DeadLetterDesk {
  /** In the order they were set aside. Throws `CursorError`. */
  list(filter: DeadLetterFilter): Promise<Page<DeadLetterLine>>;
  /** With the message itself, which may hold personal data, and how many open ones of its key come first. */
  one(id: number): Promise<(DeadLetterLine & { payload: string; ahead: number }) | null>;
  /** Null when no group has that name. */
  replay(group: string, key?: string): Promise<{ replayed: number; failed: number } | null>;
  discard(id: number, reason: string): Promise<boolean>;
}

export interface Check {
  name: string;
  ok: boolean;
  /** Figures only. */
  detail: Record<string, string | number | null>;
}

/** What `/readyz` answers. */
export interface Health {
  check(): Promise<Check[]>;
}
