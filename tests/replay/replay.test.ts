import { beforeAll, expect, test } from 'vitest';
import { replay, storedHistories } from '../support/histories.ts';
import { quietRuntime } from '../support/quiet.ts';

beforeAll(() => quietRuntime());

const stored = storedHistories();

test('there is a history of every kind, a renewed one, and one with many commands at once', () => {
  const names = stored.map(({ name }) => name);
  for (const kind of ['dispute', 'task', 'conference', 'commitment', 'continued', 'concurrent'])
    expect(names.filter((name) => name.startsWith(kind))).not.toEqual([]);
  const events = stored.flatMap(({ history }) => history.events ?? []);
  expect(events.some((event) => event.workflowExecutionContinuedAsNewEventAttributes)).toBe(true);
});

test.each(stored)('today’s code does what it did: $name', async ({ history }) => {
  await replay(history);
});

test('a workflow that would do something else is found out', async () => {
  const { history } = stored.find(({ name }) => name.startsWith('conference'))!;
  const events = history.events?.filter((event) => !event.timerStartedEventAttributes) ?? [];
  await expect(replay({ ...history, events } as typeof history)).rejects.toThrow();
});
