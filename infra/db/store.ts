import type { CaseKind, Clocked } from '../../domain/machine.ts';
import type { Actor } from '../../domain/roles.ts';
import type { Queryable } from './pool.ts';
import { caseRow, eventRows, type CaseChange } from './rows.ts';

export interface StoredCommand {
  caseKind: string;
  caseId: string;
  action: string;
  body: Record<string, unknown>;
  actor: Actor;
  expectedVersion: number | null;
  occurredAt: number | null;
  hop: number;
  answer: unknown;
}

export interface Locked {
  state: Clocked | null;
  updatedAt: number;
  command: StoredCommand | null;
  directoryVersion: number;
}

// The command row is locked too: a waiter would otherwise see the newest case beside a command as it was before the wait.
const LOCK = `
  WITH c AS (SELECT state, updated_at_ms FROM cases WHERE kind = $1 AND id = $2 FOR UPDATE),
       m AS (SELECT * FROM commands WHERE command_id = $3 AND (SELECT count(*) FROM c) >= 0 FOR UPDATE)
  SELECT c.state, c.updated_at_ms AS updated_at, d.version AS directory_version,
    m.command_id, m.case_kind, m.case_id, m.action, m.body, m.actor, m.expected_version, m.occurred_at_ms, m.hop, m.answer
  FROM directory_version d LEFT JOIN c ON true LEFT JOIN m ON true`;

interface LockRow {
  state: Clocked | null;
  updated_at: number | null;
  directory_version: number;
  command_id: string | null;
  case_kind: string;
  case_id: string;
  action: string;
  body: Record<string, unknown>;
  actor: Actor;
  expected_version: number | null;
  occurred_at_ms: number | null;
  hop: number;
  answer: unknown;
}

/** Locks a case and reads what deciding needs. A case that has no row yet is locked by its name until the commit. */
export async function lockCase(
  tx: Queryable,
  kind: CaseKind,
  id: string,
  commandId: string | null,
): Promise<Locked> {
  const locked = await lockOnce(tx, kind, id, commandId);
  if (locked.state !== null) return locked;
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`${kind}:${id}`]);
  // Whoever held the name may have made the row meanwhile.
  return lockOnce(tx, kind, id, commandId);
}

async function lockOnce(
  tx: Queryable,
  kind: CaseKind,
  id: string,
  commandId: string | null,
): Promise<Locked> {
  const { rows } = await tx.query<LockRow>({ name: 'lock-case', text: LOCK, values: [kind, id, commandId] });
  const row = rows[0]!;
  const command: StoredCommand | null =
    row.command_id === null
      ? null
      : {
          ...{
            caseKind: row.case_kind,
            caseId: row.case_id,
            action: row.action,
            body: row.body,
            actor: row.actor,
          },
          ...{
            expectedVersion: row.expected_version,
            occurredAt: row.occurred_at_ms,
            hop: row.hop,
            answer: row.answer,
          },
        };
  return {
    state: row.state,
    updatedAt: row.updated_at ?? 0,
    command,
    directoryVersion: row.directory_version,
  };
}

export const COMMAND_COLUMNS =
  'command_id, case_kind, case_id, action, body, body_hash, actor, expected_version, occurred_at_ms, hop, recorded_at_ms, answer, decided_at_ms, cause';
export const COMMAND_TYPES =
  'command_id text, case_kind text, case_id text, action text, body jsonb, body_hash text, actor jsonb, expected_version int, occurred_at_ms bigint, hop int, recorded_at_ms bigint, answer jsonb, decided_at_ms bigint, cause text';
export const ROW_COLUMNS =
  'kind, id, version, state, policy_version, dispute_id, number, region, region_number, category, stage, level, grade, owner_id, title, clock_state, due_at_ms, members, shown_texts, final, next_wake_at_ms, opened_at_ms, updated_at_ms';
const RENEWED = ROW_COLUMNS.split(', ')
  .filter((column) => !['kind', 'id', 'opened_at_ms'].includes(column))
  .map((column) => `${column} = excluded.${column}`)
  .join(', ');

/** $1 events, $2 outbox, $3 row, $4 commands, $5 now. */
const WRITE = `
  e AS (INSERT INTO events (case_kind, case_id, version, event_id, type, data, recorded_at_ms, occurred_at_ms, actor_id, command_id)
    SELECT $3::jsonb->>'kind', $3::jsonb->>'id', x.version, x.event_id, x.type, x.data, $5::bigint, x.occurred_at_ms, x.actor_id, x.command_id
    FROM jsonb_to_recordset($1::jsonb) AS x(version int, event_id text, type text, data jsonb, occurred_at_ms bigint, actor_id text, command_id text)),
  o AS (INSERT INTO outbox (topic, key, event_id, payload)
    SELECT x.topic, x.key, x.event_id, x.payload
    FROM jsonb_to_recordset($2::jsonb) AS x(version int, topic text, key text, event_id text, payload text) ORDER BY x.version),
  r AS (INSERT INTO cases (${ROW_COLUMNS})
    SELECT ${ROW_COLUMNS} FROM jsonb_populate_record(null::cases, $3::jsonb)
    ON CONFLICT (kind, id) DO UPDATE SET ${RENEWED})`;

const insertCommands = `INSERT INTO commands (${COMMAND_COLUMNS}) SELECT ${COMMAND_COLUMNS} FROM jsonb_to_recordset($4::jsonb) AS x(${COMMAND_TYPES})`;

const APPEND = `
  WITH k AS (${insertCommands}), ${WRITE}
  UPDATE commands SET answer = $7::jsonb, decided_at_ms = $5 WHERE command_id = $6 AND answer IS NULL`;

const ANSWER = `UPDATE commands SET answer = $1::jsonb, decided_at_ms = $2 WHERE command_id = $3 AND answer IS NULL`;

/**
 * Writes what an apply decided, in one statement: clock commands, events, outbox, row and the answer. Without events
 * only the answer is written. Throws when the command has an answer already: that is a bug, the row was locked.
 */
export async function appendCase(
  tx: Queryable,
  change: CaseChange | null,
  answered: { commandId: string; answer: unknown; now: number } | null,
): Promise<void> {
  if (change === null) {
    if (answered === null) return;
    const values = [JSON.stringify(answered.answer), answered.now, answered.commandId];
    assertAnswered(await tx.query(ANSWER, values));
    return;
  }
  const { events, outbox } = eventRows(change);
  // A command's own row is there already; only what clocks did is stored together with its outcome.
  const clockActs = change.acts.filter((act) => act.commandId !== answered?.commandId);
  const values = [
    ...[events, outbox, caseRow(change), commandRows(change, clockActs)].map((part) => JSON.stringify(part)),
    ...[change.now, answered?.commandId ?? null, answered === null ? null : JSON.stringify(answered.answer)],
  ];
  const result = await tx.query({ name: 'append-case', text: APPEND, values });
  if (answered !== null) assertAnswered(result);
}

function assertAnswered({ rowCount }: { rowCount: number | null }): void {
  if (rowCount !== 1) throw new Error('the command was answered by somebody else');
}

/** Rows of `commands` for acts that have their answer. */
export const commandRows = (change: CaseChange, acts: CaseChange['acts'], answer?: unknown): object[] =>
  acts.map((act) => ({
    ...{
      command_id: act.commandId,
      case_kind: change.kind,
      case_id: change.id,
      action: act.action,
      body: act.body,
    },
    ...{ body_hash: act.bodyHash, actor: act.actor, occurred_at_ms: act.occurredAt, hop: act.hop },
    ...{ recorded_at_ms: change.now, decided_at_ms: change.now },
    answer: answer ?? { ok: true, version: change.state.version },
  }));

export type Recorded = { known: false } | { known: true; sameBody: boolean; answer: unknown; caseId: string };

export interface NewCommand {
  commandId: string;
  kind: CaseKind;
  caseId: string;
  action: string;
  body: object;
  bodyHash: string;
  actor: Actor;
  expectedVersion: number | null;
  occurredAt: number | null;
  hop: number;
  recordedAt: number;
  /** `<group>:<eventId>` of a handler's command. */
  cause?: string;
}

const RECORD = `
  WITH k AS (${insertCommands.replace('$4', '$1')} ON CONFLICT DO NOTHING RETURNING 1),
  t AS (INSERT INTO texts (id, case_id, body, recorded_at_ms)
    SELECT x.id, $3, x.body, $4 FROM jsonb_to_recordset($2::jsonb) AS x(id text, body text) WHERE EXISTS (SELECT FROM k))
  SELECT EXISTS (SELECT FROM k) AS inserted`;

/** Stores a command and its texts before it is sent; a known id tells whether the body is the same, and its answer. */
export async function recordCommand(
  db: Queryable,
  command: NewCommand,
  texts: { id: string; body: string }[] = [],
): Promise<Recorded> {
  const row = {
    ...{
      command_id: command.commandId,
      case_kind: command.kind,
      case_id: command.caseId,
      action: command.action,
    },
    ...{ body: command.body, body_hash: command.bodyHash, actor: command.actor, hop: command.hop },
    ...{ expected_version: command.expectedVersion, occurred_at_ms: command.occurredAt },
    ...{ recorded_at_ms: command.recordedAt, cause: command.cause ?? null },
  };
  const values = [JSON.stringify([row]), JSON.stringify(texts), command.caseId, command.recordedAt];
  const { rows } = await db.query<{ inserted: boolean }>({ name: 'record-command', text: RECORD, values });
  return rows[0]!.inserted ? { known: false } : recordedBefore(db, command.commandId, command.bodyHash);
}

/** What was stored for a command that came again. Throws when nothing was. */
export async function recordedBefore(db: Queryable, commandId: string, bodyHash: string): Promise<Recorded> {
  // A statement of its own: the one that lost the race cannot see the row that won it.
  const { rows } = await db.query<{ body_hash: string; answer: unknown; case_id: string }>(
    'SELECT body_hash, answer, case_id FROM commands WHERE command_id = $1',
    [commandId],
  );
  const row = rows[0];
  if (row === undefined) throw new Error('neither stored nor known');
  return { known: true, sameBody: row.body_hash === bodyHash, answer: row.answer, caseId: row.case_id };
}

/** Removes texts that no event will ever refer to. */
export async function forgetTexts(tx: Queryable, ids: string[]): Promise<void> {
  if (ids.length > 0) await tx.query('DELETE FROM texts WHERE id = ANY($1)', [ids]);
}
