import { mkdtempSync, rmSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { prepareImage, type ImageFault, type Prepared } from '../../infra/storage/image.ts';
import { sniff } from '../../infra/storage/sniff.ts';
import { finished } from '../../infra/storage/spool.ts';
import type { MediaType } from '../../schemas/api/attachments.ts';
import { bomb, heic, mp4, pdf, picture, placeIn, RECORDINGS, webm, withTail } from '../support/files.ts';

const root = mkdtempSync(join(tmpdir(), 'fengqiao-files-'));
afterAll(() => rmSync(root, { recursive: true }));

async function written(bytes: Buffer): Promise<string> {
  const path = join(await mkdtemp(join(root, 'f-')), 'sent');
  await writeFile(path, bytes);
  return path;
}

const sniffed = async (bytes: Buffer): Promise<MediaType | null> => sniff(await written(bytes));

describe('what a file is', () => {
  test.each(Object.entries(RECORDINGS))('a recording: %s', async (type, bytes) => {
    expect(await sniffed(bytes)).toBe(type);
  });

  test.each(['jpeg', 'png', 'webp'] as const)('a picture: %s', async (format) => {
    expect(await sniffed(await picture({ format }))).toBe(`image/${format}`);
  });

  test('a PDF, and the HEIC of a phone', async () => {
    expect(await sniffed(pdf())).toBe('application/pdf');
    expect(await sniffed((await heic()).bytes)).toBe('image/heic');
  });

  test.each([
    ['a voice recording that calls itself a film', mp4('mp42', 'soun'), 'audio/mp4'],
    ['one of an older phone', mp4('3gp4', 'soun'), 'audio/mp4'],
    ['a film', mp4('mp42', 'soun', 'vide'), null],
    ['a film that calls itself a recording', mp4('M4A ', 'vide', 'soun'), null],
    ['a container of nothing', mp4('M4A '), null],
    ['a film of a browser', webm(1, 2), null],
    ['an empty recording of a browser', webm(), null],
  ])('%s', async (_name, bytes, type) => {
    expect(await sniffed(bytes)).toBe(type);
  });

  test.each([
    ['a page', '<!doctype html><script>alert(1)</script>'],
    ['a drawing with a program in it', '<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'],
    ['a program', '#!/bin/sh\nrm -rf /\n'],
    ['a text', 'Just words.'],
    ['one byte', 'x'],
    ['the beginning of a PDF, later on', 'x%PDF-1.4'],
  ])('%s is nothing that is taken in', async (_name, text) => {
    expect(await sniffed(Buffer.from(text))).toBeNull();
  });

  test('an archive, a moving picture of another kind and another picture are not taken in', async () => {
    const zip = Buffer.concat([Buffer.from('PK\u0003\u0004', 'latin1'), Buffer.alloc(40)]);
    expect(await sniffed(zip)).toBeNull();
    const canvas = { create: { width: 8, height: 8, channels: 3 as const, background: 'red' } };
    expect(await sniffed(await sharp(canvas).gif().toBuffer())).toBeNull();
    expect(await sniffed(await sharp(canvas).tiff().toBuffer())).toBeNull();
  });
});

async function prepared(bytes: Buffer, type: MediaType, keep = false): Promise<Prepared | ImageFault> {
  const path = await written(bytes);
  return prepareImage(await finished(path), type, join(path, '..'), keep);
}

async function sound(bytes: Buffer, type: MediaType, keep = false): Promise<Prepared> {
  const result = await prepared(bytes, type, keep);
  if (typeof result === 'string') throw new Error(result);
  return result;
}

describe('a picture', () => {
  test.each(['jpeg', 'png', 'webp'] as const)('%s is kept without where it was taken', async (format) => {
    const sent = await picture({ format });
    expect(await placeIn(sent)).toContain('exif');
    const { content, thumbnail, width, height } = await sound(sent, `image/${format}`);
    const kept = await readFile(content.path);
    const found = await sharp(kept).metadata();
    expect(await placeIn(kept)).toBeNull();
    expect([found.format, found.exif, found.xmp, found.iptc]).toEqual([
      format,
      undefined,
      undefined,
      undefined,
    ]);
    expect([width, height]).toEqual([640, 480]);
    const small = await readFile(thumbnail!.path);
    const { format: smallFormat, width: w, height: h, exif } = await sharp(small).metadata();
    expect([smallFormat, w, h, exif]).toEqual(['webp', 320, 240, undefined]);
  });

  test('that was taken upright stands upright without its Exif', async () => {
    const { content, thumbnail, width, height } = await sound(
      await picture({ orientation: 6 }),
      'image/jpeg',
    );
    const found = await sharp(await readFile(content.path)).metadata();
    expect([found.width, found.height, found.orientation]).toEqual([480, 640, undefined]);
    expect([width, height]).toEqual([480, 640]);
    const small = await sharp(await readFile(thumbnail!.path)).metadata();
    expect([small.width, small.height]).toEqual([240, 320]);
  });

  test('whose place is kept on purpose stays byte for byte as it was sent', async () => {
    const sent = await picture({ orientation: 6 });
    const { content, thumbnail, width, height } = await sound(sent, 'image/jpeg', true);
    expect((await readFile(content.path)).equals(sent)).toBe(true);
    expect(await placeIn(await readFile(content.path))).toBe('exif+xmp');
    // The small one never says where.
    expect(await placeIn(await readFile(thumbnail!.path))).toBeNull();
    expect([width, height]).toEqual([480, 640]);
  });

  test('with something hanging at its end loses it', async () => {
    const { content } = await sound(
      withTail(await picture(), '<script>GPS 39.9 116.4</script>'),
      'image/jpeg',
    );
    expect((await readFile(content.path)).includes('script')).toBe(false);
  });

  test('smaller than a thumbnail is not made larger', async () => {
    const { thumbnail } = await sound(await picture({ width: 20, height: 10 }), 'image/jpeg');
    const { width, height } = await sharp(await readFile(thumbnail!.path)).metadata();
    expect([width, height]).toEqual([20, 10]);
  });

  test('that moves keeps its frames', async () => {
    const frame = (background: string) =>
      sharp({ create: { width: 16, height: 16, channels: 3, background } })
        .png()
        .toBuffer();
    const frames = await Promise.all(['red', 'green', 'blue'].map(frame));
    const sent = await sharp(frames, { join: { animated: true } })
      .webp()
      .toBuffer();
    const { content, height } = await sound(sent, 'image/webp');
    expect((await sharp(await readFile(content.path)).metadata()).pages).toBe(3);
    expect(height).toBe(16);
  });

  test('of more pixels than anybody takes is refused before it is unpacked', async () => {
    const pressed = bomb(10_000);
    expect(pressed.length).toBeLessThan(64 * 1024);
    expect(await prepared(pressed, 'image/png')).toBe('too-many-pixels');
    const fine = await sound(bomb(2_000), 'image/png');
    expect(fine.width).toBe(2_000);
  });

  test('that is cut off, or only begins like one, is refused', async () => {
    const whole = await picture();
    expect(await prepared(whole.subarray(0, whole.length / 2), 'image/jpeg')).toBe('unreadable');
    const head = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(500)]);
    expect(await prepared(head, 'image/jpeg')).toBe('unreadable');
  });

  test('as HEIC loses its place without being decoded, and has no thumbnail', async () => {
    const { bytes, exif } = await heic();
    const { content, thumbnail } = await sound(bytes, 'image/heic');
    expect((await readFile(content.path)).includes(exif)).toBe(false);
    expect(thumbnail).toBeNull();
    const kept = await sound(bytes, 'image/heic', true);
    expect((await readFile(kept.content.path)).equals(bytes)).toBe(true);
    expect(await prepared(bytes.subarray(0, bytes.length - 3), 'image/heic')).toBe('location-stays');
  });
});
