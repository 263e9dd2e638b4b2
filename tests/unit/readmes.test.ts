import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesOf, ROOT } from '../support/imports.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const FOLDERS = readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !/^(\.|node_modules$|coverage$|dist$)/.test(entry.name))
  .map(({ name }) => name);
const DOCUMENTS = filesOf('', '.md');

test.each(FOLDERS)('%s/ has a README of 5 to 15 lines', (folder) => {
  const lines = read(`${folder}/README.md`)
    .split('\n')
    .filter((line) => line.trim() !== '');
  expect(lines.length).toBeGreaterThanOrEqual(5);
  expect(lines.length).toBeLessThanOrEqual(15);
});

test('README.md fits on two screens', () => {
  expect(read('README.md').split('\n').length).toBeLessThanOrEqual(100);
});

test('every decision says its context, what was decided, what follows and where it departs', () => {
  const decisions = DOCUMENTS.filter((path) => /^docs\/adr\/\d{4}-/.test(path));
  const numbers = decisions.map((path) => path.slice('docs/adr/'.length, 'docs/adr/0000'.length));
  expect(new Set(numbers).size).toBe(decisions.length);
  for (const path of decisions) {
    const number = path.slice('docs/adr/'.length, 'docs/adr/0000'.length);
    expect(read(path)).toMatch(new RegExp(`^# ${number} \\S`));
    for (const part of ['Context.', 'Decision.', 'Consequences.', 'Differs from the design.'])
      expect([path, read(path)]).toEqual([path, expect.stringContaining(`**${part}**`)]);
  }
});

describe('links', () => {
  test.each(DOCUMENTS)('%s leads somewhere', (path) => {
    const broken = linksOf(read(path)).filter((link) => {
      const [target = '', anchor] = link.split('#');
      const file = target === '' ? path : join(dirname(path), target);
      if (!existsSync(join(ROOT, file))) return true;
      return anchor !== undefined && !anchorsOf(read(file)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  test('the files and folders that documents name exist', () => {
    const dead = DOCUMENTS.flatMap((path) =>
      pathsIn(read(path))
        .filter((named) => !existsSync(join(ROOT, named)) && !existsSync(join(ROOT, dirname(path), named)))
        .map((named) => `${path}: ${named}`),
    );
    expect(dead).toEqual([]);
  });

  test('the npm scripts that documents name exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = DOCUMENTS.flatMap((path) =>
      [...read(path).matchAll(/npm (?:run ([\w:-]+)|(start|test)\b)/g)].map(([, run, own]) => (run ?? own)!),
    );
    expect([...new Set(named)].filter((name) => !(name in scripts))).toEqual([]);
  });
});

/** Relative targets of a document's links, outside code. */
function linksOf(markdown: string): string[] {
  const prose = markdown.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** Paths of the project in backticks: whatever begins with one of its folders and has no placeholder. */
const pathsIn = (markdown: string): string[] =>
  [...markdown.matchAll(/`((?:[\w.-]+\/)+[\w.-]*)`/g)]
    .map(([, path]) => path!)
    .filter((path) => FOLDERS.includes(path.split('/')[0]!));

/** What its headings can be called by. */
const anchorsOf = (markdown: string): string[] =>
  [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
