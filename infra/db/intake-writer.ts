import type { Candidate } from '../../domain/similarity.ts';
import type { Queryable } from './pool.ts';
import { caseRow, eventRows, type CaseChange } from './rows.ts';
import {
  COMMAND_COLUMNS,
  COMMAND_TYPES,
  commandRows,
  recordedBefore,
  ROW_COLUMNS,
  type Recorded,
} from './store.ts';

export interface NewParty {
  id: string;
  side: string;
  name: string;
  phone: Buffer | null;
  idNumber: Buffer | null;
  phoneHash: Buffer | null;
  idNumberHash: Buffer | null;
  accountId: string | null;
}

/** A case as intake decided it, with what is kept apart from its log. */
export interface NewCase {
  /** One act: the report. */
  change: CaseChange;
  answer: unknown;
  texts: { id: string; body: string }[];
  parties: NewParty[];
  /** What a dispute is found by; null for a case of another kind. */
  search: { placeId: string | null; document: string } | null;
  /** Asks for disputes around it whose words are like these; null asks for none. */
  compare: { own: string; any: string } | null;
}

export interface Inserted {
  recorded: Recorded;
  around: Candidate[];
}

const PARTY_COLUMNS = 'id, dispute_id, side, name, phone, id_number, phone_hash, id_number_hash, account_id';

/**
 * Several reports in one statement: command, first events, row, outbox, texts, parties and what it is found by, and a look for
 * disputes around it. A command's row decides whether its report came before: then nothing
 * of it is written. Sorted by command, so that two statements that share reports cannot wait for each other.
 */
const INTAKE = `
  WITH k AS (INSERT INTO commands (${COMMAND_COLUMNS})
    SELECT ${COMMAND_COLUMNS} FROM jsonb_to_recordset($1::jsonb) AS x(${COMMAND_TYPES}) ORDER BY command_id
    ON CONFLICT DO NOTHING RETURNING command_id),
  e AS (INSERT INTO events (case_kind, case_id, version, event_id, type, data, recorded_at_ms, occurred_at_ms, actor_id, command_id)
    SELECT case_kind, case_id, version, event_id, type, data, recorded_at_ms, occurred_at_ms, actor_id, command_id
    FROM jsonb_to_recordset($2::jsonb) AS x(case_kind text, case_id text, version int, event_id text, type text, data jsonb,
      recorded_at_ms bigint, occurred_at_ms bigint, actor_id text, command_id text) JOIN k USING (command_id)),
  o AS (INSERT INTO outbox (topic, key, event_id, payload)
    SELECT topic, key, event_id, payload FROM jsonb_to_recordset($3::jsonb)
      AS x(place int, command_id text, topic text, key text, event_id text, payload text) JOIN k USING (command_id)
    ORDER BY place),
  r AS (INSERT INTO cases (${ROW_COLUMNS})
    SELECT ${ROW_COLUMNS} FROM jsonb_array_elements($4::jsonb) AS w(v) JOIN k ON k.command_id = w.v->>'command_id',
      LATERAL jsonb_populate_record(null::cases, w.v->'row')),
  t AS (INSERT INTO texts (id, case_id, body, recorded_at_ms)
    SELECT id, case_id, body, recorded_at_ms FROM jsonb_to_recordset($5::jsonb)
      AS x(command_id text, id text, case_id text, body text, recorded_at_ms bigint) JOIN k USING (command_id)),
  p AS (INSERT INTO parties (${PARTY_COLUMNS})
    SELECT ${PARTY_COLUMNS} FROM jsonb_to_recordset($6::jsonb)
      AS x(command_id text, id text, dispute_id text, side text, name text, phone bytea, id_number bytea, phone_hash bytea,
        id_number_hash bytea, account_id text)
      JOIN k USING (command_id)),
  s AS (INSERT INTO dispute_search (dispute_id, region_number, opened_at_ms, place_id, document)
    SELECT dispute_id, region_number, opened_at_ms, place_id, document::tsvector FROM jsonb_to_recordset($7::jsonb)
      AS x(command_id text, dispute_id text, region_number bigint, opened_at_ms bigint, place_id text, document text)
      JOIN k USING (command_id))
  SELECT w.v->>'command_id' AS "commandId", k.command_id IS NOT NULL AS inserted,
    CASE WHEN w.v->>'own' IS NULL THEN '[]' ELSE disputes_near(
      (w.v->'row'->>'region_number')::bigint / 1000, w.v->>'place_id', (w.v->>'own')::tsvector,
      (w.v->>'any')::tsquery, w.v->'row'->>'id') END AS around
  FROM jsonb_array_elements($4::jsonb) AS w(v) LEFT JOIN k ON k.command_id = w.v->>'command_id'`;

interface Row {
  commandId: string;
  inserted: boolean;
  around: Inserted['around'];
}

const actOf = ({ change: { acts } }: NewCase): CaseChange['acts'][number] => {
  const [act] = acts;
  if (act === undefined || acts.length !== 1) throw new Error('intake is one act');
  return act;
};

const hex = (bytes: Buffer | null): string | null => (bytes === null ? null : `\\x${bytes.toString('hex')}`);

async function insertCases(db: Queryable, batch: NewCase[]): Promise<Inserted[]> {
  const parts: object[][] = [[], [], [], [], [], [], []];
  const [commands, events, outbox, rows, texts, parties, searched] = parts as [
    object[],
    object[],
    object[],
    object[],
    object[],
    object[],
    object[],
  ];
  for (const one of batch) {
    const { change, answer, search, compare } = one;
    const act = actOf(one);
    const command_id = act.commandId;
    const made = eventRows(change);
    commands.push(...commandRows(change, [act], answer));
    const of = { case_kind: change.kind, case_id: change.id, recorded_at_ms: change.now };
    events.push(...made.events.map((event) => ({ ...event, ...of })));
    outbox.push(...made.outbox.map((message, n) => ({ ...message, command_id, place: outbox.length + n })));
    const row = caseRow(change);
    rows.push({ command_id, row, place_id: search?.placeId ?? null, ...compare });
    if (search !== null) {
      const { region_number, opened_at_ms } = row;
      const found = { dispute_id: change.id, region_number, opened_at_ms, document: search.document };
      searched.push({ command_id, ...found, place_id: search.placeId });
    }
    texts.push(...one.texts.map((text) => ({ ...text, ...of, command_id })));
    for (const { phone, idNumber, phoneHash, idNumberHash, accountId, ...party } of one.parties) {
      const sealed = {
        ...{ phone: hex(phone), id_number: hex(idNumber) },
        ...{ phone_hash: hex(phoneHash), id_number_hash: hex(idNumberHash) },
      };
      parties.push({ ...party, ...sealed, account_id: accountId, dispute_id: change.id, command_id });
    }
  }
  const values = parts.map((part) => JSON.stringify(part));
  const result = await db.query<Row>({ name: 'intake', text: INTAKE, values });
  const found = new Map(result.rows.map((row) => [row.commandId, row]));
  return Promise.all(
    batch.map(async (one): Promise<Inserted> => {
      const { commandId, bodyHash } = actOf(one);
      const { inserted, around } = found.get(commandId)!;
      const recorded: Recorded = inserted ? { known: false } : await recordedBefore(db, commandId, bodyHash);
      return { recorded, around };
    }),
  );
}

/** Reports in one statement, and statements at once. */
const BATCH_MAX = 16;
const AT_ONCE = 3;

interface Waiting {
  one: NewCase;
  resolve: (inserted: Inserted) => void;
  reject: (error: unknown) => void;
}

/**
 * Writes reports as they come: the first at once, and those that come while statements are under way together in the
 * next, which costs the database half as much. Each is answered after the commit. When a statement fails its reports are
 * tried one by one, so that one that cannot be stored takes no other with it.
 */
export function createIntakeWriter(db: Queryable): (one: NewCase) => Promise<Inserted> {
  let waiting: Waiting[] = [];
  let running = 0;
  const inWork = new Set<string>();

  const run = async (batch: Waiting[]): Promise<void> => {
    try {
      const inserted = await insertCases(
        db,
        batch.map(({ one }) => one),
      );
      batch.forEach(({ resolve }, n) => resolve(inserted[n]!));
    } catch (error) {
      if (batch.length === 1) batch[0]!.reject(error);
      else for (const alone of batch) await run([alone]);
    }
  };
  const pump = (): void => {
    while (running < AT_ONCE) {
      const batch: Waiting[] = [];
      const rest: Waiting[] = [];
      for (const next of waiting) {
        const { commandId } = actOf(next.one);
        // The same report twice at the same time: the second has to find the first one's row.
        if (batch.length < BATCH_MAX && !inWork.has(commandId)) {
          inWork.add(commandId);
          batch.push(next);
        } else rest.push(next);
      }
      waiting = rest;
      if (batch.length === 0) return;
      running += 1;
      void run(batch).finally(() => {
        running -= 1;
        for (const { one } of batch) inWork.delete(actOf(one).commandId);
        pump();
      });
    }
  };
  return (one) =>
    new Promise((resolve, reject) => {
      waiting.push({ one, resolve, reject });
      pump();
    });
}
