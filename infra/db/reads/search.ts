import { rangeOf } from '../../../domain/regions.ts';
import type { DisputeCriteria, PartySearch } from '../../../ports/reads.ts';
import type { FieldCipher } from '../../crypto/field-cipher.ts';
import { queryOf } from '../search/words.ts';

/** Arguments of `search_disputes` (`infra/db/migrations/0003_access.sql`). */
export interface SearchArguments {
  words: string | null;
  filter: Record<string, unknown>;
}

type Hash = FieldCipher['hash'];

/** What a list is narrowed by, words and parties aside. */
export function filterOf(criteria: Omit<DisputeCriteria, 'q' | 'party'>): SearchArguments['filter'] {
  const { stage, level, grade, category, clock, region, placeId: place, ownerId: owner, number } = criteria;
  const { openedFrom, openedTo, updatedFrom } = criteria;
  const range = region === undefined ? null : rangeOf(region);
  return {
    ...{ stage, level, grade, category, clock, owner, number, place },
    // As text: a JSON number of 15 digits is exact, a bigint is not JSON at all.
    ...(range !== null && { region_from: String(range.from), region_to: String(range.to) }),
    ...{ opened_from: openedFrom, opened_to: openedTo, updated_from: updatedFrom },
  };
}

/** The whole search; null when nothing can be found by it: words without a letter, a phone without a digit. */
export function searchOf({ q, party, ...rest }: DisputeCriteria, hash: Hash): SearchArguments | null {
  const words = q === undefined ? null : queryOf(q);
  const hashes = party === undefined ? {} : partyOf(party, hash);
  if ((q !== undefined && words === null) || hashes === null) return null;
  return { words, filter: { ...filterOf(rest), ...hashes } };
}

function partyOf({ phone, idNumber, name }: PartySearch, hash: Hash): SearchArguments['filter'] | null {
  const phoneHash = phone === undefined ? undefined : hash('phone', phone);
  const idNumberHash = idNumber === undefined ? undefined : hash('id-number', idNumber);
  if (phoneHash === null || idNumberHash === null) return null;
  return {
    ...(phoneHash !== undefined && { phone_hash: hex(phoneHash) }),
    ...(idNumberHash !== undefined && { id_number_hash: hex(idNumberHash) }),
    ...(name !== undefined && { party_name: name }),
  };
}

const hex = (bytes: Buffer): string => `\\x${bytes.toString('hex')}`;
