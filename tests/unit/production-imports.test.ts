import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { describe, expect, test } from 'vitest';
import { importsOf, ROOT } from '../support/imports.ts';

/** What runs in the image: its services, and the tools an operator runs there. The bundle of the worker has its own entry. */
const PROGRAMS = [
  ...[
    ...['api', 'worker', 'relay', 'handlers', 'migrate', 'reconcile', 'rebuild', 'recompute', 'import'],
    ...['clean-attachments', 'rotate-keys', 'audit-verify', 'retention'],
  ].map((name) => `bin/${name}.ts`),
  'workflows/index.ts',
];

const { dependencies } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as {
  dependencies: Record<string, string>;
};

const packageOf = (source: string): string =>
  source
    .split('/')
    .slice(0, source.startsWith('@') ? 2 : 1)
    .join('/');

/** Everything that is loaded when a program starts: its files, and the packages they name. */
function loadedBy(program: string): { files: Set<string>; packages: Set<string> } {
  const files = new Set<string>([program]);
  const packages = new Set<string>();
  for (const file of files) {
    if (!file.endsWith('.ts')) continue;
    for (const { source, target, isType } of importsOf(file)) {
      if (isType) continue;
      if (target !== null) files.add(target);
      else if (!isBuiltin(source)) packages.add(packageOf(source));
    }
  }
  return { files, packages };
}

describe.each(PROGRAMS)('%s', (program) => {
  const { files, packages } = loadedBy(program);

  test('needs no development dependency', () => {
    expect([...packages].filter((name) => !(name in dependencies))).toEqual([]);
  });

  test('finds all its files in the image', () => {
    const copied = readFileSync(`${ROOT}Dockerfile`, 'utf8')
      .split('\n')
      .flatMap((line) => /^COPY (\w+) \1$/.exec(line)?.[1] ?? []);
    expect([...files].filter((file) => !copied.includes(file.split('/')[0]!))).toEqual([]);
  });
});
