import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessOf, actionOf, isOpenTo, mayAct } from '../../api/access.ts';
import { viewOf } from '../../api/views/dispute.ts';
import type { ApiSession } from '../../bin/wiring/api-client.ts';
import type { Dispute } from '../../domain/dispute/state.ts';
import { regionAt } from '../../domain/regions.ts';
import { ROLES, type Actor, type Post, type Role } from '../../domain/roles.ts';
import { inScope, scopeOf } from '../../domain/scope.ts';
import { mayHandle, type Task } from '../../domain/task/task.ts';
import { DISTRICT, GRID, OTHER_GRID } from '../../infra/seed/demo-street.ts';
import { operationsOf, pathWith, type Operation } from '../support/contract.ts';
import { eventually, newKey, quarrel, START_MS, startEngine, type TestEngine } from '../support/engine.ts';
import { sampleOf } from '../support/sample.ts';

const PLACES = ['inside', 'outside', 'team'] as const;
type Place = (typeof PLACES)[number];

/** What ends the asker's own session or stays open comes last, or not at all. */
const LAST = ['changePassword', 'endMyOtherSessions', 'endMySession', 'logOut'];

let engine: TestEngine;
let operations: Operation[];
/** A dispute of the grid, another one whose team has everybody from outside, and a task for a body. */
let ids: { plain: string; team: string; task: string };

const LEVELS: Partial<Record<Role, 'grid' | 'community' | 'district'>> = {
  'grid-worker': 'grid',
  'grid-head': 'community',
  'community-officer': 'community',
  'district-officer': 'district',
};

/** The post of the role over the disputes of this test, or over another street; another district for who has a district. */
function postOf(role: Role, place: Place): Post[] {
  if (role === 'resident') return [];
  const level = LEVELS[role] ?? 'street';
  const elsewhere = level === 'district' ? '990199001001001' : OTHER_GRID;
  const region = regionAt(place === 'inside' ? GRID : elsewhere, level);
  return [
    { role, region, ...(role === 'body-handler' && { bodyId: place === 'inside' ? 'housing' : 'market' }) },
  ];
}

const idOf = (role: Role, place: Place): string => `walk-${role}-${place}`;
const actorOf = (role: Role, place: Place): Actor => ({ id: idOf(role, place), posts: postOf(role, place) });

beforeAll(async () => {
  engine = await startEngine({ kafka: false });
  const { pool } = engine.resources;
  for (const role of ROLES)
    for (const place of PLACES) {
      const { id, posts } = actorOf(role, place);
      await pool.query(
        `INSERT INTO accounts (id, login, password_hash, name)
         SELECT $1, $1, password_hash, $1 FROM accounts WHERE login = 'grid-1'`,
        [id],
      );
      if (posts.length > 0)
        await pool.query('INSERT INTO staff (id, name, region, posts) VALUES ($1, $1, $2, $3)', [
          ...[id, DISTRICT, JSON.stringify(posts)],
        ]);
    }
  const grid = await engine.as('grid-1');
  const community = await engine.as('community-1');
  const reported = async (): Promise<string> => {
    const { body } = await grid.post<{ id: string }>('/v1/reports', quarrel());
    const triage = { category: 'D02', difficulty: 'general', duplicatesChecked: true, level: 'community' };
    expect(await community.act(body.id, 'triage', triage)).toMatchObject({ status: 200 });
    return body.id;
  };
  const [plain, team] = [await reported(), await reported()];
  const memberIds = ROLES.filter((role) => role !== 'resident').map((role) => idOf(role, 'team'));
  const named = await community.act(team, 'set-team', { leadId: 'community-1', memberIds });
  expect(named, JSON.stringify(named.body)).toMatchObject({ status: 200 });
  const asked = { bodyId: 'housing', kind: 'whistle', what: 'Look at the pipe.' };
  const tasked = await community.act(plain, 'assign-task', asked);
  expect(tasked, JSON.stringify(tasked.body)).toMatchObject({ status: 200 });
  const taskOf = async (): Promise<string | undefined> => {
    const { rows } = await pool.query<{ id: string }>(
      `SELECT id FROM cases WHERE kind = 'task' AND dispute_id = $1`,
      [plain],
    );
    return rows[0]?.id;
  };
  await eventually('the task is there', async () => (await taskOf()) !== undefined);
  ids = { plain, team, task: (await taskOf())! };
  const found = await operationsOf(engine.address);
  const last = ({ operationId }: Operation): number => LAST.indexOf(operationId);
  operations = found.filter(({ open }) => !open).sort((a, b) => last(a) - last(b));
}, START_MS);
afterAll(() => engine.stop());

async function stateOf<S>(kind: string, id: string): Promise<S> {
  const { rows } = await engine.resources.pool.query<{ state: S }>(
    'SELECT state FROM cases WHERE kind = $1 AND id = $2',
    [kind, id],
  );
  return rows[0]!.state;
}

interface Answer {
  status: number;
  code: string | null;
}

/** Asks with a body that the contract takes; the connection is closed as soon as the answer has begun. */
async function ask(operation: Operation, id: string, session: ApiSession | null): Promise<Answer> {
  const closing = new AbortController();
  const raw = operation.contentTypes.find((type) => type !== 'application/json');
  const response = await fetch(engine.address + pathWith(operation, { id }), {
    method: operation.method,
    signal: closing.signal,
    headers: {
      ...session?.headers(),
      ...(operation.method !== 'GET' && { 'idempotency-key': newKey() }),
      ...(operation.body !== null && { 'content-type': 'application/json' }),
      ...(operation.body === null && raw !== undefined && { 'content-type': raw }),
    },
    ...(operation.body !== null && { body: JSON.stringify(sampleOf(operation.body)) }),
    // Nobody reads a body of somebody without a session, and the connection may be gone before it is sent.
    ...(operation.body === null && raw !== undefined && session !== null && { body: 'x' }),
  });
  const { status, headers } = response;
  if (status < 400 || headers.get('content-type')?.includes('json') !== true) {
    closing.abort();
    return { status, code: null };
  }
  const { code } = (await response.json()) as { code: string };
  return { status, code };
}

type Expected = 'open' | 'hidden' | 'forbidden' | 'visible';

/** What the table says for this person and the case as it stands. */
async function expectation(operation: Operation, id: string, actor: Actor): Promise<Expected> {
  const access = accessOf(operation.operationId)!;
  if (!isOpenTo(access, actor)) return 'forbidden';
  if (access.about === undefined) return 'open';
  if (access.about === 'task') {
    const task = await stateOf<Task>('task', id);
    const { region, bodyId } = task.target;
    if (!inScope(scopeOf(actor), { region, members: [`body:${bodyId}`] })) return 'hidden';
    if (!operation.operationId.startsWith('task-')) return 'visible';
    return mayHandle(task, { actor }) ? 'open' : 'visible';
  }
  if (access.about !== 'dispute') return 'hidden';
  const state = await stateOf<Dispute>('dispute', id);
  const view = viewOf(state, actor);
  if (view === null) return 'hidden';
  const action = actionOf(operation.operationId);
  if (action !== null) return mayAct(action, state, actor) ? 'open' : 'forbidden';
  return access.asStaff === true && view !== 'staff' ? 'forbidden' : 'visible';
}

/** Whether the answer is what was expected; a permitted call may still be refused for what it says or when it comes. */
function fits(expected: Expected, { status, code }: Answer, operation: Operation): boolean {
  const onlyCase = (operation.path.match(/\{/g) ?? []).length <= 1;
  switch (expected) {
    case 'hidden':
      return status === 404;
    case 'forbidden':
      return status === 403 && code === 'not_permitted';
    case 'visible':
      return status !== 401 && (status !== 404 || !onlyCase);
    case 'open':
      // Deeper rules may say no to this very person: she decides over herself, or it is another level's to say.
      return (
        status !== 401 &&
        (status !== 404 || !onlyCase || accessOf(operation.operationId)!.about === undefined)
      );
  }
}

describe.each(PLACES)('%s', (place) => {
  test.each(ROLES)('a %s gets what the table of operations says, operation by operation', async (role) => {
    const session = await engine.as(idOf(role, place));
    const actor = actorOf(role, place);
    const wrong: string[] = [];
    let compared = 0;
    for (const operation of operations) {
      const access = accessOf(operation.operationId)!;
      const dispute = place === 'team' ? ids.team : ids.plain;
      const id = access.about === 'dispute' ? dispute : access.about === 'task' ? ids.task : '1';
      const expected = await expectation(operation, id, actor);
      const answer = await ask(operation, id, session);
      compared += 1;
      if (!fits(expected, answer, operation))
        wrong.push(`${operation.operationId}: expected ${expected}, was ${answer.status} ${answer.code}`);
    }
    expect(wrong).toEqual([]);
    expect(compared).toBe(operations.length);
  });
});

test('without a session everything but the open operations is refused', async () => {
  const open: string[] = [];
  for (const operation of operations) {
    const id = accessOf(operation.operationId)!.about === 'dispute' ? ids.plain : '1';
    const { status } = await ask(operation, id, null);
    if (status !== 401) open.push(`${operation.operationId}: ${status}`);
  }
  expect(open).toEqual([]);
});

test('a role that is forbidden something is forbidden it, and one that is not is not: both occur', async () => {
  const counts = { open: 0, hidden: 0, forbidden: 0, visible: 0 };
  for (const place of PLACES)
    for (const role of ROLES)
      for (const operation of operations) {
        const about = accessOf(operation.operationId)!.about;
        const id = about === 'task' ? ids.task : ids.plain;
        counts[await expectation(operation, id, actorOf(role, place))] += 1;
      }
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(100);
});
