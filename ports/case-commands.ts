import type { Answer } from '../activities/apply.types.ts';
import type { CaseKind } from '../domain/machine.ts';
import type { Actor } from '../domain/roles.ts';

export interface SendCommand {
  kind: CaseKind;
  caseId: string;
  action: string;
  /** With references in place of free text. */
  body: object;
  texts: { id: string; body: string }[];
  actor: Actor;
  commandId: string;
  bodyHash: string;
  expectedVersion: number | null;
  occurredAt: number | null;
}

export type Sent =
  | { outcome: 'answered'; answer: Answer }
  | { outcome: 'key-reused' }
  /** Stored, but not known to be carried out in time: ask again with the same key. */
  | { outcome: 'recording' }
  /** Too many commands wait for this case; nothing is lost, ask again with the same key. */
  | { outcome: 'busy' }
  /** Nothing was stored or the sequencer is away. */
  | { outcome: 'unavailable' };

/** Carries a command to its case's sequencer and brings the answer back. */
export interface CaseCommands {
  send(command: SendCommand): Promise<Sent>;
}
