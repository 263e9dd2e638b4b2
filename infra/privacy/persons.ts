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
  /** Ids of parties that are hers by an account or code, or by what was asked. */
  parties: Set<string>;
  principals: Set<string>;
  /** Parties that were asked for by what anybody may have written of them: they lead no further. */
  looksAlike: Set<string>;
}

/**
 * Everything that is the same person: what her account or tracking code proves to be hers, and beside it parties with the same ID
 * number, or the same phone under the same name; a phone alone is not enough, families share one. Numbers and names are what
 * somebody wrote into a report, so they lead to no account and no code, nor to a party who has another one of her own.
 */
export async function findPerson(db: Queryable, cipher: FieldCipher, key: PersonKey): Promise<Person> {
  const known = await startFrom(db, cipher, key);
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const before = known.parties.size + known.principals.size;
    await follow(db, known);
    if (known.parties.size + known.principals.size === before || known.parties.size > PARTIES_OF_PERSON_MAX)
      break;
  }
  for (const id of await alike(db, known)) known.looksAlike.add(id);
  const principals = [...known.principals];
  const { rows: staff } = await db.query<{ id: string }>('SELECT id FROM staff WHERE id = ANY($1)', [
    principals,
  ]);
  return { cases: await casesOf(db, known), principals, staffIds: staff.map(({ id }) => id) };
}

async function startFrom(db: Queryable, cipher: FieldCipher, key: PersonKey): Promise<Known> {
  const known: Known = { caseId: null, parties: new Set(), principals: new Set(), looksAlike: new Set() };
  if ('accountId' in key) return { ...known, principals: new Set([key.accountId]) };
  if ('caseId' in key) {
    const { caseId } = key;
    if (key.speaksFor !== 'reporter') return { ...known, caseId, parties: new Set([key.speaksFor]) };
    const { rows } = await db.query<{ id: string | null }>(
      `SELECT state->>'reportedBy' AS id FROM cases WHERE kind IN ('dispute', 'task') AND id = $1`,
      [caseId],
    );
    return { ...known, caseId, principals: new Set(rows.flatMap(({ id }) => id ?? [])) };
  }
  const byNumber = 'idNumber' in key;
  const hash = byNumber ? cipher.hash('id-number', key.idNumber) : cipher.hash('phone', key.phone);
  const parties = await db.query<{ id: string }>(
    byNumber
      ? 'SELECT id FROM parties WHERE id_number_hash = $1 LIMIT $2'
      : 'SELECT id FROM parties WHERE phone_hash = $1 AND name = $3 LIMIT $2',
    byNumber ? [hash, PARTIES_OF_PERSON_MAX] : [hash, PARTIES_OF_PERSON_MAX, key.name],
  );
  return { ...known, looksAlike: new Set(parties.rows.map(({ id }) => id)) };
}

/** What accounts and codes prove. What an act of identification changed stands in the case alone. */
const FOLLOW = `
  WITH own AS (SELECT id, dispute_id, account_id FROM parties WHERE id = ANY($1)),
  near AS (
    SELECT c.id, c.state FROM cases c WHERE c.kind = 'dispute' AND (c.id = $3
      OR c.id IN (SELECT dispute_id FROM own) OR c.members && $2::text[])),
  said AS (SELECT p->>'id' AS id, p->>'accountId' AS account FROM near, jsonb_array_elements(near.state->'parties') AS p)
  SELECT 'party' AS what, id FROM said WHERE account = ANY($2)
  UNION SELECT 'principal', account FROM said WHERE id = ANY($1) AND account IS NOT NULL
  UNION SELECT 'principal', account_id FROM own WHERE account_id IS NOT NULL
  UNION SELECT 'principal', h.id FROM tracking_holders h JOIN own o ON h.case_id = o.dispute_id AND h.speaks_for = o.id`;

async function follow(db: Queryable, { caseId, parties, principals }: Known): Promise<void> {
  const { rows } = await db.query<{ what: 'party' | 'principal'; id: string }>(FOLLOW, [
    [...parties],
    [...principals],
    caseId,
  ]);
  for (const { what, id } of rows) (what === 'party' ? parties : principals).add(id);
}

/** One step only: whoever writes the number of one person beside the name and phone of another makes no bridge between them. */
const ALIKE = `
  WITH own AS (SELECT name, phone_hash, id_number_hash FROM parties WHERE id = ANY($1)
    UNION ALL SELECT name, phone_hash, NULL FROM tracking_holders WHERE id = ANY($2)),
  alike AS (
    SELECT p.id, p.dispute_id, p.account_id FROM own o JOIN parties p ON p.id_number_hash = o.id_number_hash
    UNION SELECT p.id, p.dispute_id, p.account_id FROM own o JOIN parties p
      ON p.phone_hash = o.phone_hash AND p.name = o.name)
  SELECT DISTINCT a.id FROM alike a LEFT JOIN cases c ON c.kind = 'dispute' AND c.id = a.dispute_id
  WHERE (a.account_id IS NULL OR a.account_id = ANY($2))
    AND NOT EXISTS (SELECT FROM jsonb_array_elements(c.state->'parties') AS p WHERE p->>'id' = a.id
      AND p->>'accountId' IS NOT NULL AND p->>'accountId' <> ALL($2))
  LIMIT $3`;

async function alike(db: Queryable, { parties, principals }: Known): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(ALIKE, [
    ...[[...parties], [...principals], PARTIES_OF_PERSON_MAX],
  ]);
  return rows.map(({ id }) => id);
}

type Row = Omit<CaseOfPerson, 'partyIds' | 'isReporter'> & { reportedBy: string | null; own: string[] };

async function casesOf(
  db: Queryable,
  { caseId, parties, principals, looksAlike }: Known,
): Promise<CaseOfPerson[]> {
  const { rows } = await db.query<Row>(
    `SELECT c.kind, c.id, c.region, c.number, c.state, c.state->>'reportedBy' AS "reportedBy",
       ARRAY(SELECT p->>'id' FROM jsonb_array_elements(CASE c.kind WHEN 'dispute' THEN c.state->'parties' ELSE '[]' END) AS p
         WHERE p->>'id' = ANY($1)) AS own
     FROM cases c WHERE c.kind IN ('dispute', 'task')
       AND (c.id = $3 OR c.id IN (SELECT dispute_id FROM parties WHERE id = ANY($1)) OR c.members && $2::text[])
     ORDER BY c.opened_at_ms, c.id`,
    [[...parties, ...looksAlike], [...principals], caseId],
  );
  return rows
    .map(({ reportedBy, own, ...row }) => ({
      ...row,
      partyIds: own,
      isReporter: reportedBy !== null && principals.has(reportedBy),
    }))
    .filter(({ partyIds, isReporter }) => partyIds.length > 0 || isReporter);
}
