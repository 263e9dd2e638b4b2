import { setTimeout as sleep } from 'node:timers/promises';
import { Counter, Gauge } from 'prom-client';
import type { Holder } from '../../domain/work.ts';
import { HANDLERS } from '../../handlers/index.ts';
import { announce } from '../../infra/db/changes.ts';
import { DISPUTES_TOPIC } from '../../infra/db/rows.ts';
import { GROUPS } from '../../infra/consumers/groups.ts';
import { createReportsConsumer, REPORTS_TOPIC } from '../../infra/consumers/reports.ts';
import { createShell } from '../../infra/consumers/shell.ts';
import type { WorkChange } from '../../infra/consumers/store.ts';
import { ensureTopics } from '../../infra/topics.ts';
import type { CaseStarter } from '../../infra/temporal/dispatch.ts';
import type { SubscribeOptions, Subscription } from '../../ports/event-bus.ts';
import type { Change } from '../../ports/changes.ts';
import type { Running } from './api.ts';
import { intakeOf } from './intake.ts';
import type { Resources } from './resources.ts';

const RETRY_MS = 1_000;

/** Every consumer group in this process; more processes share the partitions. */
export async function startHandlers(
  resources: Resources,
  { onCommitted }: { onCommitted?: () => void } = {},
): Promise<Running> {
  const { bus, config, logger, pool, metrics } = resources;
  const handled = new Counter({
    ...{ name: 'fengqiao_events_handled_total', help: 'Events carried out by group', registers: [metrics] },
    labelNames: ['group'],
  });
  const setAside = new Counter({
    ...{ name: 'fengqiao_dead_letters_total', help: 'Messages set aside by group', registers: [metrics] },
    labelNames: ['group'],
  });
  new Gauge({
    ...{
      name: 'fengqiao_consumer_lag',
      help: 'Events a group has not carried out yet',
      registers: [metrics],
    },
    labelNames: ['group'],
    async collect() {
      for (const group of GROUPS) {
        // With the broker away the other metrics are wanted most; a stale figure would mislead.
        const lag = await bus.lag(group).catch(() => Number.NaN);
        this.set({ group }, lag);
      }
    },
  });
  const announceWork = (work: WorkChange[]): void => {
    announce(pool, workChanges(work)).catch((error: unknown) => logger.warn({ error }, 'a hint was lost'));
  };
  const stopping = new AbortController();
  const starter: CaseStarter = {
    start: (keys) => resources.starter.start(keys, stopping.signal),
    send: (commands) => resources.starter.send(commands, stopping.signal),
  };
  const wanted: SubscribeOptions[] = [
    ...HANDLERS.map((handler) => ({
      ...createShell(handler, {
        ...{ ...resources, starter },
        onBatch: ({ group, events, deadLetters, work }) => {
          handled.inc({ group }, events.length);
          setAside.inc({ group }, deadLetters);
          // What a group wrote (commands to other cases) comes back through the outbox: the relay need not wait.
          onCommitted?.();
          announceWork(work);
        },
      }),
      topics: [DISPUTES_TOPIC],
    })),
    {
      ...createReportsConsumer({ pool, intake: intakeOf(resources, onCommitted), logger }),
      topics: [REPORTS_TOPIC],
    },
  ];
  const subscriptions: Subscription[] = [];
  const ready = (async () => {
    await patiently(() => ensureTopics(bus, config.kafkaPartitions), resources, stopping.signal);
    await Promise.all(
      wanted.map((options) =>
        patiently(
          async () => void subscriptions.push(await bus.subscribe(options)),
          resources,
          stopping.signal,
        ),
      ),
    );
  })();
  await ready;
  return {
    address: '',
    async stop() {
      stopping.abort();
      await Promise.all(subscriptions.map((subscription) => subscription.stop()));
    },
  };
}

/** A broker that is away at the start is waited for. */
async function patiently(
  work: () => Promise<void>,
  { logger }: Pick<Resources, 'logger'>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      return await work();
    } catch (error) {
      logger.warn({ error }, 'the bus does not answer yet');
      await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** One a case, with all whose work it can be. */
function workChanges(work: WorkChange[]): Change[] {
  const changes = new Map<string, Change & { holders: Holder[] }>();
  for (const { kind, id, disputeId, ...holder } of work) {
    const key = `${kind}:${id}`;
    const known = changes.get(key);
    if (known === undefined) {
      const { region } = holder;
      changes.set(key, { type: 'work', kind, id, disputeId, version: 0, region, holders: [holder] });
    } else known.holders.push(holder);
  }
  return [...changes.values()];
}
