import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type pg from 'pg';
import { describe, expect, test } from 'vitest';
import { rowOf, type Row } from '../../bin/demo/ledger.ts';
import { POLICIES } from '../../bin/demo/policy.ts';
import { ledgerText, widthOf } from '../../bin/demo/print.ts';
import { tellingFault, type Expected, type Script } from '../../bin/demo/script.ts';
import { SCRIPTS } from '../../bin/demo/scripts/index.ts';
import { onTheSpot } from '../../bin/demo/scripts/on-the-spot.ts';
import type { ApiSession } from '../../bin/wiring/api-client.ts';
import { GROUPS } from '../../infra/consumers/groups.ts';
import { checkPolicy } from '../../schemas/policy.ts';
import { Case } from '../support/street.ts';

const CASES = resolve(import.meta.dirname, '../../../shared/data/cases.json');

interface Published {
  id: string;
  source: { url: string };
  category_zh: string;
  levels: string[];
  steps: { order: number }[];
}

const toldBy = ({ steps }: Script): number[] => steps.flatMap(({ tells }) => tells ?? []);

describe('scripts', () => {
  test('there are at least twelve, each with a name of its own', () => {
    expect(SCRIPTS.length).toBeGreaterThanOrEqual(12);
    expect(new Set(SCRIPTS.map(({ id }) => id)).size).toBe(SCRIPTS.length);
  });

  test('every policy of the demo is one that an administrator may load', () => {
    for (const policy of POLICIES) expect(checkPolicy(policy), policy.version).toMatchObject({ ok: true });
    for (const { id, policy } of SCRIPTS) expect(POLICIES, id).toContain(policy);
  });

  test('every step of a published case that is told is in its place', () => {
    for (const script of SCRIPTS) expect(tellingFault(toldBy(script)), script.id).toBeNull();
    expect(tellingFault([1, 3])).toMatch('step 2');
    expect(tellingFault([1, 3, 2])).toMatch('step 2 is told after step 3');
  });

  test.skipIf(!existsSync(CASES))('the six published cases are told, with all their steps and levels', () => {
    const published = JSON.parse(readFileSync(CASES, 'utf8')) as Published[];
    for (const { id, source, levels, steps } of published) {
      const script = SCRIPTS.find((candidate) => candidate.source?.id === id);
      expect(script?.source?.url, id).toBe(source.url);
      expect([...new Set(toldBy(script!))], id).toEqual(steps.map(({ order }) => order));
      const reached = script!.expected.path.map((place) => place.split('@')[1]!);
      expect([...new Set(reached)].sort(), id).toEqual([...levels].sort());
    }
  });
});

/** What the API and the inbox answer for a quarrel that was settled on the spot. */
function answers() {
  const quarrel = new Case();
  const reported = quarrel.events.length;
  quarrel.now += 60_000;
  quarrel.as('grid', {
    ...{ action: 'settle-on-spot', note: 'txt', partiesAgreed: ['a', 'b'], reporterTold: true },
  });
  const entries = quarrel.events.map((data, i) => ({
    ...{ type: data.type, actorId: 'grid-1', data },
    recordedAt: quarrel.now - (i < reported ? 60_000 : 0),
  }));
  const { state } = quarrel;
  const staff = { policyVersion: onTheSpot.policy.version, tasks: [], conferences: [], proceedings: [] };
  const detail = { ...state, commitments: [], agreements: [], staff };
  const reader = {
    id: 'reader',
    get: (path: string) =>
      Promise.resolve({
        status: 200,
        body: path.includes('timeline') ? { entries, nextAfter: null } : detail,
      }),
  } as unknown as ApiSession;
  const pool = (seen: number) =>
    ({
      query: (sql: string) =>
        Promise.resolve({
          rows: sql.includes('group_name')
            ? GROUPS.map((group_name) => ({
                events: entries.length,
                group_name,
                seen: entries.length - seen,
              }))
            : [],
        }),
    }) as unknown as pg.Pool;
  return { reader, pool };
}

const right: Expected = {
  path: ['discovery@grid', 'closed@grid'],
  closure: { outcome: 'resolved', kind: 'on-spot' },
  met: ['triage'],
  shows: [{ type: 'reported' }, { type: 'resolved', kind: 'on-spot' }],
};

function row(change: Partial<Expected> = {}, unseen = 0, failure: string | null = null): Promise<Row> {
  const { reader, pool } = answers();
  const script = { ...onTheSpot, expected: { ...right, ...change } };
  return rowOf({ script, disputeId: 'dsp_1', told: [], failure }, reader, pool(unseen));
}

describe('the ledger', () => {
  test('given a case that went as its script says, then its row is ok', async () => {
    expect(await row()).toMatchObject({
      ...{ ok: true, reasons: [], path: right.path, closure: right.closure },
      actors: [{ id: 'grid-1', role: 'grid-worker', acts: 2 }],
    });
  });

  test.each<[string, Partial<Expected>]>([
    ['another path', { path: ['discovery@grid', 'prevention@grid', 'closed@grid'] }],
    ['another end', { closure: { outcome: 'resolved', kind: 'agreement' } }],
    ['a broken clock', { broken: ['triage'] }],
    ['another clock met', { met: ['mediation'] }],
    ['what did not happen', { shows: [{ type: 'escalated' }] }],
    ['another order', { shows: [{ type: 'resolved' }, { type: 'reported' }] }],
    ['that nobody acts', { nobodyActsUntil: { type: 'resolved' } }],
    ['an agreement', { agreements: ['none'] }],
  ])('given a script that expects %s, then its row is not ok and says why', async (_what, change) => {
    const { ok, reasons } = await row(change);
    expect(ok).toBe(false);
    expect(reasons).toHaveLength(1);
  });

  test('given an event that no group has seen, or a play that stopped, then its row is not ok', async () => {
    expect((await row({}, 1)).reasons).toHaveLength(GROUPS.length);
    expect((await row({}, 0, 'step 1: refused')).reasons).toEqual(['step 1: refused']);
  });

  test('given a play that could not even report, then there is a row all the same', async () => {
    const { reader, pool } = answers();
    const stopped = { script: onTheSpot, disputeId: '', told: [], failure: 'step 1: refused' };
    expect(await rowOf(stopped, reader, pool(0))).toMatchObject({ ok: false, path: [] });
  });

  test('is printed within 110 columns, Chinese characters counted twice', async () => {
    expect(widthOf('楼道a')).toBe(5);
    const text = ledgerText([await row(), await row({ path: [] })]);
    for (const line of text.split('\n')) expect(widthOf(line), line).toBeLessThanOrEqual(110);
    expect(text).toMatch(/2 cases, 1 as told, 1 not/);
  });
});
