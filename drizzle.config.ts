import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './infra/db/tables/index.ts',
  out: './infra/db/migrations',
});
