import type { FileHandle } from 'node:fs/promises';

/** A box of the ISO base media format (MP4, M4A, HEIC): where its content begins and ends, in bytes from the beginning of what was read. */
export interface Box {
  type: string;
  from: number;
  to: number;
}

const BOXES_MAX = 10_000;

/** The boxes of a part of a buffer. Null when one does not fit into it: then nothing about them can be trusted. */
export function boxesIn(bytes: Buffer, from = 0, to = bytes.length): Box[] | null {
  const boxes: Box[] = [];
  for (let at = from; at < to;) {
    const box = boxAt(bytes, at, to - at, to);
    if (box === null || boxes.length >= BOXES_MAX) return null;
    boxes.push({ ...box, from: at + box.header, to: at + box.size });
    at += box.size;
  }
  return boxes;
}

/** The boxes of a file, of which only the headers are read. Null as above. */
export async function topBoxes(file: FileHandle): Promise<Box[] | null> {
  const { size } = await file.stat();
  const boxes: Box[] = [];
  const head = Buffer.alloc(16);
  for (let at = 0; at < size;) {
    const { bytesRead } = await file.read(head, 0, head.length, at);
    const box = boxAt(head.subarray(0, bytesRead), 0, size - at, bytesRead);
    if (box === null || boxes.length >= BOXES_MAX) return null;
    boxes.push({ type: box.type, from: at + box.header, to: at + box.size });
    at += box.size;
  }
  return boxes;
}

/** `room`: bytes that are left in what holds the box; `readable`: where what was read ends. */
function boxAt(
  bytes: Buffer,
  at: number,
  room: number,
  readable: number,
): { type: string; header: number; size: number } | null {
  if (at + 8 > readable) return null;
  const short = bytes.readUInt32BE(at);
  const type = bytes.toString('latin1', at + 4, at + 8);
  // 0: to the end of the file; 1: the size follows in 64 bits.
  if (short === 1 && at + 16 > readable) return null;
  const header = short === 1 ? 16 : 8;
  const size = short === 0 ? room : short === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : short;
  return size < header || size > room ? null : { type, header, size };
}

/** Reads a box's content. Null when it is larger than `max` bytes. */
export async function contentOf(file: FileHandle, { from, to }: Box, max: number): Promise<Buffer | null> {
  if (to - from > max) return null;
  const bytes = Buffer.alloc(to - from);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
  return bytesRead === bytes.length ? bytes : null;
}
