import { open } from 'node:fs/promises';
import { boxesIn, contentOf, topBoxes, type Box } from './boxes.ts';

const MOOV_MAX_BYTES = 4 * 1024 * 1024;

/** Whether an MP4 or 3GP file holds sound and nothing else: phones give their voice recordings the type of a film. */
export async function isSoundInMp4(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const movie = (await topBoxes(file))?.find(({ type }) => type === 'moov');
    const bytes = movie === undefined ? null : await contentOf(file, movie, MOOV_MAX_BYTES);
    if (bytes === null) return false;
    const inside = (box: Box, type: string): Box[] =>
      (boxesIn(bytes, box.from, box.to) ?? []).filter((one) => one.type === type);
    const all: Box = { type: 'moov', from: 0, to: bytes.length };
    const handlers = inside(all, 'trak')
      .flatMap((track) => inside(track, 'mdia'))
      .flatMap((media) => inside(media, 'hdlr'))
      // Version and flags, then four bytes that are always zero.
      .map(({ from }) => bytes.toString('latin1', from + 8, from + 12));
    return handlers.length > 0 && handlers.every((handler) => handler === 'soun');
  } finally {
    await file.close();
  }
}

/** Tracks come first in a file that a browser records. */
const WEBM_HEAD_BYTES = 256 * 1024;
const SEGMENT = 0x18538067;
const TRACKS = 0x1654ae6b;
const TRACK_ENTRY = 0xae;
const TRACK_TYPE = 0x83;
const SOUND = 2;

/** Whether a WebM file holds sound and nothing else; false too where its tracks are not near its beginning. */
export async function isSoundInWebm(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(WEBM_HEAD_BYTES);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    const head = bytes.subarray(0, bytesRead);
    const segment = elementsIn(head).find(({ id }) => id === SEGMENT)?.content;
    const tracks = segment && elementsIn(segment).find(({ id }) => id === TRACKS)?.content;
    const types = (tracks === undefined ? [] : elementsIn(tracks))
      .filter(({ id }) => id === TRACK_ENTRY)
      .map(({ content }) =>
        elementsIn(content)
          .find(({ id }) => id === TRACK_TYPE)
          ?.content.at(-1),
      );
    return types.length > 0 && types.every((type) => type === SOUND);
  } finally {
    await file.close();
  }
}

interface Element {
  id: number;
  content: Buffer;
}

/** EBML elements, as far as they were read; the last one may be cut off. */
function elementsIn(bytes: Buffer): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const idLength = lengthOf(bytes, at, 4);
    const sizeLength = idLength && lengthOf(bytes, at + idLength, 8);
    if (!idLength || !sizeLength || at + idLength + sizeLength > bytes.length) break;
    const id = bytes.readUIntBE(at, idLength);
    const from = at + idLength + sizeLength;
    const size = sizeOf(bytes.subarray(at + idLength, from));
    const to = Math.min(bytes.length, from + size);
    elements.push({ id, content: bytes.subarray(from, to) });
    at = to;
  }
  return elements;
}

/** How many bytes a number of variable length has: one more than its first byte has zeros before the first one. */
function lengthOf(bytes: Buffer, at: number, max: number): number {
  const length = Math.clz32(bytes[at] ?? 0) - 23;
  return length <= max ? length : 0;
}

/** All ones: a recording that was not finished does not know its size. */
function sizeOf(bytes: Buffer): number {
  let value = BigInt(bytes[0]!) & ((1n << BigInt(8 - bytes.length)) - 1n);
  for (const byte of bytes.subarray(1)) value = (value << 8n) | BigInt(byte);
  const unknown = value === (1n << BigInt(7 * bytes.length)) - 1n;
  return unknown || value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER / 2 : Number(value);
}
