import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createPool } from '../../infra/db/pool.ts';
import type { Stack } from '../../infra/local/stack.ts';
import { createAttachments } from '../../infra/storage/attachments.ts';
import { createCleaner, KEEP_MS, type Cleaned, type Cleaner } from '../../infra/storage/cleaner.ts';
import { createDiskStorage } from '../../infra/storage/disk.ts';
import { startHourlyCleaning } from '../../infra/storage/hourly.ts';
import { keyOf, newAttachmentId } from '../../infra/storage/keys.ts';
import type { Attachment, Attachments, FileStorage, Upload } from '../../ports/attachments.ts';
import { StorageUnavailable } from '../../ports/attachments.ts';
import { migratedDatabase } from '../support/database.ts';
import { eventually, newKey, settingsOf } from '../support/engine.ts';
import { pdf } from '../support/files.ts';
import { ROOT } from '../support/imports.ts';
import { contentsOf } from '../support/uploads.ts';

const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined };
const DISPUTE = { id: 'dsp_1', version: 1, region: '990101001001001' };

let stack: Stack;
let pool: pg.Pool;
let root: string;
let storage: FileStorage;
let files: Attachments;
let cleaner: Cleaner;
let now: number;

beforeAll(async () => {
  stack = await migratedDatabase();
  pool = createPool(stack.databaseUrl, { max: 10 });
});
afterAll(async () => {
  await pool.end();
  await stack.stop();
});
beforeEach(async () => {
  await pool.query('TRUNCATE attachments');
  if (root) rmSync(root, { recursive: true, force: true });
  root = mkdtempSync(join(tmpdir(), 'fengqiao-clean-'));
  now = Date.now();
  storage = createDiskStorage(root);
  const clock = (): number => now;
  files = createAttachments({
    ...{ pool, storage, root, logger: QUIET, clock },
    readAs: (_actor, work) => work(pool),
  });
  cleaner = createCleaner({ pool, storage, root, clock });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function* content(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

const asked = (change: Partial<Upload> = {}): Upload => ({
  ...{ uploadId: newKey(), dispute: DISPUTE, uploadedBy: 'grid-1', uploadedAs: 'staff', kind: 'evidence' },
  ...{ audience: 'staff', side: null, name: 'a.pdf', keepLocation: false, content: content(pdf(newKey())) },
  ...change,
});

async function stored(): Promise<Attachment> {
  const result = await files.upload(asked());
  if (result.outcome !== 'stored') throw new Error(result.outcome);
  return result.attachment;
}

/** Bytes without a row, as a process leaves them that dies between the two. */
async function orphan(age_ms: number): Promise<string> {
  const key = keyOf(newAttachmentId());
  const path = join(root, 'objects', key);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, 'nobody knows me');
  const at = new Date(Date.now() - age_ms);
  await utimes(path, at, at);
  return key;
}

const kept = (): string[] => contentsOf(root).stored;

describe('cleaning', () => {
  test('removes bytes without a row once they are a day old, and nothing else', async () => {
    const { id } = await stored();
    const old = await orphan(KEEP_MS + 60_000);
    const young = await orphan(KEEP_MS - 60_000);
    expect(await cleaner.clean({ dryRun: true })).toMatchObject({ orphans: 1, looked: 3, removed: 0 });
    expect(kept()).toEqual([keyOf(id), old, young].sort());
    expect(await cleaner.clean()).toMatchObject({ orphans: 1, looked: 3, busy: false, suspicious: false });
    expect(kept()).toEqual([keyOf(id), young].sort());
    expect(await cleaner.clean()).toMatchObject({ orphans: 0, looked: 2 });
  });

  test('removes the bytes of a removed file after a day, and keeps its row', async () => {
    const [gone, stays] = [await stored(), await stored()];
    await files.remove(gone, DISPUTE, { personId: 'grid-1', reason: null });
    now += KEEP_MS - 1;
    expect((await cleaner.clean()).removed).toBe(0);
    now += 2;
    expect((await cleaner.clean({ dryRun: true })).removed).toBe(1);
    expect(kept()).toHaveLength(2);
    expect((await cleaner.clean()).removed).toBe(1);
    expect(kept()).toEqual([keyOf(stays.id)]);
    expect((await cleaner.clean()).removed).toBe(0);
    const { rows } = await pool.query('SELECT bytes_removed_at_ms AS at FROM attachments WHERE id = $1', [
      gone.id,
    ]);
    expect(rows).toEqual([{ at: now }]);
  });

  test('leaves everything alone where most of it has no row: a wrong database', async () => {
    const keys = await Promise.all(Array.from({ length: 101 }, () => orphan(2 * KEEP_MS)));
    expect(await cleaner.clean()).toMatchObject({ orphans: 101, suspicious: true });
    expect(kept()).toHaveLength(keys.length);
    expect(await cleaner.clean({ force: true })).toMatchObject({ orphans: 101, suspicious: true });
    expect(kept()).toEqual([]);
  });

  test('is done by one process at a time', async () => {
    const holder = await pool.connect();
    await holder.query('SELECT pg_advisory_lock(7204127)');
    await orphan(2 * KEEP_MS);
    expect(await cleaner.clean()).toMatchObject({ busy: true, looked: 0 });
    expect(kept()).toHaveLength(1);
    await holder.query('SELECT pg_advisory_unlock(7204127)');
    holder.release();
    expect(await cleaner.clean()).toMatchObject({ busy: false, orphans: 1 });
  });

  test('goes on by itself, also after a round that failed', async () => {
    const rounds: Cleaned[] = [];
    let failures = 1;
    const hourly = startHourlyCleaning({
      cleaner: {
        ...cleaner,
        async clean(options) {
          if (failures-- > 0) throw new StorageUnavailable('away');
          return cleaner.clean(options);
        },
      },
      ...{ logger: QUIET, firstMs: 1, everyMs: 20, onRound: (cleaned) => void rounds.push(cleaned) },
    });
    const key = await orphan(2 * KEEP_MS);
    await eventually('the orphan is gone', () => !kept().includes(key));
    await hourly.stop();
    const count = rounds.length;
    expect(count).toBeGreaterThan(0);
    expect(failures).toBeLessThan(0);
  });
});

test('verifying finds what was lost and what was changed', async () => {
  const [sound, lost, changed] = [await stored(), await stored(), await stored()];
  expect(await cleaner.verify()).toEqual({ checked: 3, missing: [], changed: [] });
  rmSync(join(root, 'objects', keyOf(lost.id)));
  const path = join(root, 'objects', keyOf(changed.id));
  const bytes = await readFile(path);
  bytes[bytes.length - 1]! ^= 1;
  await writeFile(path, bytes);
  expect(await cleaner.verify()).toEqual({ checked: 3, missing: [lost.id], changed: [changed.id] });
  expect(sound.sha256).toMatch(/^[0-9a-f]{64}$/);
});

describe('an upload', () => {
  test('whose row cannot be written takes its bytes back, and can be sent again', async () => {
    const holder = await pool.connect();
    const bytes = pdf('Again');
    const uploadId = newKey();
    try {
      await holder.query('BEGIN');
      await holder.query(`SELECT pg_advisory_xact_lock(hashtextextended('attachments:dsp_1', 0))`);
      await expect(files.upload(asked({ uploadId, content: content(bytes) }))).rejects.toThrow(
        StorageUnavailable,
      );
    } finally {
      await holder.query('ROLLBACK');
      holder.release();
    }
    expect(contentsOf(root)).toEqual({ stored: [], incoming: [] });
    expect(await files.upload(asked({ uploadId, content: content(bytes) }))).toMatchObject({
      ...{ outcome: 'stored', again: false },
    });
  });

  test('whose content breaks off leaves nothing', async () => {
    async function* broken(): AsyncGenerator<Buffer> {
      yield pdf();
      throw new Error('the client is gone');
    }
    await expect(files.upload(asked({ content: broken() }))).rejects.toThrow('the client is gone');
    expect(contentsOf(root)).toEqual({ stored: [], incoming: [] });
  });
});

describe('npm run clean-attachments', () => {
  async function run(...args: string[]): Promise<{ code: number; out: string; progress: string }> {
    const env = { ...process.env, ...settingsOf(stack), TEMPORAL_ADDRESS: '127.0.0.1:1' };
    const child = spawn(process.execPath, ['bin/clean-attachments.ts', ...args], {
      ...{ cwd: ROOT, env: { ...env, STORAGE_DIR: root, LOG_LEVEL: 'silent' } },
    });
    let [out, progress] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (progress += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    return { code, out, progress };
  }

  test('says what it would do, does it, and checks every file', async () => {
    const { id } = await stored();
    await orphan(2 * KEEP_MS);
    const dry = await run('--dry-run');
    expect(dry.out).toContain('1 of 2 stored files have no row: would be removed');
    expect(dry.code).toBe(0);
    expect(kept()).toHaveLength(2);
    const done = await run('--verify');
    expect(done.out).toContain('1 of 2 stored files have no row: removed');
    expect(done.out).toContain('1 files read: 0 lost, 0 changed');
    expect(done.progress).toContain('verify: 1 of 1');
    expect(kept()).toEqual([keyOf(id)]);
    rmSync(join(root, 'objects', keyOf(id)));
    const lost = await run('--verify');
    expect([lost.code, lost.out]).toEqual([1, expect.stringContaining(`lost ${id}`) as string]);
    expect((await run('--everything')).code).toBe(2);
  });
});
