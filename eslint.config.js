import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Import walls: who may know whom. The reason stands in docs/adr/0001. */
const wall = (files, forbidden, reason) => ({
  files,
  rules: {
    'no-restricted-imports': ['error', { patterns: [{ regex: forbidden, message: reason }] }],
  },
});

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
  wall(
    ['domain/**'],
    '^(?!\\./|\\.\\./).*|\\.\\./(\\.\\./)*(schemas|workflows|activities|handlers|api|infra|ports|bin|web)/',
    'domain/ is pure: it imports nothing from outside',
  ),
  wall(
    ['schemas/**'],
    '\\.\\./(workflows|activities|handlers|infra|bin|web)/|\\.\\./\\.\\./api/',
    'schemas/ knows only domain/',
  ),
  wall(
    ['workflows/**'],
    '/(activities|handlers|api|infra|bin|web)/(?!.*\\.types)',
    'workflow code is replayed: types and messages only',
  ),
  wall(
    ['activities/**'],
    '^\\.\\./(handlers|api|bin|web)/',
    'activities/ knows domain/, schemas/ and what infra/ gives it',
  ),
  wall(['handlers/**'], '/(api|activities|bin|web)/', 'handlers/ knows domain/, schemas/ and ports'),
  wall(['infra/**'], '/(api|handlers|bin|web)/', 'infra/ implements ports and knows no caller'),
);
