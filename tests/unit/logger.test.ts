import pg from 'pg';
import { expect, test } from 'vitest';
import { createLogger } from '../../infra/logger.ts';

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
