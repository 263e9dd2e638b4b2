import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DrizzleQueryError } from 'drizzle-orm';
import pg from 'pg';
import { expect, test } from 'vitest';
import { createLogger } from '../../infra/logger.ts';
import { filesOf, ROOT } from '../support/imports.ts';

test('given an error of the database that quotes a row, then the line names its kind and code only', () => {
  const lines: string[] = [];
  const logger = createLogger('info', { write: (line: string) => void lines.push(line) });
  const error = new pg.DatabaseError('Key (phone)=(13900000001) already exists', 1, 'error');
  Object.assign(error, {
    code: '23505',
    detail: 'Marked Name',
    severity: 'ERROR',
    constraint: 'parties_pkey',
  });
  logger.error({ error }, 'failed');
  logger.warn({ err: new RangeError('not a region code') }, 'refused');
  expect(lines[0]).toContain('23505');
  expect(lines[0]).toContain('parties_pkey');
  expect(lines.join('')).not.toMatch(/13900000001|Marked Name/);
  expect(lines[1]).toContain('not a region code');
});

test('given an error within others, then all are named, and none says what Drizzle or PostgreSQL quote', () => {
  const lines: string[] = [];
  const logger = createLogger('info', { write: (line: string) => void lines.push(line) });
  const inner = new pg.DatabaseError('duplicate (phone)=(13900000001)', 1, 'error');
  Object.assign(inner, { code: '23505', severity: 'ERROR', detail: 'Marked Name' });
  const query = new DrizzleQueryError(
    'insert into parties values ($1)',
    ['Marked\n    at 13900000001'],
    inner,
  );
  logger.error({ err: new Error('a report could not be stored', { cause: query }) }, 'failed');
  logger.error(
    { err: new DrizzleQueryError('select $1', ['Marked Name'], new Error('read timeout')) },
    'late',
  );
  const [line] = lines.map((text) => JSON.parse(text) as { err: object });
  expect(line!.err).toMatchObject({
    message: 'a report could not be stored',
    cause: { name: 'DrizzleQueryError', cause: { code: '23505' } },
  });
  expect(lines[1]).toContain('read timeout');
  expect(lines.join('')).not.toMatch(/13900000001|Marked|insert into|select/);
  const endless = new Error('round');
  endless.cause = endless;
  logger.error({ err: endless }, 'failed');
  expect(lines).toHaveLength(3);
});

test('errors are handed to the log as they are: their text may quote what people wrote', () => {
  const folders = ['activities', 'api', 'bin', 'handlers', 'infra'];
  const written = folders
    .flatMap((folder) => filesOf(folder, '.ts'))
    .filter((path) =>
      /\b(err|error): (String\(|\w+\.message\b)/.test(readFileSync(join(ROOT, path), 'utf8')),
    );
  expect(written).toEqual([]);
});
