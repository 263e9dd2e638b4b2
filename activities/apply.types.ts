import type { Refusal } from '../domain/errors.ts';
import type { CaseKind } from '../domain/machine.ts';

/** What a command is told, now and whenever it asks again. Codes and ids only: it passes through Temporal's history. */
export type Answer =
  | { ok: true; version: number; stage: string; level: string; grade: string | null }
  | { ok: false; refusal: Refusal };

export interface ApplyRequest {
  kind: CaseKind;
  id: string;
  /** Null is a wake-up: only what time does. */
  commandId: string | null;
  /** The workflow's clock is the time of every act. */
  nowMs: number;
}

export interface Applied {
  version: number;
  /** When to ask again; null when nothing ticks. */
  nextWakeAt: number | null;
  final: boolean;
  stage: string;
  level: string;
  grade: string | null;
  answer: Answer;
}

export interface CaseActivities {
  apply: (request: ApplyRequest) => Promise<Applied>;
}
