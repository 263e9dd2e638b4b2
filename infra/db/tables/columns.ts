import { bigint, customType } from 'drizzle-orm/pg-core';

/** Instants are stored as the core counts them: milliseconds since the epoch. */
export const instant = (name: string) => bigint(name, { mode: 'number' });
export const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
