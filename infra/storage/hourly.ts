import type { BusLogger } from '../../ports/event-bus.ts';
import { startRounds } from '../rounds.ts';
import type { Cleaned, Cleaner } from './cleaner.ts';

const EVERY_MS = 60 * 60_000;
const FIRST_MS = 5 * 60_000;

export interface HourlyOptions {
  cleaner: Cleaner;
  logger: BusLogger;
  firstMs?: number;
  everyMs?: number;
  onRound?: (cleaned: Cleaned) => void;
}

/** Cleans once an hour until it is stopped. */
export function startHourlyCleaning(options: HourlyOptions): { stop(): Promise<void> } {
  const { cleaner, logger, firstMs = FIRST_MS, everyMs = EVERY_MS } = options;
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
  return startRounds(round, {
    ...{ first_ms: firstMs, every_ms: everyMs },
    onFailure: (error) => logger.warn({ error }, 'attachments could not be cleaned'),
  });
}
