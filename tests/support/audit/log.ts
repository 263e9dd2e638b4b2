import { isDeepStrictEqual } from 'node:util';
import { codesOf, machineOf } from '../../../activities/machines.ts';
import { fold, type CaseKind, type Clocked } from '../../../domain/machine.ts';
import type { Queryable } from '../../../infra/db/pool.ts';
import { caseRow } from '../../../infra/db/rows.ts';

interface EventRow {
  case_kind: CaseKind;
  case_id: string;
  version: number;
  event_id: string;
  type: string;
  data: { type: string };
  recorded_at_ms: number;
  occurred_at_ms: number | null;
  actor_id: string;
  command_id: string;
}
type CaseRow = { kind: CaseKind; id: string; state: Clocked; version: number } & Record<string, unknown>;
interface CommandRow {
  command_id: string;
  case_kind: string;
  case_id: string;
  action: string;
  actor: { id: string };
  occurred_at_ms: number | null;
  answer: { ok?: boolean; version?: number } | null;
  decided_at_ms: number | null;
}

const nameOf = (kind: string, id: string): string => `${kind} ${id}`;

/** Event log, rows and commands against each other. */
export async function auditLog(db: Queryable): Promise<string[]> {
  const events = (
    await db.query<EventRow>('SELECT * FROM events ORDER BY case_kind, case_id, version, event_id')
  ).rows;
  const cases = (await db.query<CaseRow>('SELECT * FROM cases ORDER BY kind, id')).rows;
  const commands = (await db.query<CommandRow>('SELECT * FROM commands ORDER BY command_id')).rows;
  const logs = Map.groupBy(events, (event) => nameOf(event.case_kind, event.case_id));
  const names = new Set(cases.map(({ kind, id }) => nameOf(kind, id)));
  return [
    ...cases.flatMap((row) => caseFaults(row, logs.get(nameOf(row.kind, row.id)) ?? [])),
    ...[...logs.keys()].filter((name) => !names.has(name)).map((name) => `${name}: events without a row`),
    ...repeated(events.map((event) => event.event_id)).map((id) => `event ${id}: twice`),
    ...commandFaults(commands, events),
  ];
}

function repeated(ids: string[]): string[] {
  const seen = new Set<string>();
  return [...new Set(ids.filter((id) => seen.size === seen.add(id).size))];
}

/** Versions without gap or double, and the row as the log says. */
function caseFaults(row: CaseRow, log: EventRow[]): string[] {
  const name = nameOf(row.kind, row.id);
  const faults: string[] = [];
  if (log.length === 0) faults.push(`${name}: a row without events`);
  const wrong = log.findIndex(({ version }, i) => version !== i + 1);
  if (wrong >= 0) {
    const version = log[wrong]!.version;
    faults.push(`${name}: version ${version} where ${wrong + 1} belongs (a gap or a double)`);
  }
  if (row.version !== log.length) faults.push(`${name}: row version ${row.version}, ${log.length} events`);
  for (const { event_id, type, data, version } of log) {
    if (event_id !== `${row.kind}:${row.id}:${version}`) faults.push(`${name}: event id ${event_id}`);
    if (data.type !== type) faults.push(`${name}: event ${version} is called ${type}`);
  }
  if (faults.length > 0) return faults;
  return rowFaults(row, log).map((fault) => `${name}: ${fault}`);
}

function rowFaults(row: CaseRow, log: EventRow[]): string[] {
  const machine = machineOf(row.kind);
  let state: Clocked = { ...machine.initial, id: row.id };
  try {
    for (const { data, recorded_at_ms } of log) state = fold(machine, state, data, recorded_at_ms);
  } catch (error) {
    return [`the log cannot be folded (${String(error)})`];
  }
  const change = {
    ...{ kind: row.kind, id: row.id, acts: [], state, codes: codesOf(row.kind, state) },
    ...{ final: machine.isFinal(state), now: log.at(-1)!.recorded_at_ms },
  };
  // As it went into the database: through JSON, which knows no undefined.
  const wanted = JSON.parse(JSON.stringify(caseRow(change))) as Record<string, unknown>;
  wanted['region_number'] = Number(wanted['region_number']);
  wanted['opened_at_ms'] = log[0]!.recorded_at_ms;
  return Object.entries(wanted)
    .filter(([column, value]) => !isDeepStrictEqual(row[column], value))
    .map(([column, value]) => {
      const parts = column === 'state' ? stateDifference(row.state, value as Clocked) : null;
      return parts ?? `${column} is ${JSON.stringify(row[column])}, the log says ${JSON.stringify(value)}`;
    });
}

function stateDifference(stored: Clocked, folded: Clocked): string {
  const keys = new Set([...Object.keys(stored), ...Object.keys(folded)]) as Set<keyof Clocked>;
  const wrong = [...keys].filter((key) => !isDeepStrictEqual(stored[key], folded[key]));
  return `state is not what the log folds to (${wrong.join(', ')})`;
}

/** Each command was answered, and its events are the ones its answer speaks of. */
function commandFaults(commands: CommandRow[], events: EventRow[]): string[] {
  const led = Map.groupBy(events, (event) => event.command_id);
  const known = new Set(commands.map(({ command_id }) => command_id));
  const strangers = [...led.keys()].filter((id) => !known.has(id));
  return [
    ...strangers.map((id) => `event ${led.get(id)![0]!.event_id}: no command ${id} is stored`),
    ...commands.flatMap((command) =>
      answerFaults(command, led.get(command.command_id) ?? []).map(
        (fault) => `command ${command.command_id} (${command.action}): ${fault}`,
      ),
    ),
  ];
}

function answerFaults(command: CommandRow, led: EventRow[]): string[] {
  const { answer, case_kind, case_id, actor, decided_at_ms, occurred_at_ms } = command;
  if (answer === null) return ['no answer'];
  // Intake answers with what was taken; its case has an id of its own.
  const ok = answer.ok ?? command.action === 'report';
  if (!ok) return led.length === 0 ? [] : ['refused, but it has events'];
  const faults: string[] = [];
  if (led.some((event) => event.case_kind !== case_kind || event.case_id !== case_id))
    faults.push('its events belong to another case');
  if (led.some((event) => event.actor_id !== actor.id)) faults.push('its events name another actor');
  if (led.some((event) => event.recorded_at_ms !== decided_at_ms))
    faults.push('its events were recorded at another time');
  if (led.some((event) => event.occurred_at_ms !== occurred_at_ms))
    faults.push('its events happened at another time');
  const last = led.at(-1)?.version;
  if (led.some((event, i) => event.version !== led[0]!.version + i))
    faults.push('its events do not follow each other');
  // A mark that fired before a command, or before another mark, shares that one's transaction and version.
  const fits =
    last === undefined || (command.action === 'tick' ? answer.version! >= last : answer.version === last);
  if (!fits) faults.push(`answered with version ${answer.version}, its last event is ${last}`);
  if (command.action === 'tick' && last === undefined) faults.push('a mark without events');
  return faults;
}
