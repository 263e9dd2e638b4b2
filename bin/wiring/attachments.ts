import { Counter } from 'prom-client';
import { scopeOf } from '../../domain/scope.ts';
import type { Config } from '../../infra/config.ts';
import type { Scoped } from '../../infra/db/scoped.ts';
import { createAttachments } from '../../infra/storage/attachments.ts';
import { createCleaner, type Cleaner } from '../../infra/storage/cleaner.ts';
import { createDiskStorage } from '../../infra/storage/disk.ts';
import { startHourlyCleaning } from '../../infra/storage/hourly.ts';
import { createS3Storage } from '../../infra/storage/s3.ts';
import { removeAbandoned } from '../../infra/storage/spool.ts';
import type { Attachments, FileStorage } from '../../ports/attachments.ts';
import type { Running } from './api.ts';
import type { Resources } from './resources.ts';

/** Where files are kept: a bucket when one is set, else a folder. */
export const storageOf = ({ s3, storageDir }: Config): FileStorage =>
  s3 === null ? createDiskStorage(storageDir) : createS3Storage(s3);

/** The files of an API. What uploads of a process that died have left on this machine is removed first. */
export function openAttachments(
  { config, pool, logger }: Resources,
  scoped: Scoped,
): { attachments: Attachments; close(): Promise<void> } {
  const storage = storageOf(config);
  const root = config.storageDir;
  removeAbandoned(root, Date.now()).catch((error: unknown) =>
    logger.warn({ error }, 'unfinished uploads could not be removed'),
  );
  const attachments = createAttachments({
    ...{ pool, storage, root, logger },
    readAs: (actor, work) => scoped(scopeOf(actor), work),
  });
  return { attachments, close: () => storage.close() };
}

export const cleanerOf = ({ pool, config }: Resources, storage: FileStorage): Cleaner =>
  createCleaner({ pool, storage, root: config.storageDir });

/** Cleans once an hour, beside the relay: two of them never clean at once. */
export function startCleaning(resources: Resources): Running {
  const { config, logger, metrics } = resources;
  const storage = storageOf(config);
  const removed = new Counter({
    ...{ name: 'fengqiao_attachments_cleaned_total', help: 'Stored files that were removed' },
    ...{ labelNames: ['why'], registers: [metrics] },
  });
  const hourly = startHourlyCleaning({
    ...{ cleaner: cleanerOf(resources, storage), logger },
    onRound(cleaned) {
      removed.inc({ why: 'removed' }, cleaned.removed);
      if (!cleaned.suspicious) removed.inc({ why: 'orphan' }, cleaned.orphans);
    },
  });
  return {
    address: '',
    async stop() {
      await hourly.stop();
      await storage.close();
    },
  };
}
