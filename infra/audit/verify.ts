import type { Queryable } from '../db/pool.ts';
import {
  BEGINNING,
  HASH_BYTES,
  leafAt,
  leafOf,
  ROW_COLUMNS,
  sealHashOf,
  type AuditRow,
  type SealBody,
} from './hashes.ts';
import type { SealChecker } from './keys.ts';
import { unsealedTail, type Tail } from './sealer.ts';

/** Seals read at once, and rows read at once: what is held in memory, however long the log is. */
const SEALS_PAGE = 100;
const ROWS_PAGE = 5_000;
/**
 * A row dated so long before a seal that left nothing waiting, and yet sealed after it, was not there at its time: rows
 * are dated by the database as they are added, and no statement of the engine lasts longer than seconds.
 */
const BACKDATED_MS = 600_000;

export type Fault = 'altered' | 'missing' | 'inserted' | 'reordered' | 'signature' | 'unknown key';

/** The first thing that is not as it was sealed. */
export interface Found {
  what: 'row' | 'seal';
  /** The id of the row or the number of the seal. */
  id: number;
  fault: Fault;
  /** The seal that shows it; null for a row that no seal knows. */
  seal: number | null;
  explanation: string;
}

export interface Verified {
  seals: number;
  rows: number;
  found: Found | null;
  tail: Tail;
  /** To be kept elsewhere: with `anchor` a later run finds out whether the end was cut off. */
  newest: { seal: number; hash: string; at: number } | null;
}

export interface VerifyOptions {
  checker: SealChecker;
  /** Begins at the seal that holds this row or a later one; what is before is taken on trust. */
  fromId?: number;
  /** A seal as an earlier run or the sealer's own log told it. */
  anchor?: { seal: number; hash: string };
  /** Told how many rows were checked since it was last told. */
  onProgress?: (rows: number) => void;
}

interface StoredSeal extends SealBody {
  fromId: string;
  toId: string;
  count: number;
  hash: Buffer;
  signature: Buffer;
}

const SEALS = `
  SELECT number::float8 AS number, at_ms::float8 AS at, from_id::text AS "fromId", to_id::text AS "toId", count, emptied,
    ids::text[] AS ids, leaves, previous, hash, signature, key_id AS "keyId"
  FROM audit_seals WHERE number > $1 ORDER BY number LIMIT ${SEALS_PAGE}`;

const ROWS = `SELECT ${ROW_COLUMNS} FROM audit_log a WHERE a.id = ANY($1::bigint[])`;

// One statement, so that what is sealed meanwhile is seen in one place or the other. EXCEPT and not NOT EXISTS: looking for
// the first row alone makes PostgreSQL compare every row with every seal.
const UNSEALED = `
  SELECT min(id)::text AS id FROM (
    SELECT id FROM audit_log WHERE id >= $1::bigint
    EXCEPT SELECT unnest(ids) FROM audit_seals WHERE to_id >= $1::bigint
    EXCEPT SELECT id FROM audit_tail) AS outside`;

const VANISHED = `
  SELECT min(t.id)::text AS id FROM audit_tail t LEFT JOIN audit_log a USING (id) WHERE a.id IS NULL`;

/** How many rows there are to check from a row on. */
export async function rowsToVerify(db: Queryable, fromId = 0): Promise<number> {
  const { rows } = await db.query<{ rows: string }>(
    'SELECT coalesce(sum(count), 0)::text AS rows FROM audit_seals WHERE to_id >= $1',
    [fromId],
  );
  return Number(rows[0]!.rows);
}

/**
 * Goes through the chain from its beginning and stops at the first fault: every seal follows on the one before it, says what
 * it was hashed and signed over, and each of its rows is there as it was. Then: no row is outside the chain. Runs beside
 * a working engine, in constant memory.
 */
export async function verifyAudit(db: Queryable, options: VerifyOptions): Promise<Verified> {
  const { fromId = 0 } = options;
  const walk = await walkSeals(db, options);
  const found = walk.found ?? cutOff(options, walk) ?? (await outside(db, fromId));
  return {
    ...{ seals: walk.seals, rows: walk.rows, found, tail: await unsealedTail(db) },
    newest:
      walk.last === null
        ? null
        : { seal: walk.last.number, hash: walk.last.hash.toString('hex'), at: walk.last.at },
  };
}

interface Walk {
  seals: number;
  rows: number;
  found: Found | null;
  last: StoredSeal | null;
}

async function walkSeals(db: Queryable, options: VerifyOptions): Promise<Walk> {
  const { fromId = 0, checker, anchor, onProgress } = options;
  const walk: Walk = { seals: 0, rows: 0, found: null, last: null };
  const start = await startOf(db, fromId);
  let expected = { number: start.number, hash: start.hash };
  let emptiedAt = -Infinity;
  for (;;) {
    const { rows: seals } = await db.query<StoredSeal>(SEALS, [expected.number]);
    if (seals.length === 0) return walk;
    for (const group of groups(seals)) {
      // Before their rows are read: a list of rows that was tampered with says nothing about rows.
      let broken: Found | null = null;
      const sound: StoredSeal[] = [];
      for (const seal of group) {
        broken = await sealFault(db, seal, expected, checker);
        if (broken === null && anchor?.seal === seal.number && anchor.hash !== seal.hash.toString('hex'))
          broken = sealFound(
            seal.number,
            'altered',
            'is not the seal that was noted: the chain was made anew',
          );
        if (broken !== null) break;
        expected = { number: seal.number, hash: seal.hash };
        sound.push(seal);
      }
      const rows = await rowsOf(db, sound);
      for (const seal of sound) {
        walk.found = rowFault(seal, rows, emptiedAt);
        if (walk.found !== null) return walk;
        if (seal.emptied) emptiedAt = seal.at;
        walk.seals += 1;
        walk.rows += seal.ids.length;
        walk.last = seal;
        onProgress?.(seal.ids.length);
      }
      walk.found = broken;
      if (broken !== null) return walk;
    }
  }
}

/** The number and hash of the seal before the first that is to be checked. */
async function startOf(db: Queryable, fromId: number): Promise<{ number: number; hash: Buffer }> {
  const beginning = { number: 0, hash: BEGINNING };
  if (fromId <= 0) return beginning;
  const { rows } = await db.query<{ number: number; previous: Buffer }>(
    `SELECT number::float8 AS number, previous FROM audit_seals WHERE to_id >= $1 ORDER BY number LIMIT 1`,
    [fromId],
  );
  const [first] = rows;
  if (first !== undefined) return { number: first.number - 1, hash: first.previous };
  const last = await db.query<{ number: number; hash: Buffer }>(
    'SELECT number::float8 AS number, hash FROM audit_seals ORDER BY number DESC LIMIT 1',
  );
  return last.rows[0] ?? beginning;
}

function* groups(seals: StoredSeal[]): Generator<StoredSeal[]> {
  let group: StoredSeal[] = [];
  let rows = 0;
  for (const seal of seals) {
    if (group.length > 0 && rows + seal.ids.length > ROWS_PAGE) {
      yield group;
      group = [];
      rows = 0;
    }
    group.push(seal);
    rows += seal.ids.length;
  }
  if (group.length > 0) yield group;
}

async function rowsOf(db: Queryable, seals: StoredSeal[]): Promise<Map<string, AuditRow>> {
  const ids = seals.flatMap((seal) => seal.ids);
  if (ids.length === 0) return new Map();
  const { rows } = await db.query<AuditRow>({ text: ROWS, values: [ids], rowMode: 'array' });
  return new Map(rows.map((row) => [row[0], row]));
}

async function sealFault(
  db: Queryable,
  seal: StoredSeal,
  expected: { number: number; hash: Buffer },
  checker: SealChecker,
): Promise<Found | null> {
  const { number, ids, leaves, keyId } = seal;
  const wanted = expected.number + 1;
  if (!seal.previous.equals(expected.hash)) {
    const elsewhere = await followerOf(db, expected.hash);
    if (elsewhere !== null)
      return sealFound(
        wanted,
        'reordered',
        `seal ${elsewhere} is the one that follows on seal ${expected.number}`,
      );
  }
  if (number !== wanted)
    return sealFound(wanted, 'missing', `seal ${number} comes after seal ${expected.number}`);
  if (!seal.previous.equals(expected.hash))
    return sealFound(number, 'altered', `does not follow on seal ${expected.number}`);
  if (ids.length === 0 || leaves.length !== ids.length * HASH_BYTES || !sealHashOf(seal).equals(seal.hash))
    return sealFound(number, 'altered', 'its hash is not the hash of what it says');
  if (seal.count !== ids.length || seal.fromId !== ids[0] || seal.toId !== ids.at(-1))
    return sealFound(number, 'altered', 'its summary is not that of its rows');
  if (!checker.knows(keyId))
    return sealFound(number, 'unknown key', `signed with key ${keyId}: give its public key with --key`);
  if (!checker.check(keyId, seal.hash, seal.signature))
    return sealFound(number, 'signature', `not signed by key ${keyId}: the chain was made anew without it`);
  return null;
}

async function followerOf(db: Queryable, hash: Buffer): Promise<number | null> {
  const { rows } = await db.query<{ number: number }>(
    'SELECT number::float8 AS number FROM audit_seals WHERE previous = $1 ORDER BY number LIMIT 1',
    [hash],
  );
  return rows[0]?.number ?? null;
}

function rowFault(seal: StoredSeal, rows: Map<string, AuditRow>, emptiedAt: number): Found | null {
  for (const [n, id] of seal.ids.entries()) {
    const row = rows.get(id);
    if (row === undefined) return rowFound(id, seal, 'missing', 'was sealed and is gone');
    const leaf = leafAt(seal.leaves, n);
    if (!leafOf(row).equals(leaf)) {
      const other = seal.ids.find(
        (candidate, m) => m !== n && leafOf(renamed(row, candidate)).equals(leafAt(seal.leaves, m)),
      );
      if (other !== undefined) return rowFound(id, seal, 'reordered', `holds what row ${other} was`);
      return rowFound(id, seal, 'altered', 'is not what was sealed');
    }
    if (Number(row[1]) < emptiedAt - BACKDATED_MS)
      return rowFound(
        id,
        seal,
        'inserted',
        'is dated before a seal that left nothing waiting: it was added later',
      );
  }
  return null;
}

const renamed = ([, ...rest]: AuditRow, id: string): AuditRow => [id, ...rest];

/** An end that was cut off leaves a sound chain: only what was noted elsewhere shows it. */
function cutOff({ anchor }: VerifyOptions, { last }: Walk): Found | null {
  if (anchor === undefined || anchor.seal <= (last?.number ?? 0)) return null;
  return sealFound(
    (last?.number ?? 0) + 1,
    'missing',
    `seal ${anchor.seal} was noted and is gone with all before it`,
  );
}

/** Rows that neither a seal nor the tail knows, and rows of the tail that are gone. */
async function outside(db: Queryable, fromId: number): Promise<Found | null> {
  const unsealed = await firstOf(db, UNSEALED, [fromId]);
  if (unsealed !== null)
    return rowFound(unsealed, null, 'inserted', 'is in no seal and does not wait for one');
  const vanished = await firstOf(db, VANISHED);
  if (vanished !== null) return rowFound(vanished, null, 'missing', 'waited for its seal and is gone');
  return null;
}

async function firstOf(db: Queryable, text: string, values: unknown[] = []): Promise<string | null> {
  const { rows } = await db.query<{ id: string | null }>(text, values);
  return rows[0]?.id ?? null;
}

const sealFound = (id: number, fault: Fault, explanation: string): Found => ({
  ...{ what: 'seal', id, fault, seal: id, explanation },
});

const rowFound = (id: string, seal: StoredSeal | null, fault: Fault, explanation: string): Found => ({
  ...{ what: 'row', id: Number(id), fault, seal: seal?.number ?? null, explanation },
});
