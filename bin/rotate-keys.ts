/**
 * `npm run rotate-keys`: seals every encrypted field anew with the first key of FIELD_KEYS and the suite of FIELD_SUITE,
 * while the engine runs, and says which keys are still in use; exits 1 when it is more than that one. `-- --hashes` makes
 * the hashes for exact search anew as well: after HASH_KEY or FIELD_SUITE has changed. It may be stopped and started again.
 */
import { parseArgs } from 'node:util';
import pg from 'pg';
import { createFieldCipher } from '../infra/crypto/field-cipher.ts';
import { fieldsToRotate, keysInUse, rotateColumn, SEALED_COLUMNS } from '../infra/crypto/rotate.ts';
import { configForTool } from './wiring/local-config.ts';
import { progress } from './wiring/progress.ts';

const { values } = parseArgs({ options: { hashes: { type: 'boolean', default: false } } });
const { databaseUrl, fieldKeys, fieldSuite: suite, hashKey } = configForTool();
const key = fieldKeys[0]!.name;
const options = {
  cipher: createFieldCipher(fieldKeys, { suite, hashKey }),
  suite,
  key,
  hashes: values.hashes,
};
const client = new pg.Client({ connectionString: databaseUrl, application_name: 'rotate-keys' });
await client.connect();
for (const column of SEALED_COLUMNS) {
  const name = `${column.table}.${column.column}`;
  const shown = progress(name, await fieldsToRotate(client, column, options));
  const { sealed, hashed } = await rotateColumn(client, column, {
    ...options,
    onProgress: (fields) => shown.add(fields),
  });
  shown.end();
  process.stdout.write(`${name}: ${sealed} fields sealed anew, ${hashed} hashes made anew\n`);
}
const uses = await keysInUse(client);
for (const use of uses)
  process.stdout.write(
    `${use.table}.${use.column}: ${use.fields} fields with key ${use.key} (${use.suite})\n`,
  );
const old = uses.filter((use) => use.key !== key || use.suite !== suite);
process.stdout.write(
  old.length === 0
    ? `no field needs any other key than ${key}: the others can be dropped from FIELD_KEYS\n`
    : `other keys are still in use: is a process running that has them first? restart it and run this again\n`,
);
await client.end();
process.exit(old.length === 0 ? 0 : 1);
