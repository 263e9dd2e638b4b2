import { defineConfig } from 'vitest/config';

const slow = { testTimeout: 120_000, hookTimeout: 180_000, fileParallelism: false } as const;
const execArgv = ['--disable-warning=TimeoutNegativeWarning'];

export default defineConfig({
  test: {
    execArgv,
    projects: [
      { test: { name: 'unit', include: ['tests/unit/**/*.test.ts'], testTimeout: 30_000, execArgv } },
      {
        test: {
          name: 'real',
          include: ['tests/{workflow,replay,integration,faults,e2e}/**/*.test.ts'],
          pool: 'forks',
          execArgv,
          ...slow,
        },
      },
    ],
  },
});
