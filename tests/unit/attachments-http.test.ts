import type { FastifyRequest } from 'fastify';
import { describe, expect, test } from 'vitest';
import { dispositionOf, sentFileName } from '../../api/file-name.ts';
import { Problem } from '../../api/problem.ts';
import { rangeOf } from '../../api/range.ts';
import { safeName } from '../../infra/storage/file-name.ts';
import { s3Settings } from '../../infra/storage/settings.ts';
import { FILE_NAME_MAX } from '../../schemas/api/attachments.ts';

const nameIn = (header?: string): string | null =>
  sentFileName({ headers: { 'content-disposition': header } } as unknown as FastifyRequest);

describe('the name a client sends', () => {
  test.each([
    [undefined, null],
    ['attachment', null],
    [`attachment; filename*=UTF-8''${encodeURIComponent('漏水照片.jpg')}`, '漏水照片.jpg'],
    [`attachment; filename="old.jpg"; filename*=UTF-8''new.jpg`, 'new.jpg'],
    ['attachment; filename=plain.pdf', 'plain.pdf'],
    ['attachment; filename="with \\"quotes\\" and blanks.pdf"', 'with "quotes" and blanks.pdf'],
  ])('%j is %j', (header, name) => {
    expect(nameIn(header)).toBe(name);
  });

  test.each([
    `attachment; filename*=UTF-8''%zz`,
    `attachment; filename*=UTF-8''%ff%fe`,
    'attachment; name=x',
    `attachment; filename*=UTF-8''${'x'.repeat(FILE_NAME_MAX + 1)}`,
  ])('%j is refused', (header) => {
    expect(() => nameIn(header)).toThrow(Problem);
  });

  test('may be as long as the limit', () => {
    expect(nameIn(`attachment; filename*=UTF-8''${'x'.repeat(FILE_NAME_MAX)}`)).toHaveLength(FILE_NAME_MAX);
  });
});

describe('the name that is kept', () => {
  test.each([
    [null, 'attachment.jpg'],
    ['', 'attachment.jpg'],
    ['照片.jpg', '照片.jpg'],
    ['PHOTO.JPEG', 'PHOTO.JPEG'],
    ['../../etc/passwd', 'passwd.jpg'],
    ['C:\\Users\\Somebody\\photo.jpg', 'photo.jpg'],
    ['photo.exe', 'photo.exe.jpg'],
    ['.htaccess', 'htaccess.jpg'],
    ['a\u202Egpj.exe', 'agpj.exe.jpg'],
    ['line\r\nbreak\u0000.jpg', 'linebreak.jpg'],
    ['who<>:"|?*.jpg', 'who.jpg'],
    ['...', 'attachment.jpg'],
    ['trailing. . ', 'trailing.jpg'],
  ])('%j becomes %j', (given, kept) => {
    expect(safeName(given, 'image/jpeg')).toBe(kept);
  });

  test('is never longer than the limit, and ends in no half of a character', () => {
    const name = safeName('😀'.repeat(FILE_NAME_MAX / 2), 'application/pdf');
    expect(name.length).toBeLessThanOrEqual(FILE_NAME_MAX);
    expect(name.isWellFormed()).toBe(true);
    expect(name.endsWith('.pdf')).toBe(true);
  });
});

test('the name of a download is for every client, and cannot end its header', () => {
  expect(dispositionOf('合同 "a".pdf')).toBe(
    `attachment; filename="__ _a_.pdf"; filename*=UTF-8''%E5%90%88%E5%90%8C%20%22a%22.pdf`,
  );
  expect(dispositionOf("it's (1)*.pdf")).toContain("filename*=UTF-8''it%27s%20%281%29%2A.pdf");
  expect(dispositionOf('a\r\nset-cookie: x.pdf')).not.toMatch(/[\r\n]/);
});

describe('a range of 100 bytes', () => {
  test.each([
    [undefined, null],
    ['bytes=0-', { from: 0, to: 99 }],
    ['bytes=0-0', { from: 0, to: 0 }],
    ['bytes=10-19', { from: 10, to: 19 }],
    ['bytes=90-1000', { from: 90, to: 99 }],
    ['bytes=-10', { from: 90, to: 99 }],
    ['bytes=-1000', { from: 0, to: 99 }],
    ['bytes=99-', { from: 99, to: 99 }],
    ['bytes=100-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=20-10', null],
    ['bytes=0-1,5-6', null],
    ['bytes=-', null],
    ['lines=0-1', null],
    ['bytes=a-b', null],
  ])('%j is %j', (header, range) => {
    expect(rangeOf(header, 100)).toEqual(range);
  });
});

describe('settings of S3', () => {
  const good = {
    ...{ endpoint: 'https://storage.example.cn', bucket: 'files', region: 'us-east-1' },
    ...{ accessKey: 'a', secretKey: 'b' },
  };
  const faultsOf = (change: object): string[] => {
    const faults: string[] = [];
    s3Settings({ ...good, ...change }, faults);
    return faults;
  };

  test('whole, or not at all', () => {
    expect(s3Settings(good, [])).toEqual(good);
    const none = { endpoint: '', bucket: '', accessKey: '', secretKey: '' };
    expect(s3Settings({ ...good, ...none }, [])).toBeNull();
    expect(faultsOf(none)).toEqual([]);
  });

  test.each([
    ['a bucket that is none', { bucket: 'Not A Bucket' }, 'S3_BUCKET'],
    ['keys without a bucket', { bucket: '' }, 'S3_BUCKET'],
    ['no address', { endpoint: '' }, 'S3_ENDPOINT'],
    ['an address with a path', { endpoint: 'https://x/files' }, 'S3_ENDPOINT'],
    ['half of the keys', { secretKey: '' }, 'S3_SECRET_KEY'],
  ])('with %s are refused', (_name, change, setting) => {
    expect(faultsOf(change).join()).toContain(setting);
  });
});
