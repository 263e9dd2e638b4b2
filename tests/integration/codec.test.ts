import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes, randomUUID } from 'node:crypto';
import { Client, Connection, WorkflowUpdateFailedError } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import proto from '@temporalio/proto';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Applied, ApplyRequest } from '../../activities/apply.types.ts';
import { createActivities } from '../../activities/failures.ts';
import { startStack, type Stack } from '../../infra/local/stack.ts';
import { sendCommand } from '../../infra/temporal/client.ts';
import { dataConverterOf } from '../../infra/temporal/codec.ts';
import { createCaseWorker } from '../../infra/temporal/worker.ts';
import { workflowIdOf, type CaseRef } from '../../workflows/messages.ts';
import { START_MS } from '../support/engine.ts';
import { historyOf, type History } from '../support/histories.ts';
import { quietRuntime, workflowBundle } from '../support/quiet.ts';

const key = (name: string) => ({ name, key: randomBytes(32) });
const [first, second] = [key('first'), key('second')];

let stack: Stack;
let connection: Connection;
let native: NativeConnection;

beforeAll(async () => {
  quietRuntime();
  const dataDir = mkdtempSync(join(tmpdir(), 'fengqiao-codec-'));
  const want = { postgres: false, temporal: true, kafka: false };
  stack = await startStack({ dataDir, ephemeral: true, want, log: () => undefined });
  connection = await Connection.connect({ address: stack.temporalAddress });
  native = await NativeConnection.connect({ address: stack.temporalAddress });
}, START_MS);
afterAll(async () => {
  await connection.close();
  await native.close();
  await stack.stop();
});

const MARKED = 'marked words';

/** Refuses in marked words what it is asked, and breaks over one command. */
async function apply({ commandId }: ApplyRequest): Promise<Applied> {
  if (commandId?.startsWith('broken') === true) throw new TypeError(MARKED);
  const refusal = { refused: 'out_of_order', message: MARKED, field: 'f', expected: 'e' } as const;
  return {
    ...{ version: 1, nextWakeAt: null, final: false, stage: 'handling', level: 'grid', grade: 'blue' },
    answer: { ok: false, refusal },
  };
}

const clientWith = (dataConverter?: DataConverter): Client =>
  new Client({ connection, ...(dataConverter !== undefined && { dataConverter }) });

/** Runs `work` beside a worker of its own, which has nothing in its cache. */
async function beside(dataConverter: DataConverter | undefined, work: () => Promise<void>): Promise<void> {
  const worker = await createCaseWorker({
    ...{ connection: native, activities: createActivities(apply), workflowBundle: await workflowBundle() },
    ...(dataConverter !== undefined && { dataConverter }),
  });
  await worker.runUntil(work);
}

const newCase = (): CaseRef => ({ kind: 'dispute', id: `dsp_${randomUUID()}` });
const send = (client: Client, ref: CaseRef, commandId: string) => sendCommand(client, { ...ref, commandId });

async function storedOf(ref: CaseRef): Promise<History> {
  const { runId } = await clientWith().workflow.getHandle(workflowIdOf(ref)).describe();
  return historyOf(clientWith(), workflowIdOf(ref), runId);
}

// What Temporal's core itself notes of a local activity stays readable: numbers, times and the activity's name.
const NOTED = [
  'seq',
  'attempt',
  'activity_id',
  'activity_type',
  'complete_time',
  'original_schedule_time',
  'backoff',
];

/** How each payload of a history is encoded, apart from the notes of Temporal's core. */
function encodings(history: History): Set<string> {
  const found = new Set<string>();
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
    const { metadata, data } = value as { metadata?: { encoding?: Uint8Array }; data?: Uint8Array };
    if (metadata?.encoding === undefined || data === undefined) return Object.values(value).forEach(look);
    const encoding = Buffer.from(metadata.encoding).toString();
    if (encoding !== 'json/plain' || !isNote(Buffer.from(data).toString())) found.add(encoding);
  };
  look(history);
  return found;
}

function isNote(json: string): boolean {
  const value = JSON.parse(json) as unknown;
  return (
    typeof value === 'object' &&
    value !== null &&
    'seq' in value &&
    Object.keys(value).every((name) => NOTED.includes(name))
  );
}

const bytesOf = (history: History): string =>
  Buffer.from(proto.temporal.api.history.v1.History.encode(history).finish()).toString('latin1');

test('what passes through Temporal can be read by those who have the key, and not on its server', async () => {
  const encrypted = dataConverterOf([first]);
  const ref = newCase();
  await beside(encrypted, async () => {
    const client = clientWith(encrypted);
    expect(await send(client, ref, 'c1')).toMatchObject({ ok: false, refusal: { message: MARKED } });
    const failure = await send(client, ref, 'broken-1').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(WorkflowUpdateFailedError);
    expect(String((failure as WorkflowUpdateFailedError).cause)).toContain('apply failed: TypeError');
  });
  const history = await storedOf(ref);
  expect(encodings(history)).toEqual(new Set(['binary/encrypted']));
  for (const word of [MARKED, 'apply failed', 'out_of_order', 'handling'])
    expect(bytesOf(history)).not.toContain(word);
  const bundle = await workflowBundle();
  await Worker.runReplayHistory({ workflowBundle: bundle, dataConverter: encrypted }, history);
  await expect(
    Worker.runReplayHistory({ workflowBundle: bundle, dataConverter: dataConverterOf([second]) }, history),
  ).rejects.toThrow();
});

test('a case that began before there was a codec goes on with it', async () => {
  const ref = newCase();
  await beside(undefined, async () => void (await send(clientWith(), ref, 'c1')));
  expect(encodings(await storedOf(ref))).toEqual(new Set(['json/plain']));
  const encrypted = dataConverterOf([first]);
  await beside(encrypted, async () => {
    expect(await send(clientWith(encrypted), ref, 'c2')).toMatchObject({ refusal: { message: MARKED } });
  });
  expect(encodings(await storedOf(ref))).toEqual(new Set(['json/plain', 'binary/encrypted']));
});

test('a case that began with one key goes on with the next in front of it', async () => {
  const ref = newCase();
  await beside(
    dataConverterOf([first]),
    async () => void (await send(clientWith(dataConverterOf([first])), ref, 'c1')),
  );
  const rotated = dataConverterOf([second, first]);
  await beside(rotated, async () => {
    // A client that was not restarted yet still uses the old key.
    for (const [client, id] of [
      [clientWith(rotated), 'c2'],
      [clientWith(dataConverterOf([first, second])), 'c3'],
    ] as const)
      expect(await send(client, ref, id)).toMatchObject({ refusal: { message: MARKED } });
  });
});
