import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { workflowBundle } from './quiet.ts';

// The SDK's own historyToJSON fails where npm installs two copies of protobufjs, as it does here.
const { History } = proto.temporal.api.history.v1;
export type History = ReturnType<typeof History.create>;

const plain = (history: History): object =>
  History.toObject(history, { enums: String, longs: String, bytes: String });

const FOLDER = join(import.meta.dirname, '..', 'replay', 'histories');

export interface StoredHistory {
  name: string;
  history: History;
}

/** The history of one run of a workflow. */
export const historyOf = async (client: Client, workflowId: string, runId: string): Promise<History> =>
  History.fromObject(await client.workflow.getHandle(workflowId, runId).fetchHistory());

/**
 * Runs today's workflow code against a history; rejects when it would do anything else than what happened. A run that has
 * not come to its first task has nothing to replay, and the SDK would wait for that task without end.
 */
export async function replay(history: History): Promise<void> {
  if (!history.events.some((event) => event.workflowTaskStartedEventAttributes)) return;
  await Worker.runReplayHistory({ workflowBundle: await workflowBundle() }, history);
}

/** Everything people or the engine put into a history: its payloads, decoded. */
export function payloadsOf(history: History): unknown[] {
  const found: unknown[] = [];
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const { data, metadata } = value as { data?: unknown; metadata?: unknown };
    if (typeof data === 'string' && metadata !== undefined) {
      const text = Buffer.from(data, 'base64').toString('utf8');
      if (text !== '') found.push(JSON.parse(text));
    } else Object.values(value).forEach(look);
  };
  look(plain(history));
  return found;
}

/** Whether this run of the tests is to renew the stored histories: `RECORD_HISTORIES=1 vitest run tests/workflow`. */
export const recording = process.env['RECORD_HISTORIES'] === '1';

/** Stores a history for the replay test, without the names of the machine it was made on. */
export async function storeHistory(name: string, history: History): Promise<void> {
  const hidden = (key: string, value: unknown): unknown => (key === 'identity' ? 'recorded' : value);
  const text = JSON.stringify(plain(history), hidden);
  const file = join(FOLDER, `${name}.json`);
  writeFileSync(file, await format(text, { ...(await resolveConfig(file)), parser: 'json' }));
}

/** Every stored history. */
export function storedHistories(): StoredHistory[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => ({
      name: file.replace(/\.json$/, ''),
      history: History.fromObject(JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as object),
    }));
}
