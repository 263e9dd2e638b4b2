import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { StorageUnavailable, StoredFileMissing, type FileStorage } from '../../ports/attachments.ts';
import type { S3Settings } from './settings.ts';
import { assertKey, idOfKey } from './keys.ts';

/** Everything of ours in the bucket begins so. */
const PREFIX = 'attachments/';
const CONNECT_MS = 2_000;
const ANSWER_MS = 20_000;
const ATTEMPTS = 2;
const nothing = (): void => undefined;
const QUIET = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

/**
 * Files in a bucket of any S3-compatible storage (path style, since most of them have one host name). The bucket is the operator's to
 * make, and this program's alone. The checksum goes along, so that the storage refuses bytes that changed on the way.
 */
export function createS3Storage({ endpoint, bucket, region, accessKey, secretKey }: S3Settings): FileStorage {
  const client = new S3Client({
    ...{ endpoint, region, forcePathStyle: true },
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    // A body that is a stream cannot be sent twice by the client: `put` tries again itself, with a new one.
    maxAttempts: 1,
    // The newer default adds trailers that other storages do not understand.
    ...{ requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' },
    // It would write to standard error by itself; what went wrong is thrown.
    logger: QUIET,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: ANSWER_MS, throwOnRequestTimeout: true },
  });
  const objectOf = (key: string) => ({ Bucket: bucket, Key: PREFIX + assertKey(key) });

  return {
    async put(key, { path, bytes, sha256 }) {
      const object = objectOf(key);
      await insisting(async () => {
        const Body = createReadStream(path);
        try {
          await client.send(
            new PutObjectCommand({
              ...object,
              ...{ Body, ContentLength: bytes, ContentType: 'application/octet-stream' },
              ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
            }),
          );
        } finally {
          Body.destroy();
        }
      });
    },

    async get(key, range) {
      const Range = range === undefined ? undefined : `bytes=${range.from}-${range.to}`;
      const object = objectOf(key);
      const { Body } = await insisting(() => client.send(new GetObjectCommand({ ...object, Range })), key);
      return Body as Readable;
    },

    async remove(keys) {
      for (const key of keys) {
        const object = objectOf(key);
        await insisting(() => client.send(new DeleteObjectCommand(object)));
      }
    },

    async *list() {
      let ContinuationToken: string | undefined;
      do {
        const page = await insisting(() =>
          client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: PREFIX, ContinuationToken })),
        );
        for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
          const key = Key.slice(PREFIX.length);
          if (idOfKey(key) === null || LastModified === undefined) continue;
          yield { key, bytes: Size, storedAt: LastModified.getTime() };
        }
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
    },

    close: async () => client.destroy(),
  };
}

/** Tries twice. Rejects with `StoredFileMissing` or `StorageUnavailable`, whose cause says what the storage said. */
async function insisting<T>(ask: () => Promise<T>, key = ''): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (isMissing(error)) throw new StoredFileMissing(key);
      if (attempt === ATTEMPTS || isFinal(error)) throw new StorageUnavailable('S3', { cause: error });
    }
  }
}

/** No such key; a bucket that is not there is a storage that is not there. */
const isMissing = (error: unknown): boolean =>
  error instanceof S3ServiceException && error.name === 'NoSuchKey';

/** Refused for what it was: the same again would be refused again. */
const isFinal = (error: unknown): boolean => {
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  return status !== undefined && status < 500 && status !== 408 && status !== 429;
};
