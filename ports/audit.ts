import type { CaseKind } from '../domain/machine.ts';

export const AUDIT_KINDS = [
  ...['read', 'search', 'reveal', 'export'],
  ...['change', 'erase', 'administration'],
  ...['login', 'login-refused', 'logout'],
] as const;
export type AuditKind = (typeof AUDIT_KINDS)[number];

/** One thing somebody did with protected data, or with the rules and accounts that protect it. */
export interface AuditEntry {
  actorId: string;
  kind: AuditKind;
  /** The case it was about; null for what belongs to none. */
  caseKind: CaseKind | null;
  caseId: string | null;
  /** Names of fields or operations (`party-phone`, `addPolicy`), never their content. */
  fields: string[];
  /** Ids, codes and counts. No personal data: rows are kept for ever, also when the person is erased. */
  detail?: Record<string, string | number | boolean | null>;
  requestId: string;
}

/** The log of who read and changed what. */
export interface Audit {
  /** Resolves when the entries are committed; whoever gives protected data away waits for that. Rejects when they are not. */
  record(entries: AuditEntry[]): Promise<void>;
}
