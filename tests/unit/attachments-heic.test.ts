import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { blankHeicMetadata } from '../../infra/storage/heic.ts';
import { box, heic, hasGpsTag, picture, placeIn } from '../support/files.ts';

const folder = mkdtempSync(join(tmpdir(), 'fengqiao-heic-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function blanked(bytes: Buffer): Promise<{ done: boolean; bytes: Buffer }> {
  const path = join(folder, 'picture');
  await writeFile(path, bytes);
  return { done: await blankHeicMetadata(path), bytes: await readFile(path) };
}

describe('a picture in the container of HEIC', () => {
  test('loses where it was taken and nothing else', async () => {
    const { bytes, exif, image } = await heic();
    expect(hasGpsTag(exif.subarray(4))).toBe(true);
    const after = await blanked(bytes);
    expect(after.done).toBe(true);
    expect(after.bytes.length).toBe(bytes.length);
    const at = bytes.indexOf(exif);
    expect(after.bytes.subarray(at, at + exif.length).every((byte) => byte === 0)).toBe(true);
    expect(after.bytes.includes(image)).toBe(true);
    expect(after.bytes.subarray(0, at).equals(bytes.subarray(0, at))).toBe(true);
  });

  test('as another program writes it, can still be decoded to the same pixels', async () => {
    const bytes = await picture({ format: 'avif' });
    expect(await placeIn(bytes)).not.toBeNull();
    const after = await blanked(bytes);
    expect(after.done).toBe(true);
    expect(await placeIn(after.bytes)).toBeNull();
    const pixels = (image: Buffer): Promise<Buffer> => sharp(image).raw().toBuffer();
    expect((await pixels(after.bytes)).equals(await pixels(bytes))).toBe(true);
  });

  test.each([
    ['whose items are said to lie beyond its end', (b: Buffer) => moved(b, 0x7fffffff)],
    ['with a film beside it', (b: Buffer) => Buffer.concat([b, box('moov', Buffer.alloc(16))])],
    ['without a list of items', (b: Buffer) => renamed(b, 'iinf')],
    ['without their places', (b: Buffer) => renamed(b, 'iloc')],
    ['that ends in the middle of a box', (b: Buffer) => b.subarray(0, b.length - 5)],
    ['with two lists', (b: Buffer) => Buffer.concat([b, box('meta', Buffer.alloc(4))])],
  ])('%s is left alone, and says so', async (_name, change) => {
    const bytes = change((await heic()).bytes);
    const after = await blanked(bytes);
    expect(after.done).toBe(false);
    expect(after.bytes.equals(bytes)).toBe(true);
  });

  test('with any damage anywhere never makes it fail in another way', async () => {
    const { bytes } = await heic();
    const until = bytes.indexOf('mdat');
    for (let at = 0; at < until; at += 1) {
      for (const value of [0, 1, 0x7f, 0xff]) {
        const damaged = Buffer.from(bytes);
        damaged[at] = value;
        const after = await blanked(damaged);
        expect(after.bytes.length).toBe(damaged.length);
      }
    }
  });
});

function renamed(bytes: Buffer, type: string): Buffer {
  const copy = Buffer.from(bytes);
  copy.write('free', copy.indexOf(type), 'latin1');
  return copy;
}

/** Points the place of the second item, the Exif block, elsewhere. */
function moved(bytes: Buffer, to: number): Buffer {
  const copy = Buffer.from(bytes);
  const end = copy.indexOf('mdat') - 4;
  copy.writeUInt32BE(to, end - 8);
  return copy;
}
