import { dirname, relative, resolve } from 'node:path';
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/**
 * Import walls: who may know whom. The reason stands in docs/adr/0001; tests/unit/import-walls.test.ts holds the same.
 * Targets are resolved first, since `../api/` names another folder in schemas/events/ than in handlers/.
 */
const walls = {
  rules: {
    imports: {
      meta: { type: 'problem', schema: [{ type: 'object' }] },
      create(context) {
        const [{ folder, may, types = [], never = [], packages, reason }] = context.options;
        const check = (node) => {
          const source = node.source?.value;
          if (typeof source !== 'string') return;
          const target = source.startsWith('.')
            ? relative(import.meta.dirname, resolve(dirname(context.filename), source)).replaceAll('\\', '/')
            : null;
          const isType = node.importKind === 'type' || node.exportKind === 'type';
          const open = [`${folder}/`, ...may, ...(isType ? types : [])];
          const allowed =
            target === null
              ? packages === undefined || packages.test(source)
              : open.some((start) => target.startsWith(start)) && !never.some((no) => target.startsWith(no));
          if (!allowed) context.report({ node, message: reason });
        };
        return {
          ImportDeclaration: check,
          ImportExpression: check,
          ExportNamedDeclaration: check,
          ExportAllDeclaration: check,
        };
      },
    },
  },
};

/** `may`, `never`: starts of paths; `types`: by `import type` only; `packages`: any where absent. */
const wall = (folder, reason, { may = [], types, never, packages }) => ({
  files: [`${folder}/**`],
  plugins: { walls },
  rules: { 'walls/imports': ['error', { folder, may, types, never, packages, reason }] },
});

const NO_PACKAGE = /^$/;
const ANSWERS = 'activities/apply.types.ts';

export default tseslint.config(
  { ignores: ['node_modules/', '.data/', 'web/', 'coverage/', 'drizzle.config.ts'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } } },
  {
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      // A port's async signature is kept by implementations that happen not to wait.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // Destructuring away a member is how the core drops `action` and `type`.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  { files: ['**/*.js', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        setTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
      },
    },
  },
  wall('domain', 'domain/ is pure: it imports nothing from outside', { packages: NO_PACKAGE }),
  wall('schemas', 'schemas/ knows only domain/ and packages that compute', {
    may: ['domain/'],
    packages: /^(typebox|ajv|ajv-formats|yaml)(\/|$)/,
  }),
  wall('workflows', 'workflow code is replayed: types and messages only', {
    types: ['domain/', ANSWERS],
    packages: /^@temporalio\/workflow$/,
  }),
  wall('ports', 'ports/ says what is needed in the words of domain/ and schemas/', {
    may: ['domain/', 'schemas/'],
    types: [ANSWERS],
    packages: NO_PACKAGE,
  }),
  wall('activities', 'activities/ knows domain/, schemas/, ports/ and the tables it writes', {
    may: ['domain/', 'schemas/', 'ports/', 'infra/db/', 'infra/crypto/'],
  }),
  wall('handlers', 'handlers/ knows domain/, schemas/ and ports/', {
    may: ['domain/', 'schemas/', 'ports/'],
    packages: NO_PACKAGE,
  }),
  wall(
    'api',
    'api/ knows domain/, schemas/, ports/ and workflows/messages: what is outside comes through a port',
    {
      may: ['domain/', 'schemas/', 'ports/', 'workflows/messages.ts'],
      packages: /^(?!pg$|kafkajs$|drizzle-orm|@temporalio\/)/,
    },
  ),
  wall('infra', 'infra/ implements ports and knows no caller', {
    may: ['domain/', 'schemas/', 'ports/', 'workflows/messages.ts'],
    types: [ANSWERS],
    never: ['infra/local/'],
  }),
  wall('infra/local', 'infra/local/ starts programs and knows nothing of the project', {}),
);
