/**
 * Region codes of the national statistics: city (4 digits) → district (6) → street (9) → community (12) → grid (15).
 * A code begins with the code of every region that contains it, so containment is a prefix test here and a number
 * range in the database.
 */
export type RegionCode = string;

export const LEVELS = ['grid', 'community', 'street', 'district', 'city'] as const;
export type Level = (typeof LEVELS)[number];

const DIGITS: Record<Level, number> = { city: 4, district: 6, street: 9, community: 12, grid: 15 };

export const isRegionCode = (code: string): boolean => /^(\d{4}|\d{6}|\d{9}|\d{12}|\d{15})$/.test(code);

/** The level a code stands for, by its length. Throws on anything that is not a region code. */
export function levelOf(code: RegionCode): Level {
  const level = LEVELS.find((candidate) => DIGITS[candidate] === code.length);
  if (level === undefined || !isRegionCode(code)) throw new RangeError('not a region code');
  return level;
}

/** The region at `level` that contains `code`; `code` itself where it already stands above that level. */
export const regionAt = (code: RegionCode, level: Level): RegionCode => code.slice(0, DIGITS[level]);

/** Whether `inner` lies in `outer` (a region contains itself). */
export const contains = (outer: RegionCode, inner: RegionCode): boolean => inner.startsWith(outer);

export const rank = (level: Level): number => LEVELS.indexOf(level);

/** The next level up, or null at the top. */
export const levelAbove = (level: Level): Level | null => LEVELS[rank(level) + 1] ?? null;

/** The lowest region containing both, for quarrels across a boundary; null across provinces or cities. */
export function lowestCommonAncestor(a: RegionCode, b: RegionCode): RegionCode | null {
  const shared = LEVELS.find(
    (level) => a.length >= DIGITS[level] && regionAt(a, level) === regionAt(b, level),
  );
  return shared === undefined ? null : regionAt(a, shared);
}

/** The inclusive range of 15-digit numbers a region covers: how jurisdiction is stored and compared in PostgreSQL. */
export function rangeOf(code: RegionCode): { from: bigint; to: bigint } {
  return { from: BigInt(code.padEnd(15, '0')), to: BigInt(code.padEnd(15, '9')) };
}
