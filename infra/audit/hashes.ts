import { createHash } from 'node:crypto';

export const HASH_BYTES = 32;

/** What the first seal follows on. */
export const BEGINNING = Buffer.alloc(HASH_BYTES);

/** A row as the database gives it, in the order of `ROW_COLUMNS`: id, time and detail as text, so that nothing is rounded. */
export type AuditRow = [
  id: string,
  at: string,
  actorId: string,
  kind: string,
  caseKind: string | null,
  caseId: string | null,
  fields: string[],
  detail: string | null,
  requestId: string,
];

export const ROW_COLUMNS =
  'a.id::text, a.at_ms::text, a.actor_id, a.kind, a.case_kind, a.case_id, a.fields, a.detail::text, a.request_id';

// The labels keep the two kinds of hashes, and later layouts, from being taken for each other.
const ROW_LABEL = 'fengqiao audit row 1\n';
const SEAL_LABEL = 'fengqiao audit seal 1\n';

/** The hash of one row, over its canonical bytes: the label, then its columns as one JSON array. */
export const leafOf = (row: AuditRow): Buffer =>
  createHash('sha256').update(ROW_LABEL).update(JSON.stringify(row)).digest();

export interface SealBody {
  number: number;
  at: number;
  emptied: boolean;
  /** As text: they go into the hash. */
  ids: string[];
  leaves: Buffer;
  previous: Buffer;
  keyId: string;
}

/** The hash of one seal: over everything it says, its rows' hashes and the hash of the seal before it. */
export function sealHashOf({ number, at, emptied, ids, leaves, previous, keyId }: SealBody): Buffer {
  const head = JSON.stringify([number, at, emptied, keyId, previous.toString('hex'), ids]);
  return createHash('sha256').update(SEAL_LABEL).update(head).update('\n').update(leaves).digest();
}

/** The hash of the n-th row of a seal. */
export const leafAt = (leaves: Buffer, n: number): Buffer =>
  leaves.subarray(n * HASH_BYTES, (n + 1) * HASH_BYTES);
