import type { Person, PersonData } from '../../ports/privacy.ts';
import type { FieldCipher } from '../crypto/field-cipher.ts';
import type { Queryable } from '../db/pool.ts';

/** Rows of one kind in one answer; nobody has more. */
export const PERSON_ROWS_MAX = 1_000;

/** What is asked: $1 her parties, $2 her principals, $3 her cases. */
interface Asked {
  parties: string[];
  principals: string[];
  cases: string[];
}

export const askedOf = ({ cases, principals }: Person): Asked => ({
  ...{ parties: cases.flatMap(({ partyIds }) => partyIds), principals },
  cases: cases.map(({ id }) => id),
});

/** What each of them said: written by her, or written down by staff as hers. */
export const HER_STATEMENTS = `s.written_by = ANY($2) AND NOT s.by_staff OR s.speaks_for = ANY($1)
  OR (s.speaks_for = 'reporter' AND EXISTS (SELECT FROM cases c WHERE c.kind = s.case_kind AND c.id = s.case_id
    AND c.state->>'reportedBy' = ANY($2)))`;

const QUERIES = {
  account: `SELECT id, login, name, active FROM accounts WHERE id = ANY($2) AND $1::text[] IS NOT NULL AND $3::text[] IS NOT NULL`,
  parties: `SELECT p.dispute_id AS "caseId", c.number, p.id AS "partyId", p.side, p.name, p.phone, p.id_number AS "idNumber"
    FROM parties p LEFT JOIN cases c ON c.kind = 'dispute' AND c.id = p.dispute_id
    WHERE p.id = ANY($1) AND p.dispute_id = ANY($3) AND $2::text[] IS NOT NULL`,
  reports: `SELECT kind AS "caseKind", id AS "caseId", number FROM cases WHERE kind IN ('dispute', 'task') AND id = ANY($3)
    AND state->>'reportedBy' = ANY($2) AND $1::text[] IS NOT NULL`,
  followers: `SELECT case_id AS "caseId", speaks_for AS "speaksFor", name, phone FROM tracking_holders
    WHERE id = ANY($2) AND case_id = ANY($3) AND $1::text[] IS NOT NULL`,
  statements: `SELECT s.id, s.case_id AS "caseId", t.body AS text, s.written_at_ms AS "writtenAt"
    FROM statements s LEFT JOIN texts t ON t.id = s.text WHERE s.case_id = ANY($3) AND (${HER_STATEMENTS})`,
  attachments: `SELECT id, dispute_id AS "caseId", name, sha256, uploaded_at_ms AS "uploadedAt" FROM attachments
    WHERE dispute_id = ANY($3) AND uploaded_by = ANY($2) AND uploaded_as <> 'staff' AND $1::text[] IS NOT NULL`,
  notices: `SELECT id, kind, case_id AS "caseId", not_before_ms AS "notBefore", status FROM notices
    WHERE person_id = ANY($2) AND case_id = ANY($3) AND $1::text[] IS NOT NULL`,
  consents: `SELECT dispute_id AS "caseId", party_id AS "partyId", subject, given, how, at_ms AS at, expires_at_ms AS "expiresAt"
    FROM consents WHERE dispute_id = ANY($3) AND party_id = ANY($1) AND $2::text[] IS NOT NULL ORDER BY number`,
  sessions: `SELECT started_at_ms AS "startedAt", renewed_at_ms AS "renewedAt", expires_at_ms AS "expiresAt",
    ended_at_ms AS "endedAt" FROM sessions WHERE account_id = ANY($2) AND $1::text[] IS NOT NULL AND $3::text[] IS NOT NULL`,
  // Of her own fields alone: which of somebody else's were looked at beside them is not hers to know.
  disclosures: `SELECT a.at_ms AS at, a.actor_id AS by, a.kind, a.case_id AS "caseId",
      own.fields
    FROM audit_log a JOIN cases c ON c.kind = a.case_kind AND c.id = a.case_id,
      LATERAL (SELECT array_agg(f) AS fields FROM unnest(a.fields) AS f WHERE substring(f FROM '^party:(.+)[.]') = ANY($1)
        OR (f LIKE 'reporter.%' AND c.state->>'reportedBy' = ANY($2))) AS own
    WHERE a.case_id = ANY($3) AND a.kind IN ('reveal', 'export') AND own.fields IS NOT NULL ORDER BY a.id`,
} as const;

type Sealed<T> = Omit<T, 'phone' | 'idNumber'> & { phone: Buffer | null; idNumber: Buffer | null };

/** What is held about a person, with her own contact in clear: she has a right to see it. */
export async function dataOfPerson(
  db: Queryable,
  cipher: FieldCipher,
  person: Person,
  withWords: boolean,
): Promise<PersonData> {
  const { parties, principals, cases } = askedOf(person);
  const rowsOf = async <T extends object>(name: keyof typeof QUERIES): Promise<T[]> => {
    const { rows } = await db.query<T>(`${QUERIES[name]} LIMIT ${PERSON_ROWS_MAX}`, [
      ...[parties, principals, cases],
    ]);
    return rows;
  };
  const open = (sealed: Buffer | null): string | null => (sealed === null ? null : cipher.open(sealed));
  const [account] = await rowsOf<NonNullable<PersonData['account']>>('account');
  const people = await rowsOf<Sealed<PersonData['parties'][number]>>('parties');
  const followers = await rowsOf<Sealed<PersonData['followers'][number]>>('followers');
  const statements = await rowsOf<PersonData['statements'][number]>('statements');
  return {
    account: account ?? null,
    parties: people.map((row) => ({ ...row, phone: open(row.phone), idNumber: open(row.idNumber) })),
    reports: await rowsOf('reports'),
    followers: followers.map(({ phone, ...row }) => ({ ...row, phone: open(phone) })),
    statements: statements.map((row) => ({ ...row, text: withWords ? row.text : null })),
    attachments: await rowsOf('attachments'),
    notices: await rowsOf('notices'),
    consents: await rowsOf('consents'),
    sessions: await rowsOf('sessions'),
    disclosures: await rowsOf('disclosures'),
  };
}

/** Names and numbers by which she could be named in somebody's words. */
export async function wordsFor(db: Queryable, cipher: FieldCipher, person: Person): Promise<string[]> {
  const { account, parties, followers } = await dataOfPerson(db, cipher, person, false);
  const said = [...parties, ...followers].flatMap(({ name, phone }) => [name, phone]);
  const numbers = parties.map(({ idNumber }) => idNumber);
  const own = person.staffIds.includes(account?.id ?? '') ? null : (account?.name ?? null);
  const words = [...said, ...numbers, own].filter((word) => word !== null);
  return [...new Set(words)].filter((word) => [...word].length >= WORD_MIN);
}

/** A name of one character stands in every text. */
const WORD_MIN = 2;
