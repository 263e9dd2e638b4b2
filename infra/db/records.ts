import type pg from 'pg';
import type { Clocked } from '../../domain/machine.ts';
import type { Records } from '../../ports/reads.ts';
import type { FieldCipher } from '../crypto/field-cipher.ts';

/** Reads and writes of the API beside cases, outside any scope: each names exactly the row or person it is about. */
export function createRecords(pool: pg.Pool, cipher: FieldCipher): Records {
  return {
    async saveParty(disputeId, { id, side, name, phone }) {
      const { rowCount } = await pool.query(
        `INSERT INTO parties (id, dispute_id, side, name, phone, phone_hash) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name,
           phone = coalesce(excluded.phone, parties.phone),
           phone_hash = CASE WHEN excluded.phone IS NULL THEN parties.phone_hash ELSE excluded.phone_hash END
         WHERE parties.dispute_id = excluded.dispute_id`,
        phone === null
          ? [id, disputeId, side, name, null, null]
          : [id, disputeId, side, name, cipher.seal(phone), cipher.hash('phone', phone)],
      );
      return rowCount === 1;
    },

    async markNoticesRead(personId, upTo) {
      const { rowCount } = await pool.query(
        `UPDATE notices SET status = 'read' WHERE person_id = $1 AND id <= $2 AND status = 'open'`,
        [personId, upTo],
      );
      return rowCount ?? 0;
    },

    async stateOf(kind, id) {
      const { rows } = await pool.query<{ state: Clocked }>({
        name: 'state-of',
        text: 'SELECT state FROM cases WHERE kind = $1 AND id = $2',
        values: [kind, id],
      });
      if (rows[0] === undefined) throw new Error('no such case');
      return rows[0].state;
    },

    async membersOf(kind, id) {
      const { rows } = await pool.query<{ members: string[] }>({
        name: 'members-of',
        text: 'SELECT members FROM cases WHERE kind = $1 AND id = $2',
        values: [kind, id],
      });
      return rows[0]?.members ?? null;
    },
  };
}
