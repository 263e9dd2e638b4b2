import type { FastifyRequest } from 'fastify';
import { queryTerms } from '../domain/search-terms.ts';
import type { DisputeCriteria } from '../ports/reads.ts';
import { LISTED } from '../schemas/api/search.ts';
import { audited } from './audited.ts';
import type { ApiDeps } from './deps.ts';
import { Problem } from './problem.ts';

/** `stage=a,b` and `stage=a&stage=b` are the same list. Before validation, which then names the value that is wrong. */
export async function splitLists(request: FastifyRequest): Promise<void> {
  const query = request.query as Record<string, string | string[]>;
  for (const name of LISTED) {
    const value = query[name];
    if (value !== undefined) query[name] = [value].flat().flatMap((part) => part.split(','));
  }
}

/** Refuses words of nothing but signs: everybody would think that nothing was found. Throws a problem. */
export function assertSearchable({ q }: DisputeCriteria, code: 'invalid_query' | 'invalid_body'): void {
  if (q === undefined || queryTerms(q).length > 0) return;
  throw new Problem({
    ...{ status: 400, code, title: 'nothing in it can be searched for', field: 'q' },
    expected: 'letters, digits or Chinese characters',
  });
}

/** Refuses a search for a party by anybody but staff, and writes it down. Throws a problem. */
export async function assertMayFindParty(
  deps: Pick<ApiDeps, 'audit'>,
  request: FastifyRequest,
  { party }: DisputeCriteria,
): Promise<void> {
  if (party === undefined) return;
  if (request.actor.posts.length === 0) {
    throw new Problem({
      ...{ status: 403, code: 'not_permitted', title: 'only staff search for a party', field: 'party' },
    });
  }
  const fields = (['phone', 'idNumber', 'name'] as const).filter((field) => party[field] !== undefined);
  await audited(deps, request, { kind: 'search', fields: fields.map((field) => AUDITED[field]) });
}

const AUDITED = { phone: 'party-phone', idNumber: 'party-id-number', name: 'party-name' } as const;
