import { createReadStream } from 'node:fs';
import { FileFault } from './fault.ts';

export type Encoding = 'utf-8' | 'gb18030';

const CHUNK_BYTES = 256 * 1024;
const LINE_FEED = 0x0a;

interface Scan {
  /** Line of the first byte that is not of this encoding; null when all are. */
  badLine: number | null;
  /** Line of the first replacement character: the text was damaged before it was saved. */
  damagedLine: number | null;
  ascii: boolean;
  marked: boolean;
}

/**
 * Reads the whole file once and says in which encoding it is. Bytes alone decide between UTF-8 and GB18030: a longer
 * Chinese text in GB18030 is never valid UTF-8, while the opposite happens and would give wrong characters.
 * Throws `FileFault` for bytes that fit neither, for text that is damaged, and where the map says something else.
 */
export async function encodingOf(path: string, wanted: 'auto' | Encoding): Promise<Encoding> {
  const utf8 = await scan(path, 'utf-8');
  // A byte order mark leaves no doubt, whatever the map says: the file of rejected rows has one.
  if (utf8.badLine === null && (wanted !== 'gb18030' || utf8.ascii || utf8.marked))
    return sound(utf8, 'utf-8');
  if (utf8.badLine === null)
    throw new FileFault('encoding', 'the map says gb18030, but the file is UTF-8: its text would be wrong');
  if (wanted === 'utf-8' || utf8.marked)
    throw new FileFault('encoding', 'the file is not UTF-8', utf8.badLine);
  const gb = await scan(path, 'gb18030');
  if (gb.badLine !== null)
    throw new FileFault('encoding', 'the file is neither UTF-8 nor GB18030', gb.badLine);
  return sound(gb, 'gb18030');
}

function sound({ damagedLine }: Scan, encoding: Encoding): Encoding {
  if (damagedLine === null) return encoding;
  throw new FileFault(
    'encoding',
    'the text has replacement characters: it was saved in a wrong encoding before; export it again',
    damagedLine,
  );
}

async function scan(path: string, encoding: Encoding): Promise<Scan> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  const result: Scan = { badLine: null, damagedLine: null, ascii: true, marked: false };
  let line = 1;
  let chunks = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
    chunks += 1;
    if (chunks === 1) {
      if ((chunk[0] === 0xff && chunk[1] === 0xfe) || (chunk[0] === 0xfe && chunk[1] === 0xff))
        throw new FileFault('encoding', 'the file is UTF-16; save it as "CSV UTF-8" or GB18030');
      result.marked = chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
    }
    let text: string;
    try {
      text = decoder.decode(chunk, { stream: true });
    } catch {
      return { ...result, badLine: line + linesBeforeBadByte(chunk, encoding, chunks === 1) };
    }
    if (result.damagedLine === null && text.includes('\ufffd'))
      result.damagedLine = line + countOf(text.slice(0, text.indexOf('\ufffd')), '\n');
    result.ascii &&= text.length === chunk.length;
    line += countOf(text, '\n');
  }
  try {
    decoder.decode();
  } catch {
    result.badLine = line;
  }
  return result;
}

/**
 * Lines of a chunk before the one with the fault. The first line of a later chunk began in the one before, so that it
 * cannot be read alone: the fault is there when it is in no other.
 */
function linesBeforeBadByte(chunk: Buffer, encoding: Encoding, isFirst: boolean): number {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let from = isFirst ? 0 : chunk.indexOf(LINE_FEED) + 1;
  if (from === 0 && !isFirst) return 0;
  for (let lines = isFirst ? 0 : 1; ; lines++) {
    const end = chunk.indexOf(LINE_FEED, from);
    try {
      decoder.decode(chunk.subarray(from, end === -1 ? chunk.length : end));
    } catch {
      return lines;
    }
    if (end === -1) return 0;
    from = end + 1;
  }
}

const countOf = (text: string, what: string): number => text.split(what).length - 1;

/** The text of a file, piece by piece. A byte order mark is left out. */
export async function* textOf(path: string, encoding: Encoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>)
    yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}
