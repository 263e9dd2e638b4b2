import { describe, expect, test } from 'vitest';
import { createAudit } from '../../infra/audit/writer.ts';
import type { Queryable } from '../../infra/db/pool.ts';
import type { AuditEntry } from '../../ports/audit.ts';

const entry = (actorId: string): AuditEntry => ({
  ...{ actorId, kind: 'read', caseKind: null, caseId: null, fields: [], requestId: 'r' },
});

/** A database that answers when it is told to, and refuses whoever is called `bad`. */
function slowDatabase() {
  const statements: string[][] = [];
  const open: (() => void)[] = [];
  const db = {
    async query({ values: [json] }: { values: [string] }) {
      const actors = (JSON.parse(json) as { actor_id: string }[]).map((row) => row.actor_id);
      statements.push(actors);
      await new Promise<void>((resolve) => open.push(resolve));
      if (actors.includes('bad')) throw new Error('refused');
    },
  } as unknown as Queryable;
  const answerAll = async (): Promise<void> => {
    while (open.length > 0) {
      open.splice(0).forEach((answer) => answer());
      await new Promise(setImmediate);
    }
  };
  return { db, statements, answerAll };
}

describe('given entries of many requests at once', () => {
  test('then the first go at once, and the others together as soon as there is room', async () => {
    const { db, statements, answerAll } = slowDatabase();
    const audit = createAudit(db);
    const all = Array.from({ length: 250 }, (_, n) => audit.record([entry(`p${n}`)]));
    expect(statements).toEqual([['p0'], ['p1']]);
    await answerAll();
    await Promise.all(all);
    expect(statements.map((rows) => rows.length)).toEqual([1, 1, 100, 100, 48]);
    expect(statements.flat()).toEqual(Array.from({ length: 250 }, (_, n) => `p${n}`));
  });

  test('when one cannot be stored, then it alone is refused', async () => {
    const { db, answerAll } = slowDatabase();
    const audit = createAudit(db);
    const outcomes = Promise.allSettled(
      ['a', 'b', 'c', 'bad', 'd'].map((actor) => audit.record([entry(actor)])),
    );
    await answerAll();
    expect((await outcomes).map(({ status }) => status)).toEqual([
      ...['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
    ]);
  });

  test('when too many wait, then one more is refused instead of kept', async () => {
    const { db, answerAll } = slowDatabase();
    const audit = createAudit(db);
    const kept = Array.from({ length: 2_002 }, () => audit.record([entry('a')]));
    await expect(audit.record([entry('a')])).rejects.toThrow(/too many/);
    await answerAll();
    await Promise.all(kept);
  });
});

test('nothing to record is recorded at once', async () => {
  const { db, statements } = slowDatabase();
  await createAudit(db).record([]);
  expect(statements).toEqual([]);
});
