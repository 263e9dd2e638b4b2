import type { CaseOfPerson, Person, PersonKey } from '../../ports/privacy.ts';
import type { FieldCipher } from '../crypto/field-cipher.ts';
import type { Queryable } from '../db/pool.ts';

/** More parties than one person can have; what lies beyond is somebody's mistake and not followed. */
export const PARTIES_OF_PERSON_MAX = 500;
/** Cases lead to accounts and accounts to cases; that many steps reach everything but a made-up chain. */
const STEPS_MAX = 8;

interface Known {
  /** The case it began with; a party of it may have no row of her own yet. */
  caseId: string | null;
  /** Ids of parties. */
  parties: Set<string>;
  principals: Set<string>;
}

/**
 * Everything that is the same person: the same account or tracking code, the same ID number, or the same phone under the same name.
 * A phone alone is not enough: families share one.
 */
export async function findPerson(db: Queryable, cipher: FieldCipher, key: PersonKey): Promise<Person> {
  const known = await startFrom(db, cipher, key);
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const before = known.parties.size + known.principals.size;
    await follow(db, known);
    if (known.parties.size + known.principals.size === before || known.parties.size > PARTIES_OF_PERSON_MAX)
      break;
  }
  const principals = [...known.principals];
  const { rows: staff } = await db.query<{ id: string }>('SELECT id FROM staff WHERE id = ANY($1)', [
    principals,
  ]);
  return { cases: await casesOf(db, known), principals, staffIds: staff.map(({ id }) => id) };
}

async function startFrom(db: Queryable, cipher: FieldCipher, key: PersonKey): Promise<Known> {
  if ('accountId' in key) return { caseId: null, parties: new Set(), principals: new Set([key.accountId]) };
  if ('caseId' in key) {
    const { caseId } = key;
    if (key.speaksFor !== 'reporter')
      return { caseId, parties: new Set([key.speaksFor]), principals: new Set<string>() };
    const { rows } = await db.query<{ id: string | null }>(
      `SELECT state->>'reportedBy' AS id FROM cases WHERE kind IN ('dispute', 'task') AND id = $1`,
      [caseId],
    );
    return { caseId, parties: new Set(), principals: new Set(rows.flatMap(({ id }) => id ?? [])) };
  }
  const byNumber = 'idNumber' in key;
  const hash = byNumber ? cipher.hash('id-number', key.idNumber) : cipher.hash('phone', key.phone);
  const parties = await db.query<{ id: string }>(
    byNumber
      ? 'SELECT id FROM parties WHERE id_number_hash = $1 LIMIT $2'
      : 'SELECT id FROM parties WHERE phone_hash = $1 AND name = $3 LIMIT $2',
    byNumber ? [hash, PARTIES_OF_PERSON_MAX] : [hash, PARTIES_OF_PERSON_MAX, key.name],
  );
  const holders = byNumber
    ? { rows: [] }
    : await db.query<{ id: string }>('SELECT id FROM tracking_holders WHERE phone_hash = $1 AND name = $2', [
        hash,
        key.name,
      ]);
  return {
    caseId: null,
    parties: new Set(parties.rows.map(({ id }) => id)),
    principals: new Set(holders.rows.map(({ id }) => id)),
  };
}

/** `p` and `a`: parties and principals known so far. What an act of identification changed stands in the case alone. */
const FOLLOW = `
  WITH own AS (SELECT id, dispute_id, name, phone_hash, id_number_hash, account_id FROM parties WHERE id = ANY($1)),
  held AS (SELECT id, speaks_for, name, phone_hash FROM tracking_holders WHERE id = ANY($2)),
  near AS (
    SELECT c.id, c.state FROM cases c WHERE c.kind = 'dispute' AND (c.id = $3
      OR c.id IN (SELECT dispute_id FROM own) OR c.members && $2::text[])),
  said AS (SELECT p->>'id' AS id, p->>'accountId' AS account FROM near, jsonb_array_elements(near.state->'parties') AS p)
  SELECT 'party' AS what, p.id FROM own o JOIN parties p
    ON p.id_number_hash = o.id_number_hash OR (p.phone_hash = o.phone_hash AND p.name = o.name)
  UNION SELECT 'party', p.id FROM held h JOIN parties p ON p.phone_hash = h.phone_hash AND p.name = h.name
  UNION SELECT 'party', id FROM said WHERE account = ANY($2)
  UNION SELECT 'principal', account FROM said WHERE id = ANY($1) AND account IS NOT NULL
  UNION SELECT 'principal', account_id FROM own WHERE account_id IS NOT NULL
  UNION SELECT 'principal', h.id FROM tracking_holders h JOIN own o ON h.case_id = o.dispute_id AND h.speaks_for = o.id
  UNION SELECT 'principal', h.id FROM own o JOIN tracking_holders h ON h.phone_hash = o.phone_hash AND h.name = o.name`;

async function follow(db: Queryable, { caseId, parties, principals }: Known): Promise<void> {
  const { rows } = await db.query<{ what: 'party' | 'principal'; id: string }>(FOLLOW, [
    [...parties],
    [...principals],
    caseId,
  ]);
  for (const { what, id } of rows) (what === 'party' ? parties : principals).add(id);
}

type Row = Omit<CaseOfPerson, 'partyIds' | 'isReporter'> & { reportedBy: string | null; own: string[] };

async function casesOf(db: Queryable, { caseId, parties, principals }: Known): Promise<CaseOfPerson[]> {
  const { rows } = await db.query<Row>(
    `SELECT c.kind, c.id, c.region, c.number, c.state, c.state->>'reportedBy' AS "reportedBy",
       ARRAY(SELECT p->>'id' FROM jsonb_array_elements(CASE c.kind WHEN 'dispute' THEN c.state->'parties' ELSE '[]' END) AS p
         WHERE p->>'id' = ANY($1)) AS own
     FROM cases c WHERE c.kind IN ('dispute', 'task')
       AND (c.id = $3 OR c.id IN (SELECT dispute_id FROM parties WHERE id = ANY($1)) OR c.members && $2::text[])
     ORDER BY c.opened_at_ms, c.id`,
    [[...parties], [...principals], caseId],
  );
  return rows
    .map(({ reportedBy, own, ...row }) => ({
      ...row,
      partyIds: own,
      isReporter: reportedBy !== null && principals.has(reportedBy),
    }))
    .filter(({ partyIds, isReporter }) => partyIds.length > 0 || isReporter);
}
