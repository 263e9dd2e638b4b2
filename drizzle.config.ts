import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './infra/db/tables.ts',
  out: './infra/db/migrations',
});
