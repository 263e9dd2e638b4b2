/** Writes .env.example from the settings of infra/config.ts; `--check` only says whether the file agrees with them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SETTINGS, type Setting } from '../infra/config.ts';

/** What docker-compose.yml asks for beside the settings of our own processes. */
export const COMPOSE_SETTINGS = {
  POSTGRES_PASSWORD: {
    about: 'of the database; letters and digits only, it becomes part of DATABASE_URL',
    secret: true,
  },
  TEMPORAL_DB_PASSWORD: { about: 'of the database of Temporal; letters and digits only', secret: true },
} as const satisfies Record<string, Setting>;

const HEAD = `# Every setting, with its default. Made by bin/make-env-example.ts from infra/config.ts: change that, not this file.
#
# \`npm start\` and \`npm test\` need none of this. A real site copies the file to .env, which is never checked in:
#   docker compose up        reads .env by itself
#   a process without it     node --env-file=.env bin/api.ts
# A line without a value must be filled in. An empty value counts as absent.
`;

const COMPOSE_HEAD = `# Only for docker-compose.yml, which itself sets DATABASE_URL, TEMPORAL_ADDRESS, KAFKA_BROKERS and HOST.
`;

/** The text of .env.example. A setting with a default stands there as a comment, so that a later default takes effect. */
export function envExample(): string {
  const lines = (settings: Record<string, Setting>): string =>
    Object.entries(settings)
      .map(([name, { about, fallback, secret }]) => {
        const note = secret === true ? `${about} (secret)` : about;
        return `# ${note}\n${fallback === undefined ? `${name}=` : `# ${name}=${fallback}`}\n`;
      })
      .join('\n');
  return [HEAD, lines(SETTINGS), COMPOSE_HEAD, lines(COMPOSE_SETTINGS)].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = new URL('../.env.example', import.meta.url);
  if (!process.argv.includes('--check')) writeFileSync(file, envExample());
  else if (readFileSync(file, 'utf8') !== envExample()) {
    console.error('.env.example differs from infra/config.ts: run npm run generate');
    process.exitCode = 1;
  }
}
