import { randomBytes } from 'node:crypto';
import { ApplicationFailure, defaultPayloadConverter, type Payload } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { createPayloadCodec, dataConverterOf } from '../../infra/temporal/codec.ts';
import { failureConverter } from '../../infra/temporal/failure-converter.ts';

const key = (name: string) => ({ name, key: randomBytes(32) });
const [first, second] = [key('first'), key('second')];
const VALUE = { kind: 'dispute', id: 'dsp_1', nowMs: 1 };
const payload = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);
const valueOf = (of: Payload): unknown => defaultPayloadConverter.fromPayload(of);
const text = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString('latin1');

describe('given payloads on their way to Temporal', () => {
  const codec = createPayloadCodec([first]);

  test('then neither their content nor their kind can be read there', async () => {
    const [sealed] = await codec.encode([payload(VALUE)]);
    expect(Object.keys(sealed!.metadata!).sort()).toEqual(['encoding', 'encryption-key-id']);
    expect(text(sealed!.metadata!['encoding'])).toBe('binary/encrypted');
    expect(text(sealed!.metadata!['encryption-key-id'])).toBe('first');
    expect(text(sealed!.data)).not.toMatch(/dsp_1|json/);
  });

  test('then each comes back as it was, in order; none looks like another', async () => {
    const values = [VALUE, VALUE, undefined, new Uint8Array([1, 2])];
    const sealed = await codec.encode(values.map(payload));
    expect(new Set(sealed.map(({ data }) => text(data))).size).toBe(4);
    expect((await codec.decode(sealed)).map(valueOf)).toEqual(values);
    expect(await codec.encode([])).toEqual([]);
  });

  test('then what was never encrypted passes through as it is', async () => {
    const plain = payload(VALUE);
    expect(await codec.decode([plain])).toEqual([plain]);
    expect(await codec.decode([{ data: null, metadata: null }])).toEqual([{ data: null, metadata: null }]);
  });

  test('when a new key was put in front, then old ones are read, and new ones need the new key', async () => {
    const sealed = await codec.encode([payload(VALUE)]);
    const rotated = createPayloadCodec([second, first]);
    expect((await rotated.decode(sealed)).map(valueOf)).toEqual([VALUE]);
    await expect(codec.decode(await rotated.encode([payload(VALUE)]))).rejects.toThrow(/not in PAYLOAD_KEYS/);
  });

  test('when a byte was changed or it was cut, then it is not read', async () => {
    const [sealed] = await codec.encode([payload(VALUE)]);
    for (const at of [0, 12, sealed!.data!.length - 1]) {
      const data = Buffer.from(sealed!.data!);
      data[at]! ^= 1;
      await expect(codec.decode([{ ...sealed!, data }])).rejects.toThrow();
    }
    await expect(codec.decode([{ ...sealed!, data: sealed!.data!.subarray(0, 8) }])).rejects.toThrow();
  });
});

test('a failure carries its message and trace among the payloads, and its type outside', () => {
  const failure = failureConverter.errorToFailure(
    ApplicationFailure.nonRetryable('Wang Wu said so', 'case-busy'),
    defaultPayloadConverter,
  );
  expect([failure.message, failure.stackTrace]).toEqual(['Encoded failure', '']);
  expect(failure.applicationFailureInfo?.type).toBe('case-busy');
  const back = failureConverter.failureToError(failure, defaultPayloadConverter);
  expect(back.message).toBe('Wang Wu said so');
});

test('clients and workers are given the codec and the path of the converter', () => {
  expect(dataConverterOf([first])).toMatchObject({
    payloadCodecs: [expect.anything()],
    failureConverterPath: expect.stringMatching(/failure-converter\.ts$/) as string,
  });
  expect(() => dataConverterOf([])).toThrow(/empty/);
});
