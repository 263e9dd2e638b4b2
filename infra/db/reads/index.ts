import { drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type { CaseKind, Clocked } from '../../../domain/machine.ts';
import type {
  CaseRecord,
  NoticeLine,
  PartyRecord,
  Reads,
  ReadsFor,
  TimelineEntry,
} from '../../../ports/reads.ts';
import { scopeOf, type Scope } from '../../../domain/scope.ts';
import type { Actor } from '../../../domain/roles.ts';
import type { FieldCipher } from '../../crypto/field-cipher.ts';
import type { Queryable } from '../pool.ts';
import type { Scoped } from '../scoped.ts';
import { disputesAround } from './around.ts';
import { listDisputes } from './disputes.ts';
import { masked } from './masked.ts';
import { listStatements } from './statements.ts';
import { listWork } from './work.ts';

/** Reads for the API, each request's in the scope of whoever asks. */
export const createReadsFor =
  (scoped: Scoped, cipher: FieldCipher): ReadsFor =>
  (actor, work) => {
    const scope = scopeOf(actor);
    return scoped(scope, (db) => work(readsOn(db, { actor, scope, cipher })));
  };

interface Asking {
  actor: Actor;
  scope: Scope;
  cipher: FieldCipher;
}

/** Fixed questions are SQL; lists with filters are put together by Drizzle. What is not in the scope is not there. */
function readsOn(db: Queryable, { actor, scope, cipher }: Asking): Reads {
  const lists = drizzle(db as pg.PoolClient);
  return {
    disputes: (filter) => listDisputes(db, { scope, cipher }, filter),
    around: (matter, exceptId) => disputesAround(db, matter, exceptId),
    work: (filter) => listWork(lists, actor, filter),
    statements: (kind, id, filter) => listStatements(db, kind, id, filter),

    async one(kind, id) {
      const { rows } = await db.query<Omit<CaseRecord, 'kind'> & { state: Clocked; kind: CaseKind }>({
        name: 'read-case',
        text: `SELECT kind, id, dispute_id AS "disputeId", version, state, region, members,
          opened_at_ms AS "openedAt", updated_at_ms AS "updatedAt" FROM cases WHERE kind = $1 AND id = $2`,
        values: [kind, id],
      });
      return rows[0] ?? null;
    },

    async timeline(kind, id, after, limit) {
      const { rows } = await db.query<TimelineEntry>({
        name: 'read-timeline',
        text: `SELECT version, type, recorded_at_ms AS "recordedAt", occurred_at_ms AS "occurredAt",
          actor_id AS "actorId", data FROM events
          WHERE case_kind = $1 AND case_id = $2 AND version > $3 ORDER BY version LIMIT $4`,
        values: [kind, id, after, limit],
      });
      return rows;
    },

    async texts(ids) {
      if (ids.length === 0) return new Map();
      const { rows } = await db.query<{ id: string; body: string }>({
        name: 'read-texts',
        text: 'SELECT id, body FROM texts WHERE id = ANY($1)',
        values: [ids],
      });
      return new Map(rows.map(({ id, body }) => [id, body]));
    },

    async parties(disputeId) {
      const { rows } = await db.query<Omit<PartyRecord, 'phone'> & { phone: Buffer | null }>({
        name: 'read-parties',
        text: 'SELECT id, side, name, account_id AS "accountId", phone FROM parties WHERE dispute_id = $1 ORDER BY side, id',
        values: [disputeId],
      });
      return rows.map((row) => ({
        ...row,
        phone: row.phone === null ? null : masked(cipher.open(row.phone)),
      }));
    },

    async names(ids) {
      if (ids.length === 0) return new Map();
      const { rows } = await db.query<{ id: string; name: string }>({
        name: 'read-names',
        text: 'SELECT id, name FROM staff WHERE id = ANY($1)',
        values: [ids],
      });
      return new Map(rows.map(({ id, name }) => [id, name]));
    },

    async regionNames(codes) {
      if (codes.length === 0) return new Map();
      const { rows } = await db.query<{ code: string; name: string }>({
        name: 'read-region-names',
        text: 'SELECT code, name FROM regions WHERE code = ANY($1)',
        values: [codes],
      });
      return new Map(rows.map(({ code, name }) => [code, name]));
    },

    async notices(now, limit) {
      const { rows } = await db.query<NoticeLine>(
        `SELECT id, kind, case_id AS "caseId", not_before_ms AS "notBefore", status FROM notices
         WHERE person_id = $1 AND not_before_ms <= $2 ORDER BY id DESC LIMIT $3`,
        [actor.id, now, limit],
      );
      return rows;
    },
  };
}
