import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { lifecycleDocument } from '../../domain/lifecycle-document.ts';
import { LIFECYCLE } from '../../domain/lifecycle.ts';
import { WHO } from '../../domain/dispute/who.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('docs/lifecycle.md is what the table says', () => {
  expect(read('docs/lifecycle.md')).toBe(lifecycleDocument());
});

test('every action of the table has somebody who may take it, and every relation is needed by some action', () => {
  const needed = Object.values(LIFECYCLE).flatMap((rule) => rule.who);
  expect(Object.values(LIFECYCLE).filter((rule) => rule.who.length === 0)).toEqual([]);
  expect(WHO.filter((who) => !needed.includes(who))).toEqual([]);
});

test('an action that every open dispute allows says so', () => {
  const { when } = LIFECYCLE.refuse;
  const others = Object.entries(LIFECYCLE).filter(
    ([, rule]) => rule.when === when && rule.from !== 'any open',
  );
  expect(others.map(([action]) => action)).toEqual([]);
});
