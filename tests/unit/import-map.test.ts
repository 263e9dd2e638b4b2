import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { REGIONS } from '../../infra/seed/demo-street.ts';
import { checkMap, columnsOf, regionsOf, type ImportMap } from '../../schemas/import-map.ts';
import { HOTLINE_HEADER, HOTLINE_MAP, NYC_MAP, readJson } from '../support/hotline.ts';
import { ROOT } from '../support/imports.ts';

const faultsOf = (change: object): string[] => {
  const checked = checkMap({ ...readJson(HOTLINE_MAP), ...change });
  return checked.ok ? [] : checked.faults.map(({ field, message }) => `${field}: ${message}`);
};

const valid = (path: string): ImportMap => {
  const checked = checkMap(readJson(path));
  if (!checked.ok) throw new Error(JSON.stringify(checked.faults));
  return checked.map;
};

test.each(readdirSync(`${ROOT}examples`).filter((name) => name.endsWith('.map.json')))(
  'the example %s is valid and leads to regions of the demo street',
  (name) => {
    const known = new Set(REGIONS.map(([code]) => code));
    const regions = regionsOf(valid(`${ROOT}examples/${name}`));
    expect(regions.filter((code) => !known.has(code))).toEqual([]);
  },
);

test('the examples name columns that their files have', () => {
  const unknown = (map: ImportMap, header: string[]) =>
    columnsOf(map).filter(({ column }) => !header.includes(column));
  expect(unknown(valid(HOTLINE_MAP), HOTLINE_HEADER)).toEqual([]);
  const sample = readFileSync(`${ROOT}../shared/data/hotline-sample.csv`, 'utf8');
  expect(unknown(valid(NYC_MAP), sample.split('\n')[0]!.trim().split(','))).toEqual([]);
});

test.each<[string, object, string]>([
  ['an unknown field', { colour: 'red' }, 'colour: '],
  ['a missing field', { externalId: undefined }, 'externalId: '],
  ['a kind that does not exist', { kind: { constant: 'quarrel' } }, 'kind.constant: '],
  ['a word for a category', { category: { column: 'x', values: { a: 'noise' } } }, 'category.values.a: '],
  ['a region that is no code', { region: { constant: '12' } }, 'region.constant: '],
  ['neither column nor constant', { region: {} }, 'region: needs a column or a constant'],
  [
    'a constant beside a column',
    { kind: { constant: 'dispute', column: 'x' } },
    'kind: a constant stands alone',
  ],
  ['no such zone', { timeZone: 'Mars/Base' }, 'timeZone: '],
  ['a time without a year', { occurredAt: { column: 'x', format: 'MM-dd' } }, 'occurredAt.format: '],
  [
    'twelve hours without am or pm',
    { occurredAt: { column: 'x', format: 'yyyy-MM-dd hh' } },
    'occurredAt.format: ',
  ],
  ['the same part twice', { occurredAt: { column: 'x', format: 'yyyy-MM-dd MM' } }, 'occurredAt.format: '],
  ['an encoding nobody supports', { encoding: 'big5' }, 'encoding: '],
  ['a phone without any name', { reporter: { phone: { column: 'x' } } }, 'reporter: '],
  ['a rule that fits nothing', { skip: [{ column: 'x' }] }, 'skip.0: '],
  ['a system with a space', { system: 'a b' }, 'system: '],
])('a map with %s is refused and the field named', (_, change, start) => {
  const faults = faultsOf(change);
  expect(faults.length).toBeGreaterThan(0);
  expect(
    faults.some((fault) => fault.startsWith(start)),
    faults.join('\n'),
  ).toBe(true);
});
