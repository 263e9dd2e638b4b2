import type { Gazetteer, Open311Line, Open311Register } from '../../ports/open311.ts';
import { cached } from '../db/cached.ts';
import type { Queryable } from '../db/pool.ts';

/** A new region or place can be named so much later. */
const GAZETTEER_FRESH_MS = 10_000;

// A report and its command are one transaction: whatever happened after it, the case is found by the command.
const SETTLE = `
  UPDATE open311_requests r SET case_kind = c.case_kind, case_id = c.case_id
  FROM commands c WHERE r.case_id IS NULL AND c.command_id = r.command_id`;

const LINE = `
  SELECT c.id, c.kind, r.service_code AS "serviceCode", c.region, r.requested_at_ms AS "requestedAt",
    c.updated_at_ms AS "updatedAt", CASE c.kind WHEN 'dispute' THEN c.stage = 'closed' ELSE c.final END AS closed
  FROM open311_requests r JOIN cases c ON c.kind = r.case_kind AND c.id = r.case_id`;

/** Reads nothing but codes and times: neither texts nor parties are within its reach. */
export function createOpen311Register(db: Queryable): Open311Register {
  const gazetteer = cached(GAZETTEER_FRESH_MS, () => readGazetteer(db));
  const settle = (): Promise<unknown> => db.query({ name: 'open311-settle', text: SETTLE });
  return {
    gazetteer: () => gazetteer(),

    async announce({ commandId, token, serviceCode, requestedAt }) {
      const { rows } = await db.query<{ token: string }>({
        name: 'open311-announce',
        text: `INSERT INTO open311_requests (command_id, token, service_code, requested_at_ms) VALUES ($1, $2, $3, $4)
          ON CONFLICT (command_id) DO UPDATE SET command_id = excluded.command_id RETURNING token`,
        values: [commandId, token, serviceCode, requestedAt],
      });
      return rows[0]!.token;
    },

    async withdraw(commandId) {
      await db.query('DELETE FROM open311_requests WHERE command_id = $1 AND case_id IS NULL', [commandId]);
    },

    async find(ids) {
      await settle();
      const { rows } = await db.query<Open311Line>({
        name: 'open311-find',
        text: `${LINE} WHERE r.case_id = ANY($1) ORDER BY r.requested_at_ms DESC, r.case_id`,
        values: [ids],
      });
      return rows;
    },

    async list({ services, from, to, closed, limit, offset }) {
      await settle();
      const { rows } = await db.query<Open311Line>({
        name: 'open311-list',
        text: `SELECT * FROM (${LINE} WHERE r.requested_at_ms BETWEEN $1 AND $2
            AND ($3::text[] IS NULL OR r.service_code = ANY($3))) l
          WHERE ($4::boolean IS NULL OR l.closed = $4)
          ORDER BY l."requestedAt" DESC, l.id LIMIT $5 OFFSET $6`,
        values: [from, to, services ?? null, closed ?? null, limit, offset],
      });
      return rows;
    },

    async byToken(token) {
      await settle();
      const { rows } = await db.query<{ id: string | null; requestedAt: number }>({
        name: 'open311-token',
        text: 'SELECT case_id AS id, requested_at_ms AS "requestedAt" FROM open311_requests WHERE token = $1',
        values: [token],
      });
      return rows[0] ?? null;
    },
  };
}

async function readGazetteer(db: Queryable): Promise<Gazetteer> {
  const { rows: regions } = await db.query<{ code: string; name: string }>(
    'SELECT code, name FROM regions ORDER BY code',
  );
  const { rows: places } = await db.query<{ id: string; name: string; region: string }>(
    'SELECT id, name, region FROM places',
  );
  const byName = [
    ...regions.map(({ code, name }) => [name, code] as const),
    ...places.map(({ name, region }) => [name, region] as const),
  ];
  const count = new Map<string, number>();
  for (const [name] of byName) count.set(name, (count.get(name) ?? 0) + 1);
  const once = byName.filter(([name]) => count.get(name) === 1);
  return {
    names: new Map(regions.map(({ code, name }) => [code, name])),
    regionOf: new Map([...places.map(({ id, region }) => [id, region] as const), ...once]),
  };
}
