/** Brings the schema up to date and loads the default rules where there are none. One job, before everything else. */
import { migrate } from '../infra/db/migrate.ts';
import { createPool } from '../infra/db/pool.ts';
import { ensureRules, seedDemoStreet } from '../infra/seed/seed.ts';

const databaseUrl = process.env['DATABASE_URL'];
if (!databaseUrl) {
  process.stderr.write('DATABASE_URL is missing\n');
  process.exit(2);
}
await migrate(databaseUrl);
const pool = createPool(databaseUrl, { max: 2 });
await ensureRules(pool);
if (process.argv.includes('--demo')) await seedDemoStreet(pool);
await pool.end();
process.stdout.write('schema and rules are up to date\n');
