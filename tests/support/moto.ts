import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { releasePort, takePort } from '../../infra/local/ports.ts';
import { waitUntil } from '../../infra/local/wait.ts';
import type { S3Settings } from '../../infra/storage/settings.ts';
import { pythonTool } from './python.ts';

const REQUIREMENT = 'moto[s3,server]==5.2.5';
const READY = { deadline_ms: 60_000, interval_ms: 100 };

export interface Moto {
  settings: S3Settings;
  /** SIGKILL; what it held is gone. */
  kill(): Promise<void>;
  /** On the same port, empty but for the bucket. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** PyPI's `moto` as an S3 storage on this machine; it keeps what it is given in memory. */
export async function startMoto(): Promise<Moto> {
  const { command, args, env } = await pythonTool(REQUIREMENT, 'moto.server');
  const port = await takePort('api', { random: true });
  const endpoint = `http://127.0.0.1:${port}`;
  const settings: S3Settings = {
    ...{ endpoint, bucket: 'attachments', region: 'us-east-1' },
    ...{ accessKey: 'test-key', secretKey: 'test-secret' },
  };
  let child: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    const started = spawn(command, [...args, '-H', '127.0.0.1', '-p', String(port)], {
      ...{ env, stdio: 'ignore' },
    });
    child = started;
    const ready = await waitUntil(async () => {
      if (started.exitCode !== null) throw new Error(`moto ended with ${started.exitCode}`);
      return (await fetch(`${endpoint}/moto-api/data.json`).catch(() => null))?.ok === true;
    }, READY);
    if (!ready) throw new Error('moto gave no answer');
    const client = clientOf(settings);
    await client.send(new CreateBucketCommand({ Bucket: settings.bucket }));
    client.destroy();
  };
  const kill = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  await start();
  return {
    ...{ settings, kill, start },
    async stop() {
      await kill();
      releasePort(port);
    },
  };
}

/** A client of the test's own, that looks at what the program has done. */
export const clientOf = ({ endpoint, region, accessKey, secretKey }: S3Settings): S3Client =>
  new S3Client({
    ...{ endpoint, region, forcePathStyle: true },
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
  });
