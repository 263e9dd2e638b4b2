import type { FieldCipher, FieldSuite, SearchedField } from '../../ports/field-cipher.ts';
import type { Queryable } from '../db/pool.ts';
import { headOf, sealedWith } from './field-cipher.ts';

/** A column that holds sealed fields, of a table whose primary key is the text column `id`. */
export interface SealedColumn {
  table: string;
  column: string;
  /** The column with the keyed hash of the same field, if it is searched by. */
  hash?: { column: string; field: SearchedField };
}

/** Every one of them. A column that is missing here loses its data when a key is dropped; a test looks for such. */
export const SEALED_COLUMNS: SealedColumn[] = [
  { table: 'parties', column: 'phone', hash: { column: 'phone_hash', field: 'phone' } },
  { table: 'parties', column: 'id_number', hash: { column: 'id_number_hash', field: 'id-number' } },
  { table: 'tracking_holders', column: 'phone', hash: { column: 'phone_hash', field: 'phone' } },
];

/** Rows read and written at once: short statements, so that nobody waits for the rotation. */
const BATCH = 200;

export interface Target {
  cipher: FieldCipher;
  suite: FieldSuite;
  /** The first key of the ring. */
  key: string;
}

export interface RotateOptions extends Target {
  /** Make all hashes anew as well; otherwise only those of fields that are sealed anew or have none. */
  hashes: boolean;
  /** Told how many fields were looked at since it was last told. */
  onProgress?: (fields: number) => void;
}

export interface Rotated {
  /** Fields sealed anew. */
  sealed: number;
  /** Hashes that were missing or different. */
  hashed: number;
}

interface Row {
  id: string;
  sealed: Buffer;
  hash: Buffer | null;
}

/** Fields that still have to be looked at: all with `hashes`, otherwise those not sealed as wanted or without a hash. */
const needed = ({ column, hash }: SealedColumn, all: boolean): string =>
  all
    ? `${column} IS NOT NULL`
    : `${column} IS NOT NULL AND (substring(${column} FROM 1 FOR length($1::bytea)) <> $1::bytea${hash === undefined ? '' : ` OR ${hash.column} IS NULL`})`;

export async function fieldsToRotate(
  db: Queryable,
  column: SealedColumn,
  options: RotateOptions,
): Promise<number> {
  const { rows } = await db.query<{ n: string }>(
    `SELECT count(*)::text AS n FROM ${column.table} WHERE ${needed(column, options.hashes)} AND $1::bytea IS NOT NULL`,
    [headOf(options.suite, options.key)],
  );
  return Number(rows[0]!.n);
}

/**
 * Seals the fields of one column anew with the first key, beside a working engine: each row is written only if it still
 * holds what was read, so what somebody saves meanwhile stays. What is done already is skipped, so it can be stopped and
 * started at any time. Throws `RangeError` for a field whose key is not in the ring.
 */
export async function rotateColumn(
  db: Queryable,
  column: SealedColumn,
  options: RotateOptions,
): Promise<Rotated> {
  const { cipher, suite, key, hashes, onProgress } = options;
  const head = headOf(suite, key);
  const done: Rotated = { sealed: 0, hashed: 0 };
  let after = '';
  for (;;) {
    const { rows } = await db.query<Row>(
      `SELECT id, ${column.column} AS sealed, ${column.hash?.column ?? 'NULL::bytea'} AS hash FROM ${column.table}
       WHERE ${needed(column, hashes)} AND $1::bytea IS NOT NULL AND id > $2 ORDER BY id LIMIT ${BATCH}`,
      [head, after],
    );
    const last = rows.at(-1);
    if (last === undefined) return done;
    const changed = rows.flatMap((row) => {
      const text = cipher.open(row.sealed);
      const anew = !row.sealed.subarray(0, head.length).equals(head);
      const hash = column.hash === undefined ? null : cipher.hash(column.hash.field, text);
      const sameHash = hash === null ? row.hash === null : row.hash?.equals(hash) === true;
      if (!anew && sameHash) return [];
      return [
        {
          id: row.id,
          before: row.sealed,
          after: anew ? cipher.seal(text) : row.sealed,
          hash,
          anew,
          sameHash,
        },
      ];
    });
    const written = await write(db, column, changed);
    for (const { id, anew, sameHash } of changed) {
      if (!written.has(id)) continue;
      if (anew) done.sealed += 1;
      if (!sameHash) done.hashed += 1;
    }
    onProgress?.(rows.length);
    after = last.id;
  }
}

interface Change {
  id: string;
  before: Buffer;
  after: Buffer;
  hash: Buffer | null;
}

/** The rows that held what was read. */
async function write(db: Queryable, column: SealedColumn, changes: Change[]): Promise<Set<string>> {
  if (changes.length === 0) return new Set();
  const hash = column.hash === undefined ? '' : `, ${column.hash.column} = x.hash`;
  const { rows } = await db.query<{ id: string }>(
    `UPDATE ${column.table} t SET ${column.column} = x.after${hash}
     FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::bytea[]) AS x(id, before, after, hash)
     WHERE t.id = x.id AND t.${column.column} = x.before RETURNING t.id`,
    [
      ...[changes.map(({ id }) => id), changes.map(({ before }) => before)],
      ...[changes.map(({ after }) => after), changes.map((change) => change.hash)],
    ],
  );
  return new Set(rows.map(({ id }) => id));
}

export interface KeyUse {
  table: string;
  column: string;
  suite: FieldSuite;
  key: string;
  fields: number;
}

/** Which suite and key every sealed field has. */
export async function keysInUse(db: Queryable): Promise<KeyUse[]> {
  const uses: KeyUse[] = [];
  for (const { table, column } of SEALED_COLUMNS) {
    const { rows } = await db.query<{ head: Buffer; fields: string }>(
      `SELECT substring(${column} FROM 1 FOR 2 + get_byte(${column}, 1)) AS head, count(*)::text AS fields
       FROM ${table} WHERE ${column} IS NOT NULL GROUP BY 1 ORDER BY 1`,
    );
    for (const { head, fields } of rows) {
      const { suite, key } = sealedWith(head);
      uses.push({ table, column, suite, key, fields: Number(fields) });
    }
  }
  return uses;
}
