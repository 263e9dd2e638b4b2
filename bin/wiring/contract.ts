import { Registry } from 'prom-client';
import { createApp } from '../../api/app.ts';
import type { ApiDeps } from '../../api/deps.ts';

export interface PublishedOperation {
  operationId: string;
  summary?: string;
  tags?: string[];
}
export interface Contract {
  paths: Record<string, Record<string, PublishedOperation>>;
}

/** The OpenAPI document of the API, without anything behind it: no database, no Temporal, no bus. */
export async function contractOfApi(): Promise<Contract> {
  const app = await createApp(inert());
  await app.ready();
  const document = app.swagger() as unknown as Contract;
  await app.close();
  return document;
}

/** What the routes are registered with. None of them asks a port for anything before there is a request. */
const inert = (): ApiDeps =>
  ({
    ...{ metrics: new Registry(), sessionSecret: 'x'.repeat(32), sessionHours: 1, issuer: null },
    ...{ ratePerMinute: 0, addressPerMinute: 0, loginsPerMinute: 0, publicReportsPerHour: 0 },
    ...{ trustProxy: [], corsOrigins: [], changes: { subscribe: () => () => undefined } },
  }) as unknown as ApiDeps;
