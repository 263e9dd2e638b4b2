/**
 * `npm run audit:verify`: goes through the sealed audit log and exits 1 at the first row or seal that was altered, removed,
 * added or moved; says how much is not sealed yet, and the newest seal, which is worth keeping elsewhere.
 *
 *   -- --from 1200           begins at the seal with this row; what is before is taken on trust
 *   -- --key BASE64          a public key to trust, more than once for earlier keys; AUDIT_KEY's own is trusted by itself
 *   -- --anchor NUMBER:HASH  a seal that was noted earlier: finds out whether the end was cut off and sealed anew
 *   -- --json                the result as one line of JSON
 *   -- --public-key          prints the public key of AUDIT_KEY and does nothing else
 *
 * With `--key` and DATABASE_URL no other setting is needed, so it can run where no secret is.
 */
import { parseArgs } from 'node:util';
import pg from 'pg';
import { createSealChecker } from '../infra/audit/keys.ts';
import { rowsToVerify, verifyAudit, type Verified } from '../infra/audit/verify.ts';
import { ConfigError } from '../infra/config.ts';
import { configForTool } from './wiring/local-config.ts';
import { progress } from './wiring/progress.ts';

const usage = (message: string): never => {
  process.stderr.write(`${message}\n`);
  process.exit(2);
};

const { values } = parseArgs({
  options: {
    from: { type: 'string', default: '0' },
    key: { type: 'string', multiple: true, default: [] },
    anchor: { type: 'string' },
    json: { type: 'boolean', default: false },
    'public-key': { type: 'boolean', default: false },
  },
});
const { databaseUrl, publicKey } = settings();
if (values['public-key']) {
  if (publicKey === null) usage('AUDIT_KEY is missing');
  process.stdout.write(`${publicKey}\n`);
  process.exit(0);
}
const fromId = Number(values.from);
if (!Number.isSafeInteger(fromId) || fromId < 0) usage('--from must be the id of a row');
const anchor = anchorOf(values.anchor);
const keys = publicKey === null ? values.key : [publicKey, ...values.key];
if (keys.length === 0) usage('whose signature counts? AUDIT_KEY or --key is missing');

const client = new pg.Client({ connectionString: databaseUrl, application_name: 'audit-verify' });
await client.connect();
const shown = progress('audit rows', await rowsToVerify(client, fromId));
const began = performance.now();
const verified = await verifyAudit(client, {
  ...{ checker: checkerOf(keys), fromId, onProgress: (rows) => shown.add(rows) },
  ...(anchor !== undefined && { anchor }),
});
shown.end();
await client.end();
const took_s = (performance.now() - began) / 1_000;
process.stdout.write(values.json ? `${JSON.stringify(verified)}\n` : spoken(verified, took_s));
process.exit(verified.found === null ? 0 : 1);

/** An auditor has the address of the database and a public key, and nothing else. */
function settings(): { databaseUrl: string; publicKey: string | null } {
  const url = process.env['DATABASE_URL'];
  if (url && values.key.length > 0) return { databaseUrl: url, publicKey: null };
  try {
    const config = configForTool();
    return { databaseUrl: config.databaseUrl, publicKey: config.auditKey?.publicKey ?? null };
  } catch (error) {
    if (error instanceof ConfigError) return usage(error.message);
    throw error;
  }
}

function checkerOf(publicKeys: string[]) {
  try {
    return createSealChecker(publicKeys);
  } catch (error) {
    return usage(`--key: ${(error as Error).message}`);
  }
}

function anchorOf(text: string | undefined): { seal: number; hash: string } | undefined {
  if (text === undefined) return undefined;
  const [, number, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (number === undefined || hash === undefined) return usage('--anchor must be NUMBER:HASH');
  return { seal: Number(number), hash };
}

function spoken({ seals, rows, found, tail, newest }: Verified, took_s: number): string {
  const lines = [`${rows} rows in ${seals} seals are as they were sealed (${took_s.toFixed(1)} s)`];
  if (found !== null) {
    const where = found.seal === null || found.what === 'seal' ? '' : ` of seal ${found.seal}`;
    lines.push(`FOUND ${found.fault}: ${found.what} ${found.id}${where} ${found.explanation}`);
  }
  lines.push(
    tail.rows === 0
      ? 'nothing waits to be sealed'
      : `${tail.rows} rows are not sealed yet, the oldest for ${(tail.oldest_ms / 1_000).toFixed(1)} s`,
  );
  if (newest !== null && found === null)
    lines.push(`newest seal, to be kept elsewhere: ${newest.seal}:${newest.hash}`);
  return `${lines.join('\n')}\n`;
}
