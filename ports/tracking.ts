import type { Language, Slip } from '../schemas/api/reports.ts';
import type { Page } from './reads.ts';

export interface TrackedCase {
  kind: 'dispute' | 'task';
  id: string;
}

/** Whoever follows one case with a code. */
export interface Holder {
  /** `track:<id>`: the person the rules see. */
  principal: string;
  case: TrackedCase;
  /** `reporter`, or the id of a party. */
  speaksFor: string;
  language: Language;
}

export interface NewHolder extends Holder {
  /** Only of a reporter; of a party they are kept with the parties. */
  name: string | null;
  phone: string | null;
}

/** A code and a PIN that are not in force yet: nothing of them is stored. */
export interface Draft {
  slip: Slip;
  /** What is stored instead. */
  codeHash: Buffer;
  pinHash: string;
}

export interface IssuedCode {
  speaksFor: string;
  name: string | null;
  /** Masked. */
  phone: string | null;
  language: Language;
  issuedAt: number;
  issuedBy: string | null;
  usedAt: number | null;
  lockedUntil: number | null;
  endedAt: number | null;
}

export interface TrackSessionStarted {
  token: string;
  expiresAt: number;
  holder: Holder;
}

export type TrackAnswer =
  | ({ outcome: 'right' } & TrackSessionStarted)
  /** An unknown, ended or locked code and a wrong or expired PIN alike, in the same time. */
  | { outcome: 'wrong' }
  /** The PIN that was given out is right, and is used up only by choosing another. */
  | { outcome: 'choose-pin' };

/** Tracking codes, and the short sessions they open. Unlike accounts each is for one person in one case. */
export interface Tracking {
  /**
   * The same code and PIN for the same seed, so that a call that is repeated with the key that only its sender knows gives
   * the answer that was lost. Throws `PasswordsBusyError`.
   */
  draft(seed: string): Promise<Draft>;
  /**
   * Puts a drafted code in force for its holder; what she had before ends with its sessions. Returns the slip, or null
   * when it was in force already and has been used or ended since: it is shown to nobody again.
   */
  issue(draft: Draft, holder: NewHolder, by: string | null): Promise<Slip | null>;
  /** Throws `PasswordsBusyError`. */
  begin(entered: { code: string; pin: string; newPin?: string }): Promise<TrackAnswer>;
  /** Null for a token nobody gave out, and when its time or its code has ended. */
  find(token: string): Promise<Holder | null>;
  end(token: string): Promise<void>;
  /** Codes of a case, newest first. */
  list(of: TrackedCase, page: { limit: number; cursor?: string }): Promise<Page<IssuedCode>>;
  /** The region of a place that is in use; null when there is none. */
  regionOf(placeId: string): Promise<string | null>;
  /** The desk to call about what is owned in a region; null when none has a contact. */
  deskOf(region: string): Promise<{ name: string; contact: string } | null>;
}

/** How a token of a tracking session begins, so that no other door is tried with it. */
export const TRACK_TOKEN = 'trk_';
