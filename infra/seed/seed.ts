import type pg from 'pg';
import { DEFAULT_CALENDAR } from '../../domain/calendars/index.ts';
import { DEFAULT_POLICY } from '../../domain/default-policy.ts';
import type { Policy } from '../../domain/policy.ts';
import { hashPassword } from '../db/accounts.ts';
import { inTransaction, type Queryable } from '../db/pool.ts';
import { BODIES, DEMO_PASSWORD, PLACES, REGIONS, RESIDENTS, STAFF } from './demo-street.ts';

/** Loads the default policy and calendar where there are none; what an administrator loaded is left alone. */
export async function ensureRules(pool: pg.Pool, policy: Policy = DEFAULT_POLICY): Promise<void> {
  await pool.query(
    `INSERT INTO policies (version, document, activated_at)
     SELECT $1, $2, clock_timestamp() WHERE NOT EXISTS (SELECT FROM policies WHERE activated_at IS NOT NULL)
     ON CONFLICT (version) DO UPDATE SET activated_at = clock_timestamp()`,
    [policy.version, JSON.stringify(policy)],
  );
  await pool.query(
    `INSERT INTO calendars (version, document) SELECT $1, $2 WHERE NOT EXISTS (SELECT FROM calendars)
     ON CONFLICT DO NOTHING`,
    [DEFAULT_CALENDAR.version, JSON.stringify(DEFAULT_CALENDAR)],
  );
}

/** Fills an empty database with the demo street. Returns false, and changes nothing, when there are staff already. */
export async function seedDemoStreet(pool: pg.Pool): Promise<boolean> {
  const passwordHash = await hashPassword(DEMO_PASSWORD);
  return inTransaction(pool, async (tx) => {
    await tx.query('LOCK TABLE staff IN EXCLUSIVE MODE');
    const { rowCount } = await tx.query('SELECT FROM staff LIMIT 1');
    if (rowCount !== 0) return false;
    await places(tx);
    await people(tx, passwordHash);
    return true;
  });
}

async function places(tx: Queryable): Promise<void> {
  for (const [code, name] of REGIONS)
    await tx.query('INSERT INTO regions (code, name) VALUES ($1, $2)', [code, name]);
  for (const [id, name, region] of PLACES)
    await tx.query('INSERT INTO places (id, name, region) VALUES ($1, $2, $3)', [id, name, region]);
  for (const { id, name, kind, regions, categories } of BODIES) {
    const values = [id, name, kind, JSON.stringify(regions), JSON.stringify(categories)];
    await tx.query(
      'INSERT INTO bodies (id, name, kind, regions, categories) VALUES ($1, $2, $3, $4, $5)',
      values,
    );
  }
}

async function people(tx: Queryable, passwordHash: string): Promise<void> {
  const account = (id: string, name: string): Promise<unknown> =>
    tx.query('INSERT INTO accounts (id, login, password_hash, name) VALUES ($1, $1, $2, $3)', [
      id,
      passwordHash,
      name,
    ]);
  for (const { id, name, posts, skills = [], duty } of STAFF) {
    await account(id, name);
    await tx.query('INSERT INTO staff (id, name, posts, skills) VALUES ($1, $2, $3, $4)', [
      ...[id, name, JSON.stringify(posts), JSON.stringify(skills)],
    ]);
    const [first] = posts;
    if (duty === undefined || first === undefined) continue;
    await tx.query(
      'INSERT INTO duty_roster (id, staff_id, region, role, capacity, from_ms) VALUES ($1, $2, $3, $4, $5, 0)',
      [`duty-${id}`, id, first.region, first.role, duty],
    );
  }
  for (const [id, name] of RESIDENTS) await account(id, name);
}
