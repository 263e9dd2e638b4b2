import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { COMPOSE_SETTINGS, envExample } from '../../bin/make-env-example.ts';
import { loadConfig, SETTINGS, type Setting } from '../../infra/config.ts';
import { REPORTS_TOPIC } from '../../infra/consumers/reports.ts';
import { KAFKA_VERSION } from '../../infra/local/kafka-files.ts';
import { ROOT } from '../support/imports.ts';

interface Service {
  image: string;
  build?: string;
  command?: string[];
  environment?: Record<string, string | number>;
  ports?: string[];
  restart?: string;
  read_only?: boolean;
  privileged?: boolean;
  healthcheck?: { test: unknown[] };
  depends_on?: Record<string, { condition: string }>;
  deploy?: { resources?: { limits?: { cpus?: string; memory?: string } } };
}

const text = readFileSync(`${ROOT}docker-compose.yml`, 'utf8');
const { services } = parse(text, { merge: true }) as { services: Record<string, Service> };
const all = Object.entries(services);
/** Our own processes that load the whole configuration; `migrate` reads one variable only. */
const OURS = ['api', 'worker', 'relay', 'handlers'];
/** They end by themselves, so there is nothing to watch. */
const JOBS = all.filter(([, { restart }]) => restart?.startsWith('on-failure')).map(([name]) => name);

const KEY = Buffer.alloc(32).toString('base64');
const settings: Record<string, Setting> = SETTINGS;
const SECRETS = [...Object.entries(SETTINGS), ...Object.entries(COMPOSE_SETTINGS)]
  .filter(([, setting]: [string, Setting]) => setting.secret)
  .map(([name]) => name);

/** Of what a site may do without. */
const OPTIONAL_SECRETS = ['S3_ACCESS_KEY', 'S3_SECRET_KEY'];

describe('settings', () => {
  test.each([...OURS, 'migrate'])('%s is given only settings that exist', (name) => {
    const given = Object.keys(services[name]!.environment ?? {});
    expect(given.filter((variable) => !(variable in settings))).toEqual([]);
    expect(given).toContain('DATABASE_URL');
  });

  test.each(OURS)('%s is given every setting without a default', (name) => {
    const required = Object.keys(settings).filter((variable) => settings[variable]!.fallback === undefined);
    expect(Object.keys(services[name]!.environment ?? {})).toEqual(expect.arrayContaining(required));
  });

  test.each(OURS)('%s starts with what it is given', (name) => {
    const values = {
      ...{ SESSION_SECRET: 's'.repeat(32), POSTGRES_PASSWORD: 'p' },
      ...{ FIELD_KEYS: `k1:${KEY}`, PAYLOAD_KEYS: `k1:${KEY}`, HASH_KEY: KEY, AUDIT_KEY: KEY },
    };
    const given = Object.entries(services[name]!.environment ?? {}).map(([variable, value]) => [
      variable,
      interpolated(String(value), values),
    ]);
    const config = loadConfig(Object.fromEntries(given) as NodeJS.ProcessEnv);
    expect(config.host).toBe('0.0.0.0');
    expect(config.kafkaBrokers).toEqual(['kafka:9092']);
  });

  test('a default in the file is the default of the program', () => {
    for (const [, name, fallback] of text.matchAll(/\$\{(\w+):-([^}]*)\}/g))
      expect([name, settings[name!]?.fallback]).toEqual([name, fallback]);
  });

  test('every setting can be set, or is set, or has another place', () => {
    const named = OURS.flatMap((name) => Object.keys(services[name]!.environment ?? {}));
    expect(Object.keys(settings).filter((variable) => !named.includes(variable))).toEqual([]);
  });

  test('.env.example lists every variable of the file, and is up to date', () => {
    const asked = [...text.matchAll(/(?<!\$)\$\{(\w+)/g)].map(([, name]) => name!);
    const listed = [...envExample().matchAll(/^(?:# )?([A-Z0-9_]+)=/gm)].map(([, name]) => name);
    expect(asked.filter((name) => !listed.includes(name))).toEqual([]);
    expect(readFileSync(`${ROOT}.env.example`, 'utf8')).toBe(envExample());
  });

  test('secrets are asked for, never written', () => {
    for (const name of SECRETS) {
      const uses = [...text.matchAll(new RegExp(`\\$\\{${name}[^}]*\\}`, 'g'))].map(([use]) => use);
      expect(uses.length).toBeGreaterThan(0);
      const asked = OPTIONAL_SECRETS.includes(name) ? `\${${name}:-}` : `\${${name}:?see .env.example}`;
      expect(uses.filter((use) => use !== asked)).toEqual([]);
    }
    const literal = all.flatMap(([service, { environment = {} }]) =>
      Object.entries(environment)
        .filter(([name, value]) => /PASSWORD|PWD|SECRET|KEYS$/.test(name) && !/^\$\{/.test(String(value)))
        .map(([name]) => `${service} ${name}`),
    );
    expect(literal).toEqual([]);
  });
});

describe.each(all)('%s', (name, service) => {
  test('has a pinned image', () => {
    expect(service.image).toMatch(/^[a-z/-]+:\d+\.\d+(\.\d+)?$/);
  });

  test('has limits and a restart policy', () => {
    const { cpus, memory } = service.deploy?.resources?.limits ?? {};
    expect([cpus, memory]).toEqual([
      expect.stringMatching(/^\d+(\.\d+)?$/),
      expect.stringMatching(/^\d+[MG]$/),
    ]);
    expect(service.restart).toMatch(/^(unless-stopped|on-failure:\d+)$/);
    expect(service.privileged).toBeUndefined();
  });

  test('says how it is, unless it is a job', () => {
    if (JOBS.includes(name)) return expect(service.healthcheck).toBeUndefined();
    const command = service.healthcheck?.test ?? [];
    expect(['CMD', 'CMD-SHELL']).toContain(command[0]);
    expect(command.length).toBeGreaterThan(1);
    // A colon and a blank make a mapping out of an unquoted word.
    expect(command.filter((word) => typeof word !== 'string')).toEqual([]);
  });

  test('waits for services that exist, for jobs to end and for the others to be well', () => {
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      expect(Object.keys(services)).toContain(other);
      expect(condition).toBe(JOBS.includes(other) ? 'service_completed_successfully' : 'service_healthy');
    }
  });

  test('publishes on this host only', () => {
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
  });
});

test('our processes are started by node, not by npm, whose hooks install things', () => {
  const ours = all.filter(([, { build }]) => build !== undefined);
  expect(ours.map(([name]) => name)).toEqual(['migrate', ...OURS]);
  for (const [name, { command, read_only }] of ours) {
    expect(command).toEqual(['node', `bin/${name}.ts`]);
    expect(read_only).toBe(true);
  }
  expect(readFileSync(`${ROOT}Dockerfile`, 'utf8')).toMatch(/^CMD \["node", "bin\/\w+\.ts"\]$/m);
});

test('the image runs the Node that the project is tested with, as somebody without rights', () => {
  const dockerfile = readFileSync(`${ROOT}Dockerfile`, 'utf8');
  const { devDependencies } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
  expect(new Set(bases)).toEqual(new Set([`node:${devDependencies['node']}-bookworm-slim`]));
  expect(dockerfile).toMatch(/^USER node$/m);
});

test('versions and names agree with the code', () => {
  const { version } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { version: string };
  expect(services['api']!.image).toBe(`fengqiao:${version}`);
  expect(services['kafka']!.image).toBe(`apache/kafka:${KAFKA_VERSION}`);
  expect(services['kafka-topics']!.command!.join()).toContain(`--topic ${REPORTS_TOPIC} `);
});

test('the probes of our processes ask the port they listen on', () => {
  for (const name of OURS) {
    const { environment = {}, healthcheck } = services[name]!;
    const port = name === 'api' ? environment['PORT'] : environment['METRICS_PORT'];
    expect(healthcheck!.test.join(' ')).toContain(`http://127.0.0.1:${port}/healthz`);
  }
});

/** What Compose makes of `${NAME:-default}` and `${NAME:?message}`. */
function interpolated(value: string, values: Record<string, string>): string {
  return value.replaceAll(
    /\$\{(\w+)(?::([-?])([^}]*))?\}/g,
    (_, name: string, kind: string, rest: string) => {
      const found = values[name] ?? (kind === '-' ? rest : undefined);
      if (found === undefined) throw new Error(`${name} is missing`);
      return found;
    },
  );
}
