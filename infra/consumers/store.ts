import { createHash } from 'node:crypto';
import type { CaseKind, Clocked } from '../../domain/machine.ts';
import { rangeOf } from '../../domain/regions.ts';
import type { Holder } from '../../domain/work.ts';
import type { CaseKey, Effect, WorkItem } from '../../ports/handler.ts';
import type { Queryable } from '../db/pool.ts';

/** One message of a batch on its way through a group. */
export interface Letter {
  topic: string;
  partition: number;
  offset: string;
  key: string;
  eventId: string | null;
  value: string;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 24);

/** A text as PostgreSQL can store it: it knows no NUL, and a stranger's message may hold one. */
export const storable = (text: string): string => text.replaceAll('\0', '\uFFFD');

/**
 * What a message without a trustworthy id is known by: its place in the topic, and its content, since a topic that was
 * made anew counts from 0 again.
 */
export const identityOf = ({ topic, partition, offset, value }: Omit<Letter, 'key' | 'eventId'>): string =>
  `${topic}:${partition}:${offset}:${digest(value)}`;

/** Marks events as seen by the group; returns those that were not. */
export async function enterInbox(db: Queryable, group: string, eventIds: string[]): Promise<Set<string>> {
  const { rows } = await db.query<{ event_id: string }>({
    name: 'enter-inbox',
    text: `INSERT INTO inbox (group_name, event_id) SELECT $1, unnest($2::text[])
      ON CONFLICT DO NOTHING RETURNING event_id`,
    values: [group, eventIds],
  });
  return new Set(rows.map((row) => row.event_id));
}

export interface Entered {
  /** Events that the group had not seen. */
  fresh: Set<string>;
  /** Keys with a dead letter still open: what comes later for them waits behind it. */
  blocked: Set<string>;
  /** States by `kind:id`, at least as new as any event of the batch. */
  states: Map<string, Clocked>;
}

const ENTER = `
  WITH fresh AS (INSERT INTO inbox (group_name, event_id) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING RETURNING event_id),
  waiting AS MATERIALIZED (SELECT key FROM dead_letters
    WHERE status = 'open' AND group_name = $1 AND key = ANY($3) FOR SHARE)
  SELECT (SELECT coalesce(jsonb_agg(event_id), '[]') FROM fresh) AS fresh,
    (SELECT coalesce(jsonb_agg(DISTINCT key), '[]') FROM waiting) AS blocked,
    (SELECT coalesce(jsonb_agg(jsonb_build_array(c.kind || ':' || c.id, c.state)), '[]')
       FROM unnest($4::text[], $5::text[]) AS k(kind, id) JOIN cases c ON c.kind = k.kind AND c.id = k.id) AS states`;

/**
 * The first statement of the effects' transaction. Letters are locked, so that a replay that is just closing the last one
 * is waited for, and nothing is set aside behind a letter that is gone. It marks the events as seen, and reads
 * all that deciding needs.
 */
export async function enter(
  db: Queryable,
  group: string,
  { eventIds, keys, cases }: { eventIds: string[]; keys: string[]; cases: CaseKey[] },
): Promise<Entered> {
  const { rows } = await db.query<{ fresh: string[]; blocked: string[]; states: [string, Clocked][] }>({
    ...{ name: 'enter', text: ENTER },
    values: [group, eventIds, keys, cases.map(({ kind }) => kind), cases.map(({ id }) => id)],
  });
  const { fresh, blocked, states } = rows[0]!;
  return { fresh: new Set(fresh), blocked: new Set(blocked), states: new Map(states) };
}

export interface DeadLetter extends Letter {
  code: string;
  message: string;
}

const DLQ_SOURCE = 'fengqiao';

/**
 * Sets messages aside, each with a notice for the `.dlq` topic. The notice names the letter and not its content, which
 * may be anything, also what somebody said.
 */
export async function setAside(db: Queryable, group: string, letters: DeadLetter[]): Promise<void> {
  for (const { topic, partition, offset, key, eventId, value, code, message } of letters) {
    const { rows } = await db.query<{ id: number; created_at: Date }>(
      `INSERT INTO dead_letters (group_name, topic, partition, record_offset, key, event_id, payload, error_code, error_message)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id, created_at`,
      [group, topic, partition, offset, key, eventId, value, code, message],
    );
    const { id, created_at } = rows[0]!;
    const notice = {
      ...{
        specversion: '1.0',
        id: `dead-letter:${id}`,
        source: DLQ_SOURCE,
        type: 'cn.fengqiao.dead-letter.v1',
      },
      ...{ time: created_at.toISOString(), datacontenttype: 'application/json' },
      data: { deadLetterId: id, group, topic, partition, offset, eventId, code },
    };
    await db.query('INSERT INTO outbox (topic, key, event_id, payload) VALUES ($1, $2, $3, $4)', [
      // A key that somebody else chose may name a person.
      ...[`${topic}.dlq`, digest(key), notice.id, JSON.stringify(notice)],
    ]);
  }
}

/** The states of cases by kind and id, at least as new as any event the caller has seen. */
export async function loadStates(db: Queryable, keys: CaseKey[]): Promise<Map<string, Clocked>> {
  const { rows } = await db.query<{ kind: CaseKind; id: string; state: Clocked }>({
    name: 'load-states',
    text: `SELECT c.kind, c.id, c.state FROM unnest($1::text[], $2::text[]) AS k(kind, id)
      JOIN cases c ON c.kind = k.kind AND c.id = k.id`,
    values: [keys.map((key) => key.kind), keys.map((key) => key.id)],
  });
  return new Map(rows.map(({ kind, id, state }) => [`${kind}:${id}`, state]));
}

/** How many open disputes each mediator works on. */
export async function loadMediatorLoad(db: Queryable): Promise<Map<string, number>> {
  const { rows } = await db.query<{ mediator_id: string; load: number }>({
    name: 'mediator-load',
    text: `SELECT assignee_id AS mediator_id, count(*) AS load FROM work_items
      WHERE status = 'open' AND kind = 'mediate' AND assignee_id IS NOT NULL GROUP BY 1`,
  });
  return new Map(rows.map(({ mediator_id, load }) => [mediator_id, load]));
}

/** Effects with the event they follow from. */
export interface Caused {
  eventId: string;
  hop: number;
  effects: Effect[];
}

/** Carries out what a batch leads to, apart from starting workflows, which is done after the commit. */
export async function storeEffects(
  db: Queryable,
  group: string,
  batch: Caused[],
  now: number,
): Promise<WorkChange[]> {
  const changed = await storeQueues(db, batch, now);
  await storeNotices(db, batch);
  await storeCommands(db, group, batch, now);
  return changed;
}

/** An item that was opened, changed or closed. */
export interface WorkChange extends Holder {
  kind: CaseKey['kind'];
  id: string;
  disputeId: string | null;
}

const WORK_COLUMNS =
  'id, queue, region, region_number, kind, case_kind, case_id, dispute_id, subject, assignee_id, body_id, roles, detail, opened_at_ms, grade, due_at_ms, opened_by_event';
const WORK_TYPES =
  'id text, queue text, region text, region_number bigint, kind text, case_kind text, case_id text, dispute_id text, subject text, assignee_id text, body_id text, roles text[], detail jsonb, opened_at_ms bigint, grade text, due_at_ms bigint, opened_by_event text';

const CHANGED =
  'w.case_kind AS kind, w.case_id AS id, w.dispute_id AS "disputeId", w.region, w.assignee_id AS "assigneeId", w.body_id AS "bodyId", w.roles';

// What stands already stays as it is, so that an item keeps the time since which it waits.
const QUEUES = `
  WITH wanted AS (SELECT * FROM jsonb_to_recordset($1::jsonb) AS x(${WORK_TYPES})),
  scope AS (SELECT * FROM jsonb_to_recordset($2::jsonb) AS x(queue text, case_kind text, case_id text, event_id text)),
  closed AS (UPDATE work_items w SET status = 'done', closed_by_event = s.event_id FROM scope s
    WHERE w.status = 'open' AND w.queue = s.queue AND w.case_kind = s.case_kind AND w.case_id = s.case_id
      AND NOT EXISTS (SELECT FROM wanted x WHERE x.id = w.id) RETURNING ${CHANGED}),
  opened AS (INSERT INTO work_items AS w (${WORK_COLUMNS}) SELECT ${WORK_COLUMNS} FROM wanted
  ON CONFLICT (id) DO UPDATE SET status = 'open', closed_by_event = NULL,
    region = excluded.region, region_number = excluded.region_number, assignee_id = excluded.assignee_id,
    body_id = excluded.body_id, roles = excluded.roles, detail = excluded.detail, grade = excluded.grade,
    due_at_ms = excluded.due_at_ms,
    opened_at_ms = CASE WHEN w.status = 'open' THEN w.opened_at_ms ELSE excluded.opened_at_ms END,
    opened_by_event = CASE WHEN w.status = 'open' THEN w.opened_by_event ELSE excluded.opened_by_event END
  WHERE (w.status, w.region, w.assignee_id, w.body_id, w.roles, w.detail, w.grade, w.due_at_ms)
    IS DISTINCT FROM ('open', excluded.region, excluded.assignee_id, excluded.body_id, excluded.roles, excluded.detail,
      excluded.grade, excluded.due_at_ms) RETURNING ${CHANGED})
  TABLE closed UNION TABLE opened`;

export const workItemId = (
  { kind, id }: CaseKey,
  item: Pick<WorkItem, 'queue' | 'kind' | 'subject'>,
): string => [item.queue, item.kind, kind, id, item.subject].join('|');

async function storeQueues(db: Queryable, batch: Caused[], now: number): Promise<WorkChange[]> {
  // Several events of one case in a batch lead to the same queues: the last says it all.
  const last = new Map<string, { effect: Extract<Effect, { type: 'queue' }>; eventId: string }>();
  for (const { effects, eventId } of batch) {
    for (const effect of effects)
      if (effect.type === 'queue') last.set(`${effect.key.kind}:${effect.key.id}`, { effect, eventId });
  }
  if (last.size === 0) return [];
  const all = [...last.values()];
  const scope = all.flatMap(({ effect: { queues, key }, eventId }) =>
    queues.map((queue) => ({ queue, case_kind: key.kind, case_id: key.id, event_id: eventId })),
  );
  const wanted = all.flatMap(({ effect: { key, disputeId, items }, eventId }) =>
    items.map((item) => ({
      ...{ id: workItemId(key, item), queue: item.queue, region: item.region, kind: item.kind },
      ...{ region_number: rangeOf(item.region).from.toString(), subject: item.subject },
      ...{ case_kind: key.kind, case_id: key.id, dispute_id: disputeId, detail: item.detail },
      ...{ assignee_id: item.assigneeId, body_id: item.bodyId, roles: item.roles, grade: item.grade },
      ...{ due_at_ms: item.dueAt, opened_at_ms: now, opened_by_event: eventId },
    })),
  );
  const values = [JSON.stringify(wanted), JSON.stringify(scope)];
  return (await db.query<WorkChange>({ name: 'store-queues', text: QUEUES, values })).rows;
}

async function storeNotices(db: Queryable, batch: Caused[]): Promise<void> {
  const notices = batch.flatMap(({ eventId, effects }) =>
    effects.flatMap((effect) =>
      effect.type === 'notice'
        ? [
            {
              ...{ event_id: eventId, person_id: effect.personId, channel: 'app', kind: effect.kind },
              ...{ case_id: effect.key.id, not_before_ms: effect.notBefore },
            },
          ]
        : [],
    ),
  );
  if (notices.length === 0) return;
  await db.query({
    name: 'store-notices',
    text: `INSERT INTO notices (event_id, person_id, channel, kind, case_id, not_before_ms)
      SELECT event_id, person_id, channel, kind, case_id, not_before_ms FROM jsonb_to_recordset($1::jsonb)
        AS x(event_id text, person_id text, channel text, kind text, case_id text, not_before_ms bigint)
      ON CONFLICT DO NOTHING`,
    values: [JSON.stringify(notices)],
  });
}

export const causeOf = (group: string, eventId: string): string => `${group}:${eventId}`;

async function storeCommands(db: Queryable, group: string, batch: Caused[], now: number): Promise<void> {
  const actor = { id: `system:${group}`, posts: [], system: true };
  const commands = batch.flatMap(({ eventId, hop, effects }) =>
    effects.flatMap((effect) =>
      effect.type === 'command'
        ? [
            {
              command_id: `${causeOf(group, eventId)}:${effect.action}:${effect.key.id}`,
              ...{
                case_kind: effect.key.kind,
                case_id: effect.key.id,
                action: effect.action,
                body: effect.body,
              },
              ...{ actor, hop: hop + 1, recorded_at_ms: now, cause: causeOf(group, eventId) },
            },
          ]
        : [],
    ),
  );
  if (commands.length === 0) return;
  await db.query({
    name: 'store-commands',
    text: `INSERT INTO commands (command_id, case_kind, case_id, action, body, body_hash, actor, hop, recorded_at_ms, cause)
      SELECT command_id, case_kind, case_id, action, body, '', actor, hop, recorded_at_ms, cause
      FROM jsonb_to_recordset($1::jsonb) AS x(command_id text, case_kind text, case_id text, action text, body jsonb,
        actor jsonb, hop int, recorded_at_ms bigint, cause text)
      ON CONFLICT DO NOTHING`,
    values: [JSON.stringify(commands)],
  });
}

export interface Unanswered {
  commandId: string;
  kind: CaseKind;
  id: string;
}

/** Commands that follow from these events and have no answer yet, in the order of the events. */
export async function unansweredOf(db: Queryable, group: string, eventIds: string[]): Promise<Unanswered[]> {
  const { rows } = await db.query<Unanswered>({
    name: 'unanswered-of',
    text: `SELECT command_id AS "commandId", case_kind AS kind, case_id AS id FROM commands
      WHERE cause = ANY($1) AND answer IS NULL AND cause IS NOT NULL ORDER BY array_position($1, cause), command_id`,
    values: [eventIds.map((eventId) => causeOf(group, eventId))],
  });
  return rows;
}
