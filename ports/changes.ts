import type { CaseKind } from '../domain/machine.ts';
import type { RegionCode } from '../domain/regions.ts';
import type { Holder } from '../domain/work.ts';

/** That something changed, never what: whoever may see it fetches it. */
export interface Change {
  type: 'case' | 'work';
  kind: CaseKind;
  id: string;
  disputeId: string | null;
  /** 0 where only the work queues changed. */
  version: number;
  region: RegionCode;
  /** Of work: whose it can be. */
  holders?: Holder[];
}

export interface ChangeFeed {
  /** Returns how to end it. */
  subscribe(listener: (changes: Change[]) => void): () => void;
}
