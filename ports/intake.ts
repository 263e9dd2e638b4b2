import type { Refusal } from '../domain/errors.ts';
import type { Actor } from '../domain/roles.ts';
import type { Report, ReportTaken } from '../schemas/api/reports.ts';

export interface TakeReport {
  report: Report;
  actor: Actor;
  /** Whoever asks; with the key it makes the same report the same, however often it is sent. */
  principal: string;
  idempotencyKey: string;
  /** Whoever told it, where staff write it down for her; the actor otherwise. */
  reportedBy?: string;
  /** All that was asked for, where the report is only part of it: a key stands for the whole. */
  asked?: unknown;
}

export type Taken =
  | { outcome: 'taken'; taken: ReportTaken; again: boolean }
  | { outcome: 'refused'; refusal: Refusal }
  /** The key was used before with another body. */
  | { outcome: 'key-reused' };

/** The first step of every case: report, first events, row and outbox in one transaction. */
export interface Intake {
  take(request: TakeReport): Promise<Taken>;
}
