import { Linter } from 'eslint';
import { describe, expect, test } from 'vitest';
import { parser } from 'typescript-eslint';
import { filesOf, importsOf, ROOT, type Import } from '../support/imports.ts';

/**
 * Who may know whom (docs/adr/0001). The table stands here a second time on purpose: a wall that somebody opens in
 * eslint.config.js must be opened here too, with the same reason in mind.
 */
interface Wall {
  /** Starts of paths, beside the folder itself. */
  may: string[];
  /** What may be imported by `import type` only. */
  types?: string[];
  never?: string[];
  /** Absent: any package. */
  packages?: (name: string) => boolean;
}

const none = (): boolean => false;
const oneOf = (names: string[]) => (name: string) =>
  names.some((allowed) => name === allowed || name.startsWith(`${allowed}/`));

const WALLS: Record<string, Wall> = {
  domain: { may: [], packages: none },
  schemas: { may: ['domain/'], packages: oneOf(['typebox', 'ajv', 'ajv-formats', 'yaml']) },
  workflows: {
    may: [],
    types: ['domain/', 'activities/apply.types.ts'],
    packages: (name) => name === '@temporalio/workflow',
  },
  ports: { may: ['domain/', 'schemas/'], types: ['activities/apply.types.ts'], packages: none },
  activities: { may: ['domain/', 'schemas/', 'ports/', 'infra/db/', 'infra/crypto/'] },
  handlers: { may: ['domain/', 'schemas/', 'ports/'], packages: none },
  api: {
    may: ['domain/', 'schemas/', 'ports/', 'workflows/messages.ts'],
    packages: (name) => !oneOf(['pg', 'kafkajs', 'drizzle-orm', '@temporalio'])(name),
  },
  infra: {
    may: ['domain/', 'schemas/', 'ports/', 'workflows/messages.ts'],
    types: ['activities/apply.types.ts'],
    never: ['infra/local/'],
  },
  'infra/local': { may: [] },
};

const folderOf = (file: string): string =>
  Object.keys(WALLS)
    .filter((folder) => file.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length)[0]!;

function isAllowed(folder: string, { source, target, isType }: Import): boolean {
  const { may, types = [], never = [], packages } = WALLS[folder]!;
  if (target === null) return packages === undefined || packages(source);
  const open = [`${folder}/`, ...may, ...(isType ? types : [])];
  return open.some((start) => target.startsWith(start)) && !never.some((start) => target.startsWith(start));
}

const read = new Map<string, Import[]>();
const importsIn = (file: string): Import[] => {
  const found = read.get(file) ?? importsOf(file);
  read.set(file, found);
  return found;
};
const FILES = Object.keys(WALLS)
  .filter((folder) => !folder.includes('/'))
  .flatMap((folder) => filesOf(folder, '.ts'));

describe('the walls of the layout', () => {
  test.each(Object.keys(WALLS))('%s', (folder) => {
    const files = FILES.filter((file) => folderOf(file) === folder);
    expect(files).not.toEqual([]);
    const through = files.flatMap((file) =>
      importsIn(file)
        .filter((one) => !isAllowed(folder, one))
        .map(({ source }) => `${file} imports ${source}`),
    );
    expect(through).toEqual([]);
  });

  test('workflows import @temporalio/workflow, types and their own files, and nothing else at run time', () => {
    const atRunTime = filesOf('workflows', '.ts').flatMap((file) =>
      importsIn(file).filter(({ isType }) => !isType),
    );
    const outside = atRunTime.filter(({ target }) => !target?.startsWith('workflows/'));
    expect(new Set(outside.map(({ source }) => source))).toEqual(new Set(['@temporalio/workflow']));
  });

  test('nobody but tests and benches imports test code', () => {
    const users = [...FILES, ...filesOf('bin', '.ts')].filter((file) =>
      importsIn(file).some(({ target }) => target?.startsWith('tests/') || target?.startsWith('bench/')),
    );
    expect(users).toEqual([]);
  });
});

describe('eslint.config.js refuses and allows the same', () => {
  const targets = [
    ...['domain/dispute/state.ts', 'schemas/api/reports.ts', 'workflows/messages.ts', 'workflows/case.ts'],
    ...[
      'activities/apply.ts',
      'activities/apply.types.ts',
      'handlers/grid.ts',
      'ports/reads.ts',
      'api/app.ts',
    ],
    ...['infra/db/store.ts', 'infra/crypto/field-cipher.ts', 'infra/relay.ts', 'infra/local/stack.ts'],
    ...['bin/wiring/api.ts', 'tests/support/engine.ts'],
  ];
  const packages = [
    ...['node:fs', 'typebox', 'yaml', 'pg', 'kafkajs', 'drizzle-orm/pg-core', 'fastify'],
    ...['@temporalio/workflow', '@temporalio/client'],
  ];

  test.each(Object.keys(WALLS))('%s', async (folder) => {
    const refusals = await configured();
    // A file at the top of the folder and one further down: what `../` means differs.
    for (const file of [`${folder}/x.ts`, `${folder}/api/x.ts`]) {
      const up = '../'.repeat(file.split('/').length - 1);
      for (const isType of [false, true]) {
        const imports: Import[] = [
          ...targets.map((target) => ({ source: up + target, target, isType })),
          ...packages.map((source) => ({ source, target: null, isType })),
        ];
        const refused = refusals(file, imports);
        const said = imports.map((one) => [one.source, !refused.has(one.source)]);
        expect(said).toEqual(imports.map((one) => [one.source, isAllowed(folder, one)]));
      }
    }
  });

  /** Only the entries with walls: the others need the whole program's types. */
  async function configured(): Promise<(file: string, imports: Import[]) => Set<string>> {
    const url = new URL('../../eslint.config.js', import.meta.url).href;
    const { default: entries } = (await import(url)) as { default: Linter.Config[] };
    // A pattern that ends in a folder's `**` does not make ESLint look at a file; this one does, and brings the parser.
    const base = { files: ['**/*.ts'], languageOptions: { parser: parser as Linter.Parser } };
    const walls = entries.filter(({ rules }) => rules !== undefined && 'walls/imports' in rules);
    const linter = new Linter({ cwd: ROOT });
    return (file, imports) => {
      const lines = imports.map(
        ({ source, isType }, i) => `import ${isType ? 'type ' : ''}{ x as x${i} } from '${source}';`,
      );
      const messages = linter.verify(lines.join('\n'), [base, ...walls], { filename: ROOT + file });
      expect(messages.filter(({ ruleId }) => ruleId !== 'walls/imports')).toEqual([]);
      return new Set(messages.map(({ line }) => imports[line - 1]!.source));
    };
  }
});
