import type { Queryable } from './pool.ts';

/** Tells which of the places and accounts that a report names are not there. */
export interface Known {
  missing(named: {
    placeIds: string[];
    accountIds: string[];
  }): Promise<{ placeIds: string[]; accountIds: string[] }>;
}

/** Ids of each sort that a process remembers. */
const REMEMBERED_MAX = 10_000;

/** What was found once is not asked for again: neither a place nor an account is ever deleted, only closed. */
export function createKnown(db: Queryable): Known {
  const places = new Set<string>();
  const accounts = new Set<string>();
  return {
    async missing({ placeIds, accountIds }) {
      const asked = {
        placeIds: placeIds.filter((id) => !places.has(id)),
        accountIds: accountIds.filter((id) => !accounts.has(id)),
      };
      if (asked.placeIds.length + asked.accountIds.length === 0) return asked;
      const { rows } = await db.query<{ places: string[]; accounts: string[] }>({
        name: 'known',
        text: `SELECT ARRAY(SELECT id FROM places WHERE id = ANY($1)) AS places,
          ARRAY(SELECT id FROM accounts WHERE id = ANY($2)) AS accounts`,
        values: [asked.placeIds, asked.accountIds],
      });
      remember(places, rows[0]!.places);
      remember(accounts, rows[0]!.accounts);
      return {
        placeIds: asked.placeIds.filter((id) => !places.has(id)),
        accountIds: asked.accountIds.filter((id) => !accounts.has(id)),
      };
    },
  };
}

function remember(known: Set<string>, ids: string[]): void {
  if (known.size + ids.length > REMEMBERED_MAX) known.clear();
  for (const id of ids) known.add(id);
}
