import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { ApiAnswer } from '../../bin/wiring/api-client.ts';
import type { TestEngine } from './engine.ts';

/** What a schema bounds; typebox keeps these at run time and leaves them out of its types. */
export const boundsOf = (schema: object): Bounds => schema as Bounds;
interface Bounds {
  minLength: number;
  maxLength: number;
  maxItems: number;
  minimum: number;
  maximum: number;
}

/** What a refusal is: its status, its code, and the field it names. */
export type Refusal = readonly [status: number, code: string, field?: string];

const OVERVIEW = new URL('../../docs/overview.md', import.meta.url);

/**
 * The numbers that the table "Limits" of docs/overview.md names in the row that begins with `what`, in their order;
 * "10 billion" is 10. Throws when there is no such row.
 */
export function documented(what: string): number[] {
  const rows = readFileSync(OVERVIEW, 'utf8').split('## Limits')[1]!.split('\n');
  const cells = rows.map((row) => row.split('|').map((cell) => cell.trim()));
  const found = cells.filter((row) => row[1]?.startsWith(what));
  if (found.length !== 1) throw new Error(`${found.length} rows of the table begin with "${what}"`);
  const numbers = found[0]![2]!.match(/\d[\d,]*(\.\d+)?/g) ?? [];
  return numbers.map((number) => Number(number.replaceAll(',', '')));
}

/** Rows that a call could leave behind. Sessions and the audit log are left out: they tell of refused calls too. */
const KEPT = [
  ...['cases', 'events', 'parties', 'texts', 'statements', 'saved_filters', 'tracking_codes', 'inspections'],
  ...['accounts', 'staff', 'bodies', 'regions', 'places', 'policies'],
];

/** Everything that a refused call could have left behind, with the versions of what it could have changed. */
async function traces({ resources }: TestEngine): Promise<object> {
  const counts = KEPT.map((table) => `(SELECT count(*) FROM ${table}) AS ${table}`);
  const { rows } = await resources.pool.query<Record<string, number>>(
    `SELECT ${counts.join(', ')}, (SELECT sum(version) FROM cases) AS case_versions,
      (SELECT sum(jsonb_array_length(posts)) FROM staff) AS posts,
      (SELECT md5(string_agg(password_hash, ',' ORDER BY id)) FROM accounts) AS passwords`,
  );
  return rows[0]!;
}

/**
 * Everything that a refused action could have left behind in its case. What it would have brought about elsewhere (a task,
 * a conference) begins with an event here; the other cases go on by themselves meanwhile. An action that
 * reaches the case is stored with its words before the case decides, and both stay when it refuses: only `withWords`
 * counts words.
 */
async function tracesOf({ resources }: TestEngine, caseId: string, withWords: boolean): Promise<object> {
  const words = withWords ? ', (SELECT count(*) FROM texts WHERE case_id = $1) AS texts' : '';
  const { rows } = await resources.pool.query<{ version: number }>(
    `SELECT version, (SELECT count(*) FROM events WHERE case_id = $1) AS events${words} FROM cases WHERE id = $1`,
    [caseId],
  );
  if (rows[0] === undefined) throw new Error(`there is no case ${caseId}`);
  return rows[0];
}

/** Expects exactly that refusal, and that nothing is different after it; of one case where one is named. */
export async function expectRefused(
  engine: TestEngine,
  ask: () => Promise<ApiAnswer>,
  [status, code, field]: Refusal,
  caseId?: string,
): Promise<void> {
  const look = () => (caseId === undefined ? traces(engine) : tracesOf(engine, caseId, status === 400));
  const before = await look();
  const answer = await ask();
  const body = { status, code, ...(field !== undefined && { field }) };
  expect(answer, JSON.stringify(answer.body)).toMatchObject({ status, body });
  expect(await look()).toEqual(before);
}

/** Expects that something is taken. */
export function expectTaken(answer: ApiAnswer<unknown>, status: number): void {
  expect(answer.status, JSON.stringify(answer.body)).toBe(status);
}
