/**
 * `npm run bench`: (1) intake against a bare Fastify + pg insert, (2) actions against a bare Temporal Update, (3) whole
 * lifecycles a second, (4) the delay from commit to queue. Ratios against a baseline in the same run: absolute figures
 * mean little on another machine. `npm run bench -- intake` runs one of them.
 */
import autocannon from 'autocannon';
import { randomUUID } from 'node:crypto';
import { startApi } from '../bin/wiring/api.ts';
import { logIn, type ApiSession } from '../bin/wiring/api-client.ts';
import { openResources } from '../bin/wiring/resources.ts';
import { installTemporalRuntime, startWorker } from '../bin/wiring/worker.ts';
import { migrate } from '../infra/db/migrate.ts';
import { createLogger } from '../infra/logger.ts';
import { DEMO_PASSWORD } from '../infra/seed/demo-street.ts';
import { ensureRules, seedDemoStreet } from '../infra/seed/seed.ts';
import { configOf, ephemeralStack, quarrel, startEngine, type TestEngine } from '../tests/support/engine.ts';
import { bareIntake, bareUpdates } from './bare.ts';
import { searchBench } from './search.ts';
import { compared, latencies, median, publish, quantile, throughput } from './measure.ts';

const ROUNDS = 3;
const ROUND_S = 5;
const CONNECTIONS = 32;
const LANES = 24;
const DISPUTES = 48;
const MEASURE = { kind: 'visit', note: 'We were there.' };

const wanted = process.argv.slice(2);
const asked = (name: string): boolean => wanted.length === 0 || wanted.includes(name);

if (asked('intake')) await intake();
if (asked('actions')) await actionsAlone();
if (['actions-whole', 'lifecycles', 'queue'].some(asked)) await engineBenches();
// Minutes, and gigabytes: only when it is asked for by name.
if (wanted.includes('search')) await searchBench();
process.exit(0);

/** The API alone: what happens behind the outbox is measured by the others. */
async function intake(): Promise<void> {
  const stack = await ephemeralStack();
  await migrate(stack.databaseUrl);
  const resources = openResources(configOf(stack), createLogger('silent'), 'bench');
  await ensureRules(resources.pool);
  await seedDemoStreet(resources.pool);
  const api = await startApi(resources, { port: 0 });
  const bare = await bareIntake(resources.pool);
  const grid = await logIn(api.address, 'grid-1', DEMO_PASSWORD);
  const shoot = async (url: string): Promise<number> => {
    const headers = { ...grid.headers(), 'content-type': 'application/json' };
    const result = await autocannon({
      ...{ url, method: 'POST', connections: CONNECTIONS, duration: ROUND_S, workers: 1 },
      ...{ headers: { ...headers, 'idempotency-key': '[<id>]' }, idReplacement: true },
      body: JSON.stringify(quarrel()),
    });
    if (result.non2xx > 0) throw new Error(`${result.non2xx} answers were not 2xx`);
    return result.requests.average;
  };
  await shoot(`${api.address}/v1/reports`);
  // As autovacuum does within a minute.
  await resources.pool.query('ANALYZE');
  const {
    ours,
    bare: plain,
    ratio,
  } = await compared(
    ROUNDS,
    () => shoot(`${api.address}/v1/reports`),
    () => shoot(`${bare.address}/reports`),
  );
  publish('intake', { ours_per_s: ours, bare_per_s: plain, ratio, aim: '>= 0.4' });
  await bare.stop();
  await api.stop();
  await resources.close();
  await stack.stop();
}

async function engineBenches(): Promise<void> {
  const engine = await startEngine();
  try {
    if (asked('queue')) await queueDelay(engine);
    if (asked('actions-whole')) {
      await actions('actions-whole', await engine.as('grid-1'), engine.config.temporalAddress);
    }
    if (asked('lifecycles')) await lifecycles(engine);
  } finally {
    await engine.stop();
  }
}

async function report(session: ApiSession): Promise<{ id: string; parties: { id: string }[] }> {
  const { status, body } = await session.post<{ id: string; parties: { id: string }[] }>(
    '/v1/reports',
    quarrel(),
  );
  if (status !== 201) throw new Error(`report: ${status}`);
  return body;
}

async function must(session: ApiSession, id: string, action: string, body: object): Promise<void> {
  for (;;) {
    const { status, retryAfter } = await session.act(id, action, body, { key: randomUUID() });
    if (status === 200) return;
    if (status !== 503) throw new Error(`${action}: ${status}`);
    await new Promise((resolve) => setTimeout(resolve, Number(retryAfter ?? 1) * 1000));
  }
}

/**
 * API and worker alone, as the baseline is client and worker alone: what relay and handlers add is in the lifecycles.
 * `bench -- actions-whole` measures the same with the whole engine in this process.
 */
async function actionsAlone(): Promise<void> {
  const stack = await ephemeralStack();
  await migrate(stack.databaseUrl);
  const logger = createLogger('silent');
  installTemporalRuntime(logger);
  const config = configOf(stack);
  const resources = openResources(config, logger, 'bench');
  await ensureRules(resources.pool);
  await seedDemoStreet(resources.pool);
  const worker = await startWorker(resources);
  const api = await startApi(resources, { port: 0 });
  const grid = await logIn(api.address, 'grid-1', DEMO_PASSWORD);
  await actions('actions', grid, config.temporalAddress);
  await api.stop();
  await worker.stop();
  await resources.close();
  await stack.stop();
}

async function actions(name: string, grid: ApiSession, temporalAddress: string): Promise<void> {
  const ids: string[] = [];
  for (let n = 0; n < DISPUTES; n++) ids.push((await report(grid)).id);
  const plain = await bareUpdates(temporalAddress, DISPUTES);
  // Each lane has disputes of its own: the queue of one case is measured by the fault tests.
  const act = (lane: number, n: number): Promise<void> =>
    must(grid, ids[(lane + n * LANES) % DISPUTES]!, 'record-measure', MEASURE);
  const update = (lane: number, n: number): Promise<void> => plain.update(lane + n * LANES);
  await throughput(LANES, 2_000, act);
  const loaded = await compared(
    ROUNDS,
    () => throughput(LANES, ROUND_S * 1000, act),
    () => throughput(LANES, ROUND_S * 1000, update),
  );
  const unloaded = await compared(
    ROUNDS,
    async () => median(await latencies(60, (n) => act(0, n))),
    async () => median(await latencies(60, (n) => update(0, n))),
  );
  publish(name, {
    ...{ ours_per_s: loaded.ours, bare_per_s: loaded.bare, ratio: loaded.ratio, aim: '>= 0.55' },
    ...{ unloaded_median_ms: unloaded.ours, bare_unloaded_median_ms: unloaded.bare },
    ...{ unloaded_ratio: unloaded.ratio, unloaded_aim: '<= 2.5' },
  });
  await plain.stop();
}

/** Report, triage (which takes it on and names its owner), settle, read back: four calls, each answered when stored. */
async function lifecycles(engine: TestEngine): Promise<void> {
  const [grid, community] = [await engine.as('grid-1'), await engine.as('community-1')];
  const triage = { category: 'D02', difficulty: 'simple', duplicatesChecked: true, level: 'community' };
  const one = async (): Promise<void> => {
    const { id, parties } = await report(grid);
    await must(community, id, 'triage', triage);
    const partiesAgreed = parties.map((party) => party.id);
    await must(community, id, 'settle-on-spot', {
      note: 'They shook hands.',
      partiesAgreed,
      reporterTold: true,
    });
    const { body } = await community.get<{ stage: string }>(`/v1/disputes/${id}`);
    if (body.stage !== 'closed') throw new Error('not settled');
  };
  await throughput(LANES, 2_000, one);
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) rates.push(await throughput(LANES, ROUND_S * 1000, one));
  publish('lifecycles', { per_s: median(rates), aim: '>= 15' });
}

/** From the answer to the report until the grid worker's queue shows it, nobody else acting. */
async function queueDelay(engine: TestEngine): Promise<void> {
  const grid = await engine.as('grid-1');
  const { pool } = engine.resources;
  const delays: number[] = [];
  for (let n = 0; n < 220; n++) {
    const { id } = await report(grid);
    const begin = performance.now();
    const text = 'SELECT 1 FROM work_items WHERE case_id = $1 AND queue = $2';
    for (;;) {
      const { rowCount } = await pool.query({ name: 'bench-queue', text, values: [id, 'grid'] });
      if (rowCount !== 0) break;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    // The first ones warm the path up.
    if (n >= 20) delays.push(performance.now() - begin);
  }
  publish('queue-delay', {
    p50_ms: median(delays),
    p99_ms: quantile(delays, 0.99),
    aim: 'p99 <= 300 ms unloaded',
  });
}
