import { afterAll, beforeAll, expect, test } from 'vitest';
import { audit, auditWhenDrained } from '../support/auditor.ts';
import { newKey, quarrel, START_MS, startEngine, type TestEngine } from '../support/engine.ts';
import { workflowIdOf } from '../../workflows/messages.ts';

let engine: TestEngine;
let id: string;

const TRIAGE = { category: 'D02', difficulty: 'general', duplicatesChecked: true, level: 'community' };

beforeAll(async () => {
  engine = await startEngine({ kafka: false });
  const grid = await engine.as('grid-1');
  id = (await grid.post<{ id: string }>('/v1/reports', quarrel())).body.id;
  await grid.post('/v1/reports', quarrel({ danger: { violence: true } }));
  const need = { ...quarrel({ kind: 'need', category: 'D99' }), parties: undefined };
  await grid.post('/v1/reports', need);
  await (await engine.as('community-1')).act(id, 'triage', TRIAGE, { key: newKey() });
  await (await engine.as('grid-1')).act(id, 'take-over');
}, START_MS);
afterAll(() => engine.stop());

test('a system that was left alone is sound', async () => {
  const { pool, temporal } = engine.resources;
  expect(await auditWhenDrained(pool, { temporal })).toEqual([]);
});

/** What somebody could do to the database, and what the auditor has to say about it. */
const DAMAGE: [damage: string, statement: string, said: RegExp][] = [
  [
    'an event is lost from the middle',
    `DELETE FROM events WHERE case_id = $1 AND version = 2`,
    /where 2 belongs/,
  ],
  [
    'the last event is lost',
    `DELETE FROM events WHERE case_id = $1 AND version = (SELECT version FROM cases WHERE id = $1)`,
    /row version \d+, \d+ events/,
  ],
  [
    'an event was written by nobody',
    `UPDATE events SET command_id = 'nobody' WHERE case_id = $1 AND version = 2`,
    /no command nobody is stored/,
  ],
  [
    'an event names somebody else',
    `UPDATE events SET actor_id = 'somebody' WHERE case_id = $1 AND version = 1`,
    /another actor/,
  ],
  [
    'an event changed its content',
    `UPDATE events SET data = jsonb_set(data, '{title}', '"txt_other"') WHERE case_id = $1 AND version = 1`,
    /title is .*the log says/,
  ],
  [
    'an event has the id of another version',
    `UPDATE events SET event_id = 'dispute:' || $1 || ':9999' WHERE case_id = $1 AND version = 1`,
    /event id dispute:/,
  ],
  ['the events are all gone', `DELETE FROM events WHERE case_id = $1`, /a row without events/],
  ['the row is gone', `DELETE FROM cases WHERE id = $1`, /events without a row/],
  [
    'the row’s state was changed',
    `UPDATE cases SET state = jsonb_set(state, '{urgent}', 'true') WHERE id = $1`,
    /state is not what the log folds to \(urgent\)/,
  ],
  ['the row’s stage was changed', `UPDATE cases SET stage = 'closed' WHERE id = $1`, /stage is "closed"/],
  ['the row is called final', `UPDATE cases SET final = true WHERE id = $1`, /final is true/],
  [
    'the next wake-up was moved',
    `UPDATE cases SET next_wake_at_ms = next_wake_at_ms + 1 WHERE id = $1`,
    /next_wake_at_ms is/,
  ],
  ['the case can be seen by others', `UPDATE cases SET members = '{x}' WHERE id = $1`, /members is \["x"\]/],
  [
    'a command lost its answer',
    `UPDATE commands SET answer = NULL WHERE case_id = $1 AND action = 'triage'`,
    /\(triage\): no answer/,
  ],
  [
    'a refused command has events',
    `UPDATE commands SET answer = '{"ok": false}' WHERE case_id = $1 AND action = 'triage'`,
    /refused, but it has events/,
  ],
  [
    'an answer names another version',
    `UPDATE commands SET answer = jsonb_set(answer, '{version}', '1') WHERE case_id = $1 AND action = 'triage'`,
    /answered with version 1/,
  ],
  ['a command is lost', `DELETE FROM commands WHERE case_id = $1 AND action = 'triage'`, /no command/],
  [
    'an event waits for ever',
    `INSERT INTO outbox (topic, key, event_id, payload) VALUES ('t', $1, 'dispute:' || $1 || ':1', '{}')`,
    /outbox: .* still waits/,
  ],
  [
    'a group missed an event',
    `DELETE FROM inbox WHERE group_name = 'fengqiao.grid' AND event_id = 'dispute:' || $1 || ':1'`,
    /fengqiao.grid never carried out/,
  ],
  [
    'a group carried out what never happened',
    `INSERT INTO inbox (group_name, event_id) VALUES ('fengqiao.grid', 'dispute:' || $1 || ':9999')`,
    /which never happened/,
  ],
  [
    'a message waits to be mended',
    `INSERT INTO dead_letters (group_name, topic, partition, record_offset, key, payload, error_code, error_message)
     VALUES ('fengqiao.grid', 't', 0, '0', $1, '{}', 'malformed', '')`,
    /dead letter: fengqiao.grid/,
  ],
  [
    'an item is missing',
    `DELETE FROM work_items WHERE case_id = $1 AND kind = 'handle'`,
    /handle is missing/,
  ],
  [
    'an item is done that is not',
    `UPDATE work_items SET status = 'done' WHERE case_id = $1 AND kind = 'handle'`,
    /handle is missing/,
  ],
  [
    'an item is open that is done',
    `UPDATE work_items SET status = 'open' WHERE case_id = $1 AND kind = 'confirm-triage'`,
    /confirm-triage should not be open/,
  ],
  [
    'an item waits for somebody else',
    `UPDATE work_items SET assignee_id = 'somebody' WHERE case_id = $1 AND kind = 'handle'`,
    /handle has assignee "somebody"/,
  ],
  [
    'an item is due at another time',
    `UPDATE work_items SET due_at_ms = 1 WHERE case_id = $1 AND kind = 'handle'`,
    /handle has due 1/,
  ],
];

test.each(DAMAGE)('it is seen that %s', async (_damage, statement, said) => {
  const client = await engine.resources.pool.connect();
  try {
    await client.query('BEGIN');
    const { rowCount } = await client.query(statement, [id]);
    expect(rowCount, 'the damage is done').toBeGreaterThan(0);
    const found = await audit(client);
    expect(found.filter((fault) => said.test(fault))).not.toEqual([]);
    expect(found.every((fault) => fault.includes(id) || /command|nobody/.test(fault))).toBe(true);
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
});

test('an answer that somebody was given otherwise is seen in the histories', async () => {
  const { pool, temporal } = engine.resources;
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const changed = `UPDATE commands SET answer = jsonb_set(answer, '{stage}', '"closed"') WHERE case_id = $1 AND action = 'triage'`;
    await client.query(changed, [id]);
    expect(await audit(client, { temporal })).toEqual([expect.stringContaining('not its stored answer')]);
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
});

test('an open case whose workflow is gone is seen', async () => {
  const { pool, temporal } = engine.resources;
  await temporal.workflow.getHandle(workflowIdOf({ kind: 'dispute', id })).terminate('a test');
  expect(await audit(pool, { temporal })).toEqual([
    expect.stringMatching(/open, its workflow is TERMINATED/),
  ]);
});
