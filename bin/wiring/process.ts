import { createServer } from 'node:http';
import type { Logger } from 'pino';
import { ConfigError, loadConfig, type Config } from '../../infra/config.ts';
import { createLogger } from '../../infra/logger.ts';
import type { Running } from './api.ts';
import { openResources, type Resources } from './resources.ts';

const STOP_MS = 20_000;

/** Reads the settings, or says what is wrong with them and ends the process. */
export function configOrExit(): Config {
  try {
    return loadConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

/**
 * Runs one part of the engine as a process of its own: says `ready` when it works, stops in order at SIGTERM or SIGINT,
 * and exits by itself, since Temporal's runtime would keep the process alive.
 */
export async function runPart(
  name: string,
  start: (resources: Resources) => Promise<Running>,
): Promise<void> {
  const config = configOrExit();
  if (config.kafkaBrokers === null) {
    process.stderr.write('KAFKA_BROKERS is missing: the in-process bus serves a single process only\n');
    process.exit(2);
  }
  const logger = createLogger(config.logLevel).child({ process: name });
  const resources = openResources(config, logger, name);
  const part = await start(resources).catch((error: unknown) => {
    logger.fatal({ error }, 'could not start');
    process.exit(1);
  });
  const probe = part.address === '' ? await startProbe(resources) : null;
  stopAtSignal(logger, async () => {
    await part.stop();
    await probe?.stop();
    await resources.close();
  });
  process.stdout.write(`ready ${part.address || probe?.address}\n`);
}

function stopAtSignal(logger: Logger, stop: () => Promise<void>): void {
  let stopping = false;
  const handler = (signal: string): void => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'stopping');
    // Whatever is lost here is taken up again by the next process; waiting for ever would help nobody.
    setTimeout(() => process.exit(1), STOP_MS).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ error }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', handler);
  process.on('SIGINT', handler);
}

/** /healthz and /metrics of a part without an API. */
async function startProbe({ config, metrics }: Resources): Promise<Running> {
  const server = createServer((request, response) => {
    if (request.url === '/healthz') {
      response.end('{"status":"ok"}');
    } else if (request.url === '/metrics') {
      metrics.metrics().then(
        (text) => response.setHeader('content-type', metrics.contentType).end(text),
        () => response.writeHead(500).end(),
      );
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.metricsPort, config.host, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : config.metricsPort;
  return {
    address: `http://${config.host}:${port}`,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
