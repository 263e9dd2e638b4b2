import { setTimeout as sleep } from 'node:timers/promises';
import type { BusLogger } from '../../ports/event-bus.ts';
import type { Cleaned, Cleaner } from './cleaner.ts';

const EVERY_MS = 60 * 60_000;
/** After the start, so that a process that is started again and again cleans too. */
const FIRST_MS = 5 * 60_000;

export interface HourlyOptions {
  cleaner: Cleaner;
  logger: BusLogger;
  firstMs?: number;
  everyMs?: number;
  onRound?: (cleaned: Cleaned) => void;
}

/** Cleans once an hour until it is stopped. A round that fails is tried again with the next. */
export function startHourlyCleaning(options: HourlyOptions): { stop(): Promise<void> } {
  const { cleaner, logger, firstMs = FIRST_MS, everyMs = EVERY_MS } = options;
  const stopping = new AbortController();
  const round = async (): Promise<void> => {
    const cleaned = await cleaner.clean();
    if (cleaned.suspicious)
      logger.warn(
        { ...cleaned },
        'more bytes without a row than files: left alone, is this the right database?',
      );
    else if (cleaned.removed + cleaned.orphans > 0) logger.info({ ...cleaned }, 'attachments were cleaned');
    options.onRound?.(cleaned);
  };
  const run = async (): Promise<void> => {
    for (let wait = firstMs; !stopping.signal.aborted; wait = everyMs) {
      await sleep(wait, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      await round().catch((error: unknown) => logger.warn({ error }, 'attachments could not be cleaned'));
    }
  };
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
