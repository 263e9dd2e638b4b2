import type pg from 'pg';
import { STAFF } from '../../infra/seed/demo-street.ts';
import type { ApiSession } from '../wiring/api-client.ts';
import { actsOf, pathOf, traceOf, type Entry } from './history.ts';
import { judge, type ByKind, type Found } from './judge.ts';
import type { Expected, Script } from './script.ts';
import { seenEvents } from './seen.ts';

/** How a play went, before anything is read back. */
export interface Played {
  script: Script;
  disputeId: string;
  told: number[];
  /** Why it stopped before its end; null when it did not. */
  failure: string | null;
}

/** One case as the demo tells it. */
export interface Row extends Found {
  case: string;
  title: Script['title'];
  category: string;
  source: Script['source'];
  disputeId: string;
  number: string | null;
  grade: string | null;
  actors: { id: string; role: string; acts: number }[];
  /** Reminders that fired, by kind of clock. */
  reminders: ByKind;
  promises: ByKind;
  proceedings: number;
  expected: Expected;
  ok: boolean;
  reasons: string[];
}

interface ClockSeen {
  kind: string;
  state: string;
  warned: number[];
}

interface Detail {
  number: string;
  grade: string;
  clocks: ClockSeen[];
  agreements: { effectiveAt: number | null; confirmation: string }[];
  commitments: { id: string; status: string }[];
  closure: { outcome: string; kind: string } | null;
  staff: {
    policyVersion: string;
    tasks: { id: string }[];
    conferences: { id: string }[];
    proceedings: object[];
  };
}

const NOTHING = {
  ...{ number: null, grade: null, path: [], closure: null, events: 0, seenBy: {}, agreements: [] },
  ...{ policy: '', trail: [], actors: [], reminders: {}, promises: {}, proceedings: 0 },
  clocks: { met: {}, broken: {}, cancelled: {}, running: {} },
};

/** Reads a case back through the API, and from the inbox what the groups have seen, and compares it with its script. */
export async function rowOf(played: Played, reader: ApiSession, pool: pg.Pool): Promise<Row> {
  const { script, disputeId, told, failure } = played;
  const read = disputeId === '' ? NOTHING : await readBack(disputeId, reader, pool);
  const found = { ...read, told };
  const stopped = failure === null ? [] : [failure];
  const reasons = [...stopped, ...judge(script.expected, script.policy.version, found)];
  const { id, title, category, source, expected } = script;
  return {
    ...{ case: id, title, category, source, disputeId },
    ...found,
    ...{ expected, ok: reasons.length === 0, reasons },
  };
}

async function readBack(disputeId: string, reader: ApiSession, pool: pg.Pool) {
  const entries = await timeline(disputeId, reader);
  const detail = await get<Detail>(reader, `/v1/disputes/${disputeId}`);
  const { tasks, conferences, proceedings, policyVersion } = detail.staff;
  const children = [
    ...tasks.map(({ id }) => `/v1/tasks/${id}`),
    ...conferences.map(({ id }) => `/v1/conferences/${id}`),
    ...detail.commitments.map(({ id }) => `/v1/commitments/${id}`),
  ];
  const clocks = [...detail.clocks];
  for (const path of children) clocks.push(...(await get<{ clocks: ClockSeen[] }>(reader, path)).clocks);
  const { events, seenBy, acts } = await seenEvents(pool, disputeId);
  const inState = (...states: string[]): ByKind =>
    count(clocks.filter(({ state }) => states.includes(state)).map(({ kind }) => kind));
  return {
    ...{ number: detail.number, grade: detail.grade, path: pathOf(entries), policy: policyVersion },
    closure: detail.closure === null ? null : { outcome: detail.closure.outcome, kind: detail.closure.kind },
    clocks: {
      ...{ met: inState('met'), broken: inState('broken'), cancelled: inState('cancelled') },
      running: inState('running', 'held'),
    },
    reminders: count(clocks.flatMap(({ kind, warned }) => warned.map(() => kind))),
    agreements: detail.agreements
      .filter(({ effectiveAt }) => effectiveAt !== null)
      .map(({ confirmation }) => confirmation),
    promises: count(detail.commitments.map(({ status }) => status)),
    ...{ proceedings: proceedings.length, events, seenBy },
    ...{ actors: actors(actsOf(entries), acts), trail: entries.map(traceOf) },
  };
}

async function timeline(disputeId: string, reader: ApiSession): Promise<Entry[]> {
  const entries: Entry[] = [];
  let after: number | null = 0;
  while (after !== null) {
    const path: string = `/v1/disputes/${disputeId}/timeline?limit=500&after=${after}`;
    const page: { entries: Entry[]; nextAfter: number | null } = await get(reader, path);
    entries.push(...page.entries);
    after = page.nextAfter;
  }
  return entries;
}

async function get<T>(reader: ApiSession, path: string): Promise<T> {
  const { status, body } = await reader.get<T>(path);
  if (status !== 200) throw new Error(`${reader.id} cannot read ${path}: ${status}`);
  return body;
}

function count(words: readonly string[]): ByKind {
  const counts: ByKind = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

function actors(...sources: Map<string, number>[]): Row['actors'] {
  const sum = new Map<string, number>();
  for (const source of sources) for (const [id, acts] of source) sum.set(id, (sum.get(id) ?? 0) + acts);
  return [...sum].map(([id, acts]) => ({ id, role: roleOf(id), acts })).sort((a, b) => b.acts - a.acts);
}

function roleOf(id: string): string {
  if (id.startsWith('system:')) return 'engine';
  return STAFF.find((person) => person.id === id)?.posts[0]?.role ?? 'resident';
}
