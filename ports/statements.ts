import type { CaseKind } from '../domain/machine.ts';

export interface NewStatement {
  id: string;
  textId: string;
  caseKind: Extract<CaseKind, 'dispute' | 'task'>;
  caseId: string;
  text: string;
  /** Of all that was asked for with its key. */
  bodyHash: string;
  /** `reporter`, or the id of a party. */
  speaksFor: string;
  writtenBy: string;
  byStaff: boolean;
  writtenAt: number;
  occurredAt: number | null;
  /** Who hears of it; null where nobody is on duty. */
  tell: { personId: string; notBefore: number } | null;
}

/** A statement without its words, which lie with the other texts. */
export interface StatementLine {
  id: string;
  textId: string;
  speaksFor: string;
  writtenBy: string;
  writtenAt: number;
  occurredAt: number | null;
}

export interface StatementFilter {
  limit: number;
  cursor?: string;
  /** Only those of these speakers, or written by this person; null for all. */
  only: { speaksFor: string[]; writtenBy: string } | null;
}

export type Written = 'written' | 'again' | 'key-reused' | 'full';

/** What parties and reporters put down in writing beside the steps they take. */
export interface Statements {
  /** `full`: this person has written as many on this case as she may. */
  write(statement: NewStatement): Promise<Written>;
}
