import { expect, test } from 'vitest';
import { START_MS, startEngine } from '../support/engine.ts';
import { reported, VISIT } from '../support/persistent.ts';

/** What a process manager grants, and a person at a terminal. */
const STOP_MS = 20_000;

test(
  'the whole engine in one process stops in time while Temporal is away and an act waits for it',
  async () => {
    const engine = await startEngine({ kafka: false });
    const grid = await engine.as('grid-1');
    const id = await reported(grid);
    await engine.stack.components.find(({ name }) => name === 'temporal')!.kill();
    const waiting = grid.act(id, 'record-measure', VISIT).catch(() => null);
    await reported(grid);
    const begin = performance.now();
    await engine.stop();
    expect(performance.now() - begin).toBeLessThan(STOP_MS);
    await waiting;
  },
  START_MS,
);
