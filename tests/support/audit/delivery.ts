import { isDeepStrictEqual } from 'node:util';
import type { CaseKind, Clocked } from '../../../domain/machine.ts';
import { workOf } from '../../../handlers/queues.ts';
import { GROUPS } from '../../../infra/consumers/groups.ts';
import { createDirectorySource } from '../../../infra/db/directory.ts';
import type { Queryable } from '../../../infra/db/pool.ts';
import { createRules } from '../../../infra/db/rules.ts';
import type { ReadModel, WorkItem } from '../../../ports/handler.ts';

/** What left the database and came back: outbox and inbox, dead letters, and the work queues. */
export async function auditDelivery(db: Queryable): Promise<string[]> {
  return [...(await transport(db)), ...(await queues(db))];
}

async function transport(db: Queryable): Promise<string[]> {
  const outbox = await db.query<{ event_id: string }>('SELECT event_id FROM outbox ORDER BY id');
  const letters = await db.query<{ group_name: string; key: string; error_code: string }>(
    `SELECT group_name, key, error_code FROM dead_letters WHERE status = 'open' ORDER BY id`,
  );
  // The primary key already forbids two rows of one event; what can be wrong is one that is missing or made up.
  const missing = await db.query<{ group_name: string; event_id: string }>(
    `SELECT g AS group_name, e.event_id FROM unnest($1::text[]) g CROSS JOIN events e
     WHERE NOT EXISTS (SELECT FROM inbox i WHERE i.group_name = g AND i.event_id = e.event_id) ORDER BY 1, 2`,
    [GROUPS],
  );
  // Messages that are no event are known by their place in the topic, which begins with its name.
  const invented = await db.query<{ group_name: string; event_id: string }>(
    `SELECT group_name, event_id FROM inbox i WHERE split_part(event_id, ':', 1) IN ('dispute', 'task', 'conference', 'commitment')
       AND NOT EXISTS (SELECT FROM events e WHERE e.event_id = i.event_id) ORDER BY 1, 2`,
  );
  return [
    ...outbox.rows.map(({ event_id }) => `outbox: ${event_id} still waits`),
    ...letters.rows.map((letter) => `dead letter: ${letter.group_name} ${letter.key} (${letter.error_code})`),
    ...missing.rows.map((row) => `inbox: ${row.group_name} never carried out ${row.event_id}`),
    ...invented.rows.map(
      (row) => `inbox: ${row.group_name} carried out ${row.event_id}, which never happened`,
    ),
  ];
}

interface StoredItem {
  id: string;
  queue: string;
  kind: string;
  subject: string;
  region: string;
  assignee_id: string | null;
  body_id: string | null;
  roles: string[];
  grade: string | null;
  due_at_ms: number | null;
  case_kind: CaseKind;
  case_id: string;
}

/** The open items of every case are what its state asks for, no more and no less. */
async function queues(db: Queryable): Promise<string[]> {
  const { rows: cases } = await db.query<{ kind: CaseKind; id: string; state: Clocked }>(
    'SELECT kind, id, state FROM cases ORDER BY kind, id',
  );
  const { rows: items } = await db.query<StoredItem>(
    `SELECT * FROM work_items WHERE status = 'open' ORDER BY id`,
  );
  const read = await readModel(db);
  const open = new Map(items.map((item) => [keyOf(item.case_kind, item.case_id, item), item]));
  const faults: string[] = [];
  for (const { kind, id, state } of cases) {
    for (const wanted of workOf(kind, state, read)) {
      const key = keyOf(kind, id, wanted);
      const stored = open.get(key);
      open.delete(key);
      if (stored === undefined) faults.push(`queue: ${key} is missing`);
      else faults.push(...itemFaults(stored, wanted).map((fault) => `queue: ${key} ${fault}`));
    }
  }
  return [...faults, ...[...open.keys()].map((key) => `queue: ${key} should not be open`)];
}

const keyOf = (kind: string, id: string, item: { queue: string; kind: string; subject: string }): string =>
  [kind, id, item.queue, item.kind, item.subject].join(' ').trim();

/** `detail` is left out: it may hold what was true when the item was made, such as who had how much to do. */
function itemFaults(stored: StoredItem, wanted: WorkItem): string[] {
  const pairs: [name: string, stored: unknown, wanted: unknown][] = [
    ['region', stored.region, wanted.region],
    ['assignee', stored.assignee_id, wanted.assigneeId],
    ['body', stored.body_id, wanted.bodyId],
    ['roles', stored.roles, wanted.roles],
    ['grade', stored.grade, wanted.grade],
    ['due', stored.due_at_ms, wanted.dueAt],
  ];
  return pairs
    .filter(([, a, b]) => !isDeepStrictEqual(a, b))
    .map(([name, a, b]) => `has ${name} ${JSON.stringify(a)} instead of ${JSON.stringify(b)}`);
}

async function readModel(db: Queryable): Promise<ReadModel> {
  const rules = createRules(db);
  const { rows } = await db.query<{ version: number }>('SELECT version FROM directory_version');
  return {
    ...{ now: Date.now(), policy: await rules.policy(null), calendar: await rules.calendar() },
    directory: await createDirectorySource()(rows[0]!.version, db),
    stateOf: () => null,
    mediatorLoad: new Map(),
  };
}
