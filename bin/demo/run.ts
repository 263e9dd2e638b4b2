import type { Policy } from '../../domain/policy.ts';
import { DEMO_PASSWORD } from '../../infra/seed/demo-street.ts';
import { messageOf, waitUntil } from '../../infra/local/wait.ts';
import { logIn, type ApiSession } from '../wiring/api-client.ts';
import type { Engine } from '../wiring/all.ts';
import { rowOf, type Played, type Row } from './ledger.ts';
import { Play, READER, type World } from './play.ts';
import { POLICIES } from './policy.ts';
import type { Script } from './script.ts';
import { quiet } from './seen.ts';

const IN_FORCE_MS = 20_000;
const QUIET_MS = 60_000;
/** A slow or restarting database is waited for, whatever is asked. */
const PATIENCE_MS = 120_000;

export interface RunOptions {
  scripts: readonly Script[];
  signal: AbortSignal;
  say: (line: string) => void;
}

/** Plays all scripts on a running engine, at once where they do not wait for one another, and reads the ledger back. */
export async function runDemo(engine: Engine, { scripts, signal, say }: RunOptions): Promise<Row[]> {
  const as = sessions(engine.address);
  const world: World = { as, signal };
  const admin = await as('admin-1');
  const before = await activeVersion(admin);
  const playing: Promise<Played>[] = [];
  try {
    for (const policy of POLICIES) {
      const due = scripts.filter((script) => script.policy.version === policy.version);
      if (due.length === 0) continue;
      await putInForce(engine, admin, policy);
      say(`policy ${policy.version} is in force for ${due.length} cases`);
      const started = due.map((script) => play(script, world, say));
      playing.push(...started.map(({ done }) => done));
      // A case keeps the policy it is reported under: only then may the next one come.
      await Promise.all(started.map(({ reported }) => reported));
    }
    const played = await Promise.all(playing);
    say('all cases are played; waiting until every group has seen every event');
    const ids = played.map(({ disputeId }) => disputeId).filter((id) => id !== '');
    if (!(await quiet(engine.resources.pool, ids, QUIET_MS)))
      say('the groups have not seen everything in time');
    const reader = await as(READER);
    const rows: Row[] = [];
    for (const one of played) rows.push(await rowOf(one, reader, engine.resources.pool));
    return rows;
  } finally {
    // On somebody else's database the rules are as they were before.
    if (before !== null && !POLICIES.some(({ version }) => version === before))
      await activate(admin, before).catch((error: unknown) => say(messageOf(error)));
  }
}

/** One session a person, however many cases she acts in. */
function sessions(address: string): (login: string) => Promise<ApiSession> {
  const known = new Map<string, Promise<ApiSession>>();
  return (login) => {
    const session = known.get(login) ?? logIn(address, login, DEMO_PASSWORD, { patience_ms: PATIENCE_MS });
    known.set(login, session);
    return session;
  };
}

function play(script: Script, world: World, say: (line: string) => void) {
  const { promise: reported, resolve } = Promise.withResolvers<void>();
  return { reported, done: playSteps(script, world, say, resolve).finally(resolve) };
}

async function playSteps(
  script: Script,
  world: World,
  say: (line: string) => void,
  reported: () => void,
): Promise<Played> {
  const game = new Play(world);
  const told: number[] = [];
  let failure: string | null = null;
  for (const [i, step] of script.steps.entries()) {
    say(`${script.id.padEnd(16)} ${i + 1}/${script.steps.length} ${step.say}`);
    game.occurredAt = step.on === undefined ? null : Date.parse(`${step.on}T12:00:00+08:00`);
    try {
      await step.act(game);
    } catch (error) {
      failure = `step ${i + 1}: ${messageOf(error)}`;
      say(`${script.id.padEnd(16)} STOPPED at ${failure}`);
      break;
    }
    if (step.tells !== undefined) told.push(step.tells);
    if (game.id !== '') reported();
  }
  return { script, disputeId: game.id, told, failure };
}

async function activeVersion(admin: ApiSession): Promise<string | null> {
  const { body } = await admin.get<{ items: { version: string; active: boolean }[] }>('/v1/policies');
  return body.items.find(({ active }) => active)?.version ?? null;
}

async function putInForce({ resources }: Engine, admin: ApiSession, policy: Policy): Promise<void> {
  const loaded = await admin.post('/v1/policies', policy);
  // 409: it is there already.
  if (loaded.status !== 201 && loaded.status !== 409)
    throw new Error(`policy ${policy.version}: ${loaded.status} ${JSON.stringify(loaded.body)}`);
  await activate(admin, policy.version);
  // A process asks every two seconds which version is in force.
  const inForce = async () => (await resources.rules.policy(null)).version === policy.version;
  if (!(await waitUntil(inForce, { deadline_ms: IN_FORCE_MS })))
    throw new Error(`policy ${policy.version} does not come into force`);
}

async function activate(admin: ApiSession, version: string): Promise<void> {
  const { status } = await admin.post(`/v1/policies/${version}/activate`, {});
  if (status !== 200) throw new Error(`policy ${version} cannot be activated: ${status}`);
}
