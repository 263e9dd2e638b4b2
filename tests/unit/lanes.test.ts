import { expect, test } from 'vitest';
import { createLanes } from '../../infra/temporal/lanes.ts';

const full = (): Error => new Error('full');

test('given more calls than a key may have, then they wait their turn, in order, and other keys do not', async () => {
  const lanes = createLanes({ limit: 2, wait_ms: 60_000 });
  const order: number[] = [];
  let active = 0;
  let most = 0;
  const call = (n: number): Promise<void> =>
    lanes.run('case', full, async () => {
      most = Math.max(most, ++active);
      await new Promise((resolve) => setImmediate(resolve));
      active -= 1;
      order.push(n);
    });
  const gate = Promise.withResolvers<void>();
  const other = lanes.run('other', full, () => gate.promise);
  await Promise.all(Array.from({ length: 20 }, (_, n) => call(n)));
  expect(most).toBe(2);
  expect(order).toEqual(Array.from({ length: 20 }, (_, n) => n));
  gate.resolve();
  await other;
});

test('given no room in time, then the call is refused, and the room it did not take is there for others', async () => {
  const lanes = createLanes({ limit: 1, wait_ms: 1 });
  const gate = Promise.withResolvers<void>();
  const holder = lanes.run('case', full, () => gate.promise);
  await expect(lanes.run('case', full, () => Promise.resolve())).rejects.toThrow('full');
  gate.resolve();
  await holder;
  await expect(lanes.run('case', full, () => Promise.reject(new Error('work')))).rejects.toThrow('work');
  expect(await lanes.run('case', full, () => Promise.resolve('room'))).toBe('room');
});
