import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { DISPUTES_TOPIC } from '../../infra/db/rows.ts';
import { debianTool } from '../support/debian.ts';
import { eventually, quarrel, START_MS, startEngine, type TestEngine } from '../support/engine.ts';

/** What somebody outside is given: the document that is checked in, and nothing of our code. */
const DOCUMENT = parse(readFileSync(new URL('../../docs/asyncapi.yaml', import.meta.url), 'utf8')) as {
  components: { messages: Record<string, object>; schemas: object };
};

const READ_MS = 60_000;

let engine: TestEngine;
let kcat: string;

beforeAll(async () => {
  kcat = await debianTool('kcat');
  engine = await startEngine();
}, START_MS);
afterAll(() => engine.stop());

const validators = new Map<string, ValidateFunction>();

function validatorOf(type: string): ValidateFunction {
  const known = validators.get(type);
  if (known !== undefined) return known;
  const ajv = new Ajv({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema({ $id: 'asyncapi', ...DOCUMENT });
  const path = `asyncapi#/components/messages/${type}/payload`;
  const made = ajv.compile({ $ref: path });
  validators.set(type, made);
  return made;
}

/** Everything on the topic, as kcat prints it: key and value of each record. */
function read(): { key: string; value: { type: string; id: string; subject: string } }[] {
  const brokers = engine.config.kafkaBrokers!.join(',');
  const args = ['-b', brokers, '-t', DISPUTES_TOPIC, '-C', '-o', 'beginning', '-e', '-q', '-f', '%k\t%s\n'];
  const { status, stdout, stderr } = spawnSync(kcat, args, { encoding: 'utf8', timeout: READ_MS });
  expect(status, stderr).toBe(0);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [key = '', value = ''] = line.split('\t');
      return { key, value: JSON.parse(value) as { type: string; id: string; subject: string } };
    });
}

test('kcat reads the events of a dispute, and each fits the document that is checked in', async () => {
  const grid = await engine.as('grid-1');
  const community = await engine.as('community-1');
  const { body } = await grid.post<{ id: string }>('/v1/reports', quarrel());
  const { id } = body;
  const triage = { category: 'D02', difficulty: 'general', duplicatesChecked: true, level: 'community' };
  await community.act(id, 'triage', triage);
  await community.act(id, 'record-measure', { kind: 'visit', note: 'We were there.' });
  await community.act(id, 'assign-task', { bodyId: 'housing', kind: 'whistle', what: 'Look at the pipe.' });
  const { pool } = engine.resources;
  await eventually('all of it is published', async () => {
    const { rows } = await pool.query<{ waiting: number; tasks: number }>(
      `SELECT (SELECT count(*) FROM outbox) AS waiting, (SELECT count(*) FROM cases WHERE kind = 'task') AS tasks`,
    );
    return rows[0]!.waiting === 0 && rows[0]!.tasks === 1;
  });
  const records = read();
  for (const { value } of records) {
    const validate = validatorOf(value.type);
    expect(validate(value), `${value.type}: ${JSON.stringify(validate.errors)}`).toBe(true);
  }
  const { rows } = await pool.query<{ event_id: string }>('SELECT event_id FROM events ORDER BY event_id');
  const published = [...new Set(records.map(({ value }) => value.id))].sort();
  expect(published).toEqual(rows.map(({ event_id }) => event_id).sort());
  // The events of a dispute and of its task lie in one partition, in order.
  expect(new Set(records.map(({ key }) => key))).toEqual(new Set([id]));
});

test('an event that is not as the document says is told apart', () => {
  const [first] = read();
  const validate = validatorOf(first!.value.type);
  expect(validate({ ...first!.value, specversion: '2.0' })).toBe(false);
  expect(validate({ ...first!.value, data: {} })).toBe(false);
});
