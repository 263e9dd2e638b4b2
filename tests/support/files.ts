import { randomBytes } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';

/** Beijing, so that a picture that still knows where it was taken can be told. */
const GPS = {
  ...{ GPSLatitudeRef: 'N', GPSLatitude: '39/1 54/1 26/1' },
  ...{ GPSLongitudeRef: 'E', GPSLongitude: '116/1 23/1 29/1' },
};
const XMP = `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="39,54.43N" exif:GPSLongitude="116,23.48E"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`;

export interface PictureOptions {
  format?: 'jpeg' | 'png' | 'webp' | 'avif';
  width?: number;
  height?: number;
  /** As a phone held upright has it: 6. */
  orientation?: number;
}

/** A picture as a phone takes it: with where it was taken, as Exif and as XMP. Each one is another. */
export async function picture(options: PictureOptions = {}): Promise<Buffer> {
  const { format = 'jpeg', width = 640, height = 480, orientation } = options;
  const [r, g, b] = randomBytes(3);
  const background = { r: r!, g: g!, b: b! };
  const exif = {
    ...{ IFD0: { Make: 'Phone' }, IFD3: GPS },
  };
  const made = sharp({ create: { width, height, channels: 3, background } })
    .withExif(exif)
    .withXmp(XMP);
  if (orientation !== undefined) made.withMetadata({ orientation });
  const bytes = await made.toFormat(format).toBuffer();
  // The lower bytes of a colour are lost in compression; a comment nobody reads keeps two pictures apart.
  return format === 'jpeg' ? withComment(bytes) : bytes;
}

/** A black PNG of `side` by `side` pixels, one bit each: a hundred million of them in some kilobytes. */
export function bomb(side: number): Buffer {
  const chunk = (type: string, content: Buffer): Buffer => {
    const inside = Buffer.concat([Buffer.from(type, 'latin1'), content]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(content.length);
    sum.writeUInt32BE(crc32(inside));
    return Buffer.concat([length, inside, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head[8] = 1;
  const rows = deflateSync(Buffer.alloc(side * (1 + Math.ceil(side / 8))));
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]);
}

/** Bytes of any length that end a JPEG without belonging to it, as some phones hang a film on it. */
export const withTail = (jpeg: Buffer, tail: string): Buffer => Buffer.concat([jpeg, Buffer.from(tail)]);

function withComment(jpeg: Buffer): Buffer {
  const comment = randomBytes(8);
  const head = Buffer.from([0xff, 0xfe, 0, comment.length + 2]);
  return Buffer.concat([jpeg.subarray(0, 2), head, comment, jpeg.subarray(2)]);
}

/** What a reader of metadata would find of a place; null when there is nothing. */
export async function placeIn(image: Buffer): Promise<string | null> {
  const { exif, xmp } = await sharp(image).metadata();
  const found = [
    exif !== undefined && hasGpsTag(exif) ? 'exif' : '',
    xmp?.includes('GPSLatitude') === true ? 'xmp' : '',
  ];
  return found.join('') === '' ? null : found.join('+');
}

/** Whether the first directory of an Exif block points to one of positions (tag 0x8825). */
export function hasGpsTag(exif: Buffer): boolean {
  const tiff = exif.subarray(exif.toString('latin1', 0, 4) === 'Exif' ? 6 : 0);
  const order = tiff.toString('latin1', 0, 2);
  if (order !== 'II' && order !== 'MM') return false;
  const short = (at: number): number => (order === 'II' ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const first = order === 'II' ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  return Array.from({ length: short(first) }, (_, n) => short(first + 2 + n * 12)).includes(0x8825);
}

/** A second of a tone, 8 kHz, 16 bits, one channel. */
export function wav(seconds = 1): Buffer {
  const rate = 8_000;
  const samples = Buffer.alloc(seconds * rate * 2);
  for (let n = 0; n < seconds * rate; n += 1)
    samples.writeInt16LE(Math.round(8_000 * Math.sin((2 * Math.PI * 440 * n) / rate)), n * 2);
  const head = Buffer.alloc(44);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(36 + samples.length, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}

/** A page with one line. `fill` makes it exactly so many bytes long, as a comment. */
export function pdf(text = 'Agreement', fill = 0): Buffer {
  const content = `BT /F1 24 Tf 72 720 Td (${text}) Tj ET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let body = '%PDF-1.4\n';
  const places = objects.map((object, n) => {
    const at = body.length;
    body += `${n + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const table = places.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  const end = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${body.length}\n%%EOF\n`;
  const whole = Buffer.from(body + end, 'latin1');
  return fill <= whole.length ? whole : Buffer.concat([whole, Buffer.alloc(fill - whole.length, '%')]);
}

/** A box of the ISO base media format. */
export function box(type: string, ...content: Buffer[]): Buffer {
  const inside = Buffer.concat(content);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(inside.length + 8, 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, inside]);
}

const handler = (type: string): Buffer =>
  box('hdlr', Buffer.alloc(8), Buffer.from(type, 'latin1'), Buffer.alloc(13));
const track = (type: string): Buffer => box('trak', box('mdia', handler(type)));

/** An MP4 whose tracks are of these types; `brand` is what its writer calls it. */
export const mp4 = (brand: string, ...tracks: ('soun' | 'vide')[]): Buffer =>
  Buffer.concat([
    box('ftyp', Buffer.from(brand.padEnd(4), 'latin1'), Buffer.alloc(4), Buffer.from('isommp42', 'latin1')),
    box('mdat', randomBytes(64)),
    box('moov', ...tracks.map(track)),
  ]);

function element(id: number[], content: Buffer, unknownSize = false): Buffer {
  const size = unknownSize ? Buffer.from([0x01, ...Array<number>(7).fill(0xff)]) : Buffer.alloc(8);
  if (!unknownSize) {
    size.writeBigUInt64BE(BigInt(content.length));
    size[0] = 0x01;
  }
  return Buffer.concat([Buffer.from(id), size, content]);
}

/** A WebM as a browser records it: a segment of unknown size, with tracks of these types (1 film, 2 sound). */
export const webm = (...tracks: (1 | 2)[]): Buffer =>
  Buffer.concat([
    element(
      [0x1a, 0x45, 0xdf, 0xa3],
      Buffer.concat([
        element([0x42, 0x86], Buffer.from([1])),
        element([0x42, 0x82], Buffer.from('webm', 'latin1')),
      ]),
    ),
    element(
      [0x18, 0x53, 0x80, 0x67],
      Buffer.concat([
        element(
          [0x16, 0x54, 0xae, 0x6b],
          Buffer.concat(
            tracks.map((type) =>
              element(
                [0xae],
                Buffer.concat([element([0xd7], Buffer.from([1])), element([0x83], Buffer.from([type]))]),
              ),
            ),
          ),
        ),
        element([0x1f, 0x43, 0xb6, 0x75], randomBytes(256), true),
      ]),
      true,
    ),
  ]);

/** First bytes of recordings that nobody decodes here: what sniffing looks at, and something behind. */
export const RECORDINGS = {
  'audio/amr': Buffer.concat([Buffer.from('#!AMR\n', 'latin1'), randomBytes(200)]),
  'audio/mpeg': frames([0xff, 0xfb, 0x90, 0x64], 417),
  'audio/aac': frames([0xff, 0xf1, 0x50, 0x80, 0x20, 0x1f, 0xfc], 257),
  'audio/ogg': oggOpus(),
  'audio/wav': wav(),
  'audio/mp4': mp4('M4A ', 'soun'),
  'audio/webm': webm(2),
};

function frames(head: number[], length: number): Buffer {
  const frame = Buffer.alloc(length);
  Buffer.from(head).copy(frame);
  return Buffer.concat(Array<Buffer>(4).fill(frame));
}

function oggOpus(): Buffer {
  const packet = Buffer.concat([
    Buffer.from('OpusHead', 'latin1'),
    Buffer.from([1, 1, 0x38, 1, 0x80, 0xbb, 0, 0, 0, 0, 0]),
  ]);
  const page = Buffer.alloc(28);
  page.write('OggS', 0, 'latin1');
  page[5] = 2;
  page.writeUInt32LE(1, 14);
  page[26] = 1;
  page[27] = packet.length;
  return Buffer.concat([page, packet, randomBytes(100)]);
}

/**
 * A HEIC of the structure that phones write, with an Exif block that names a place: `meta` with `iinf` and `iloc`, and the bytes of the
 * items in `mdat`. What stands for the picture is random: nothing here decodes it.
 */
export async function heic(): Promise<{ bytes: Buffer; exif: Buffer; image: Buffer }> {
  const { exif: block } = await sharp(await picture()).metadata();
  const exif = Buffer.concat([Buffer.alloc(4), block!]);
  const image = randomBytes(400);
  const fixed = (items: [id: number, at: number, length: number][]): Buffer =>
    box(
      'meta',
      Buffer.alloc(4),
      box('hdlr', Buffer.alloc(8), Buffer.from('pict'), Buffer.alloc(13)),
      ...tables(items),
    );
  const brand = box('ftyp', Buffer.from('heic'), Buffer.alloc(4), Buffer.from('mif1heic'));
  const start =
    brand.length +
    fixed([
      [1, 0, 0],
      [2, 0, 0],
    ]).length +
    8;
  const meta = fixed([
    [1, start, image.length],
    [2, start + image.length, exif.length],
  ]);
  return { bytes: Buffer.concat([brand, meta, box('mdat', image, exif)]), exif, image };
}

function tables(items: [id: number, at: number, length: number][]): Buffer[] {
  const types = ['hvc1', 'Exif'];
  const entries = items.map(([id], n) => {
    const entry = Buffer.alloc(12);
    entry[0] = 2;
    entry.writeUInt16BE(id, 4);
    entry.write(types[n]!, 8, 'latin1');
    return box('infe', entry, Buffer.alloc(1));
  });
  const count = Buffer.alloc(2);
  count.writeUInt16BE(items.length);
  const places = items.map(([id, at, length]) => {
    const place = Buffer.alloc(16);
    place.writeUInt16BE(id, 0);
    place.writeUInt16BE(1, 6);
    place.writeUInt32BE(at, 8);
    place.writeUInt32BE(length, 12);
    return place;
  });
  return [
    box('iinf', Buffer.alloc(4), count, ...entries),
    box('iloc', Buffer.from([1, 0, 0, 0, 0x44, 0x00]), count, ...places),
  ];
}
