import type pg from 'pg';
import type { CaseKind } from '../../domain/machine.ts';
import type { Actor } from '../../domain/roles.ts';

/** A command as it lies stored, waiting for or holding its answer. */
export interface StoredCommand {
  action: string;
  body: object;
  actor: Actor;
  expectedVersion: number | null;
  occurredAt: number | null;
  hop: number;
  answer: object | null;
}

export interface LockedCase {
  version: number;
  state: object | null;
  policyVersion: string | null;
  command: StoredCommand | null;
  directoryVersion: number;
}

export interface EventRow {
  version: number;
  eventId: string;
  type: string;
  data: object;
  commandId: string;
  actorId: string;
}

/** The current row of a case with the columns that lists and the watchdog look at. */
export interface CaseRow {
  version: number;
  state: object;
  policyVersion: string;
  disputeId: string | null;
  number: string | null;
  region: string;
  category: string | null;
  stage: string;
  level: string;
  grade: string | null;
  ownerId: string | null;
  final: boolean;
  nextWakeAt: number | null;
}

export interface OutboxRow {
  topic: string;
  eventId: string;
  payload: string;
}

export interface Answered {
  commandId: string;
  action: string;
  actor: Actor;
  answer: object;
  /** False for clock marks, which nobody asked for and which are stored here for the first time. */
  stored: boolean;
}

/**
 * Locks a case until the transaction ends and reads all that a decision needs, in one round trip. The advisory lock also
 * covers a case that has no row yet, so two openings cannot race.
 */
export async function lockCase(
  tx: pg.ClientBase,
  kind: CaseKind,
  id: string,
  commandId: string | null,
): Promise<LockedCase> {
  await tx.query({
    name: 'lock-case',
    text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))',
    values: [`${kind}:${id}`],
  });
  const { rows } = await tx.query<{
    version: number | null;
    state: object | null;
    policy_version: string | null;
    command: { [K in keyof StoredCommand]: StoredCommand[K] } | null;
    directory_version: number;
  }>({
    name: 'read-case',
    text: `
      SELECT c.version, c.state, c.policy_version, d.version AS directory_version,
        CASE WHEN m.command_id IS NULL THEN NULL ELSE jsonb_build_object('action', m.action, 'body', m.body, 'actor', m.actor,
          'expectedVersion', m.expected_version, 'occurredAt', m.occurred_at_ms, 'hop', m.hop, 'answer', m.answer) END AS command
      FROM directory_version d
      LEFT JOIN cases c ON c.kind = $1 AND c.id = $2
      LEFT JOIN commands m ON m.command_id = $3 AND m.case_kind = $1 AND m.case_id = $2`,
    values: [kind, id, commandId],
  });
  const row = rows[0]!;
  return {
    version: row.version ?? 0,
    state: row.state,
    policyVersion: row.policy_version,
    command: row.command,
    directoryVersion: row.directory_version,
  };
}

/**
 * Writes all that a decision led to, in one statement: events, the current row, outbox and answers. Either everything of
 * it is there afterwards, or nothing.
 */
export async function writeCase(
  tx: pg.ClientBase,
  target: { kind: CaseKind; id: string; now: number; occurredAt: number | null },
  row: CaseRow,
  events: EventRow[],
  outbox: OutboxRow[],
  answered: Answered[],
): Promise<void> {
  const { kind, id, now, occurredAt } = target;
  await tx.query({
    name: 'write-case',
    text: `
      WITH new_events AS (
        INSERT INTO events (case_kind, case_id, version, event_id, type, data, recorded_at_ms, occurred_at_ms, actor_id, command_id)
        SELECT $1, $2, e.version, e."eventId", e.type, e.data, $3, $4, e."actorId", e."commandId"
        FROM jsonb_to_recordset($5::jsonb) AS e(version int, "eventId" text, type text, data jsonb, "actorId" text, "commandId" text)
      ), new_outbox AS (
        INSERT INTO outbox (topic, key, event_id, payload)
        SELECT o.entry->>'topic', $6, o.entry->>'eventId', o.entry->>'payload'
        FROM jsonb_array_elements($7::jsonb) WITH ORDINALITY AS o(entry, position)
        ORDER BY o.position
      ), answers AS (
        INSERT INTO commands (command_id, case_kind, case_id, action, body, body_hash, actor, recorded_at_ms, answer, decided_at_ms)
        SELECT a."commandId", $1, $2, a.action, '{}', '', a.actor, $3, a.answer, $3
        FROM jsonb_to_recordset($8::jsonb) AS a("commandId" text, action text, actor jsonb, answer jsonb)
        ON CONFLICT (command_id) DO UPDATE SET answer = excluded.answer, decided_at_ms = excluded.decided_at_ms
      )
      INSERT INTO cases (kind, id, version, state, policy_version, dispute_id, number, region, region_number, category,
        stage, level, grade, owner_id, final, next_wake_at_ms, opened_at_ms, updated_at_ms)
      SELECT $1, $2, r.version, r.state, r."policyVersion", r."disputeId", r.number, r.region,
        rpad(r.region, 15, '0')::bigint, r.category, r.stage, r.level, r.grade, r."ownerId", r.final, r."nextWakeAt", $3, $3
      FROM jsonb_to_record($9::jsonb) AS r(version int, state jsonb, "policyVersion" text, "disputeId" text, number text,
        region text, category text, stage text, level text, grade text, "ownerId" text, final boolean, "nextWakeAt" bigint)
      WHERE r.version > 0
      ON CONFLICT (kind, id) DO UPDATE SET version = excluded.version, state = excluded.state, category = excluded.category,
        region = excluded.region, region_number = excluded.region_number, stage = excluded.stage, level = excluded.level,
        grade = excluded.grade, owner_id = excluded.owner_id, final = excluded.final,
        next_wake_at_ms = excluded.next_wake_at_ms, updated_at_ms = excluded.updated_at_ms`,
    values: [
      ...[kind, id, now, occurredAt, JSON.stringify(events), row.disputeId ?? id],
      ...[JSON.stringify(outbox), JSON.stringify(answered), JSON.stringify(row)],
    ],
  });
}
