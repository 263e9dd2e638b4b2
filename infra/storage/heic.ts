import { open, type FileHandle } from 'node:fs/promises';
import { boxesIn, contentOf, topBoxes, type Box } from './boxes.ts';

const META_MAX_BYTES = 4 * 1024 * 1024;
const EXTENTS_MAX = 10_000;
/** What can say where a picture was taken: Exif, XMP and whatever else is kept beside it as text. */
const TELLING = ['Exif', 'mime', 'uri '];
const ZEROS = Buffer.alloc(64 * 1024);

interface Extent {
  from: number;
  length: number;
}

/**
 * Overwrites Exif and XMP in a HEIC file with zeros, at its place: no picture is decoded or changed, and the way it is turned is
 * kept elsewhere (`irot`). False, and nothing written, where the file is not built as ISO/IEC 23008-12 has it: then
 * nobody knows what is left in it.
 */
export async function blankHeicMetadata(path: string): Promise<boolean> {
  const file = await open(path, 'r+');
  try {
    const top = await topBoxes(file);
    const metas = top?.filter(({ type }) => type === 'meta') ?? [];
    // A film beside the picture has metadata of its own.
    if (top === null || metas.length !== 1 || top.some(({ type }) => type === 'moov')) return false;
    const [meta] = metas as [Box];
    const bytes = await contentOf(file, meta, META_MAX_BYTES);
    const extents = bytes === null ? null : extentsOf(bytes, meta.from);
    if (extents === null) return false;
    // Other programs put XMP into a box of their own.
    const own = top.filter(({ type }) => type === 'uuid' || type === 'udta');
    const all = [...extents, ...own.map(({ from, to }) => ({ from, length: to - from }))];
    const { size } = await file.stat();
    if (all.some(({ from, length }) => from < 0 || length <= 0 || from + length > size)) return false;
    for (const extent of all) await blank(file, extent);
    await file.sync();
    return true;
  } finally {
    await file.close();
  }
}

async function blank(file: FileHandle, { from, length }: Extent): Promise<void> {
  for (let at = 0; at < length; at += ZEROS.length)
    await file.write(ZEROS, 0, Math.min(ZEROS.length, length - at), from + at);
}

/** Where in the file the telling items lie. Null when it cannot be said. */
function extentsOf(meta: Buffer, metaFrom: number): Extent[] | null {
  try {
    const boxes = boxesIn(meta, 4);
    const boxOf = (type: string): Box | undefined => boxes?.find((box) => box.type === type);
    const information = boxOf('iinf');
    const locations = boxOf('iloc');
    if (information === undefined || locations === undefined) return null;
    const items = itemTypes(meta, information);
    if (items === null) return null;
    const telling = new Set([...items].filter(([, type]) => TELLING.includes(type)).map(([id]) => id));
    const data = boxOf('idat');
    return locate(meta, locations, telling, data === undefined ? null : metaFrom + data.from);
  } catch (error) {
    // A number that would lie beyond the end of its box.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** `iinf`: the type of each item, by its id. */
function itemTypes(meta: Buffer, { from, to }: Box): Map<number, string> | null {
  const wide = meta.readUInt8(from) > 0;
  const entries = boxesIn(meta, from + (wide ? 8 : 6), to);
  const types = new Map<number, string>();
  for (const { type, from: at } of entries ?? []) {
    const version = meta.readUInt8(at);
    // Older entries have no type, and no phone writes them.
    if (type !== 'infe' || version < 2 || version > 3) return null;
    const id = version === 2 ? meta.readUInt16BE(at + 4) : meta.readUInt32BE(at + 4);
    const typeAt = at + (version === 2 ? 8 : 10);
    types.set(id, meta.toString('latin1', typeAt, typeAt + 4));
  }
  return entries === null ? null : types;
}

/** `iloc`: where the wanted items lie; `dataFrom` is where the content of `idat` begins. */
function locate(
  meta: Buffer,
  { from, to }: Box,
  wanted: Set<number>,
  dataFrom: number | null,
): Extent[] | null {
  let at = from;
  const read = (size: number): number => {
    if (at + size > to || size > 8) throw new RangeError('beyond the box');
    const value = size === 0 ? 0 : size === 8 ? Number(meta.readBigUInt64BE(at)) : meta.readUIntBE(at, size);
    at += size;
    return value;
  };
  const version = read(1);
  read(3);
  if (version > 2) return null;
  const [first, second] = [read(1), read(1)];
  const [offsetSize, lengthSize, baseSize] = [first >> 4, first & 15, second >> 4];
  const indexSize = version === 0 ? 0 : second & 15;
  const found: Extent[] = [];
  const located = new Set<number>();
  let total = 0;
  for (let items = read(version === 2 ? 4 : 2); items > 0; items -= 1) {
    const id = read(version === 2 ? 4 : 2);
    const method = version === 0 ? 0 : read(2) & 15;
    // Where another file is named, what this one holds is not said.
    if (read(2) !== 0 && wanted.has(id)) return null;
    const base = read(baseSize);
    for (let extents = read(2); extents > 0; extents -= 1) {
      read(indexSize);
      const [offset, length] = [read(offsetSize), read(lengthSize)];
      if ((total += 1) > EXTENTS_MAX) return null;
      if (!wanted.has(id)) continue;
      const start = method === 0 ? 0 : method === 1 ? dataFrom : null;
      if (start === null) return null;
      located.add(id);
      found.push({ from: start + base + offset, length });
    }
  }
  return [...wanted].every((id) => located.has(id)) ? found : null;
}
