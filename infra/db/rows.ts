import type { CaseKind, Clocked } from '../../domain/machine.ts';
import { isLive } from '../../domain/clocks.ts';
import { wakeAt } from '../../domain/machine.ts';
import type { Grade } from '../../domain/grading.ts';
import { rangeOf, type Level, type RegionCode } from '../../domain/regions.ts';
import type { Actor } from '../../domain/roles.ts';

export const DISPUTES_TOPIC = 'fengqiao.disputes.v1';

/** What lists, handlers and the workflow's screen want to know of a case of any kind. */
export interface CaseCodes {
  stage: string;
  level: Level;
  grade: Grade | null;
  category: string | null;
  region: RegionCode;
  ownerId: string | null;
  number: string | null;
  disputeId: string | null;
  policyVersion: string;
  title: string | null;
  /** Persons who may see the case whatever its region, and bodies as `body:<id>`. */
  members: string[];
  /** References of the texts that whoever sees the case may read, though they were written on another one. */
  texts: string[];
}

export const CLOCK_STATES = ['broken', 'soon', 'fine', 'none'] as const;
export type ClockState = (typeof CLOCK_STATES)[number];

/** One stored command with the events it led to. */
export interface Act {
  commandId: string;
  action: string;
  body: unknown;
  bodyHash: string;
  actor: Actor;
  events: { type: string }[];
  occurredAt: number | null;
  hop: number;
}

export interface CaseChange {
  kind: CaseKind;
  id: string;
  acts: Act[];
  /** After the last event. */
  state: Clocked;
  codes: CaseCodes;
  final: boolean;
  now: number;
}

export const eventIdOf = (kind: CaseKind, id: string, version: number): string => `${kind}:${id}:${version}`;

/** The case's new row; openedAt counts only when there is none yet. */
export function caseRow({ kind, id, state, codes, final, now }: CaseChange): Record<string, unknown> {
  return {
    ...{ kind, id, version: state.version, state, policy_version: codes.policyVersion },
    ...{ dispute_id: codes.disputeId, number: codes.number, region: codes.region },
    // As text: a JSON number of 15 digits is exact, a bigint is not JSON at all.
    region_number: rangeOf(codes.region).from.toString(),
    ...{ category: codes.category, stage: codes.stage, level: codes.level, grade: codes.grade },
    ...{ title: codes.title, members: codes.members, shown_texts: codes.texts, ...clockSummary(state) },
    ...{
      owner_id: codes.ownerId,
      final,
      next_wake_at_ms: wakeAt(state),
      opened_at_ms: now,
      updated_at_ms: now,
    },
  };
}

/**
 * How the clocks stand, for lists: broken while a breach is not yet behind the case, soon after a live clock's last
 * warning point, and the nearest deadline. A breach is behind when a later clock of the same kind has been met.
 */
function clockSummary({ clocks }: Clocked): { clock_state: ClockState; due_at_ms: number | null } {
  const running = clocks.filter((clock) => clock.state === 'running');
  const due_at_ms = running.length === 0 ? null : Math.min(...running.map((clock) => clock.dueAt));
  if (running.length === 0 && !clocks.some(isLive)) return { clock_state: 'none', due_at_ms };
  const broken = clocks.some(
    (clock, i) =>
      clock.state === 'broken' &&
      !clocks.slice(i + 1).some((later) => later.kind === clock.kind && later.state === 'met'),
  );
  const soon = running.some((clock) => clock.warned.length > 0 && clock.warnAt === null);
  return { clock_state: broken ? 'broken' : soon ? 'soon' : 'fine', due_at_ms };
}

export interface Published {
  kind: CaseKind;
  id: string;
  codes: CaseCodes;
  now: number;
  version: number;
  event: { type: string };
  actorId: string;
  occurredAt: number | null;
  hop: number;
}

/** An event as it goes to Kafka: CloudEvents 1.0, structured JSON. The codes are those after the whole act. */
export function cloudEvent({ kind, id, codes, now, version, event, ...about }: Published): string {
  return JSON.stringify({
    ...{ specversion: '1.0', id: eventIdOf(kind, id, version), source: 'fengqiao' },
    ...{ type: `cn.fengqiao.${kind}.${event.type}.v1`, subject: id },
    ...{ time: new Date(now).toISOString(), datacontenttype: 'application/json' },
    data: {
      ...{ caseKind: kind, caseId: id, version, disputeId: codes.disputeId, region: codes.region },
      ...{ stage: codes.stage, level: codes.level, grade: codes.grade, ownerId: codes.ownerId },
      ...{ ...about, event },
    },
  });
}

/** The rows of the event log and, for each, its CloudEvent for the outbox. Versions end at the state's. */
export function eventRows(change: CaseChange): { events: object[]; outbox: object[] } {
  const { kind, id, acts, state, codes, now } = change;
  let version = state.version - acts.reduce((count, act) => count + act.events.length, 0);
  const events: object[] = [];
  const outbox: object[] = [];
  for (const act of acts) {
    for (const event of act.events) {
      version += 1;
      const event_id = eventIdOf(kind, id, version);
      events.push({
        ...{ version, event_id, type: event.type, data: event, occurred_at_ms: act.occurredAt },
        ...{ actor_id: act.actor.id, command_id: act.commandId },
      });
      const about = { actorId: act.actor.id, occurredAt: act.occurredAt, hop: act.hop };
      const payload = cloudEvent({ kind, id, codes, now, version, event, ...about });
      outbox.push({ version, topic: DISPUTES_TOPIC, key: codes.disputeId ?? id, event_id, payload });
    }
  }
  return { events, outbox };
}
