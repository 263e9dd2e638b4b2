import type { Client } from '@temporalio/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  ANSWER_MS,
  isCaseFailure,
  sendCommand,
  sendOneOfMany,
  START_MS,
  startCase,
  TemporalAwayError,
  wakeCase,
} from '../../infra/temporal/client.ts';
import { LateError } from '../../infra/temporal/patience.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = (): Promise<never> => new Promise(() => undefined);
const COMMAND = { kind: 'dispute', id: 'dsp_1', commandId: 'cmd_1' } as const;

/** A client whose calls wait for ever, as the real one's do for longer than their deadline while nothing listens. */
const deaf = ({ answers }: { answers: boolean }): Client =>
  ({
    withDeadline: (_until: number, call: () => Promise<unknown>) => call(),
    workflow: { start: never, getHandle: () => ({ executeUpdate: never }) },
    workflowService: { getSystemInfo: answers ? () => Promise.resolve({}) : never },
  }) as unknown as Client;

/** What the call ends with, and after how many milliseconds. */
async function endOf(call: () => Promise<unknown>): Promise<{ error: unknown; after_ms: number }> {
  const begin = Date.now();
  const ended = call().then(
    () => ({ error: null, after_ms: Date.now() - begin }),
    (error: unknown) => ({ error, after_ms: Date.now() - begin }),
  );
  await vi.advanceTimersByTimeAsync(60_000);
  return ended;
}

test('a start and an act end at their deadlines, whatever the client does', async () => {
  const client = deaf({ answers: false });
  const start = await endOf(() => startCase(client, { kind: 'dispute', id: 'dsp_1' }));
  expect(start).toEqual({ error: expect.any(LateError) as Error, after_ms: START_MS });
  const act = await endOf(() => sendCommand(client, COMMAND));
  expect(act).toEqual({ error: expect.any(LateError) as Error, after_ms: ANSWER_MS });
});

test('given many to send, then an answer that does not come is the case’s fault only while Temporal answers', async () => {
  const away = await endOf(() => sendOneOfMany(deaf({ answers: false }), COMMAND));
  expect(away.error).toBeInstanceOf(TemporalAwayError);
  expect(isCaseFailure(away.error)).toBe(false);
  const stuck = await endOf(() => sendOneOfMany(deaf({ answers: true }), COMMAND));
  expect(stuck.error).toBeInstanceOf(LateError);
  expect(isCaseFailure(stuck.error)).toBe(true);
});

test('given a signal that ends, then so does the call, with its reason', async () => {
  const stopping = new AbortController();
  setTimeout(() => stopping.abort(new Error('stopping')), 100);
  const woken = await endOf(() => wakeCase(deaf({ answers: false }), COMMAND, stopping.signal));
  expect(woken).toEqual({ error: new Error('stopping'), after_ms: 100 });
  expect(isCaseFailure(woken.error)).toBe(false);
});
