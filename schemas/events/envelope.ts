import { Type, type Static, type TSchema } from 'typebox';
import type { ClockEvent } from '../../domain/clocks.ts';
import type { CommitmentEvent } from '../../domain/commitment/commitment.ts';
import type { ConferenceEvent } from '../../domain/conference/conference.ts';
import type { DisputeEvent } from '../../domain/dispute/events.ts';
import { CASE_KINDS, type CaseKind } from '../../domain/machine.ts';
import type { TaskEvent } from '../../domain/task/task.ts';
import { GradeCode, Id, Instant, LevelCode, OneOf } from '../parts.ts';
import type { EventContract } from './contract.ts';
import { EVENT_CONTRACTS } from './index.ts';
import { Code, Count, Nullable } from './parts.ts';
import { stepsFrom, UPCASTERS, type Upcaster, type Upcasters } from './upcast.ts';
import { faultOf } from './validate.ts';

/** The CloudEvents 1.0 envelope in which every event of a case leaves the outbox. */
export const Envelope = Type.Object({
  specversion: Type.Literal('1.0'),
  id: Type.String({
    pattern: '^[a-z]+:[A-Za-z0-9:._-]{1,80}:[1-9][0-9]*$',
    description:
      'Kind, case and version: the same for every delivery of an event, so consumers deduplicate by it.',
  }),
  source: Type.Literal('fengqiao'),
  type: Type.String({ pattern: `^cn\\.fengqiao\\.(${CASE_KINDS.join('|')})\\.[a-z-]+\\.v[1-9][0-9]*$` }),
  subject: Id(),
  time: Type.String({ format: 'date-time' }),
  datacontenttype: Type.Literal('application/json'),
  data: Type.Object({
    caseKind: OneOf(CASE_KINDS),
    caseId: Id(),
    version: Type.Integer({ minimum: 1, description: 'Counts the events of the case, without gaps.' }),
    disputeId: Nullable(Id()),
    region: Type.String({
      pattern: '^(\\d{4}|\\d{6}|\\d{9}|\\d{12}|\\d{15})?$',
      // The watch over a commitment that was settled before it was opened never learns its region.
      description: 'Empty only where the end of a case overtook its beginning.',
    }),
    stage: Code(),
    level: LevelCode(),
    grade: Nullable(GradeCode()),
    ownerId: Nullable(Id()),
    actorId: Id(),
    occurredAt: Nullable(Instant()),
    hop: Count(),
    event: Type.Object({ type: Code() }),
  }),
});

interface EventsOfKind {
  dispute: DisputeEvent | ClockEvent;
  task: TaskEvent | ClockEvent;
  conference: ConferenceEvent | ClockEvent;
  commitment: CommitmentEvent | ClockEvent;
}

type Enveloped = Static<typeof Envelope>;
type DataOf<K extends CaseKind> = Omit<Enveloped['data'], 'caseKind' | 'event'> & {
  caseKind: K;
  event: EventsOfKind[K];
};

/** An event as it comes from the bus: checked, and in its newest version. `data.caseKind` tells which events it may hold. */
export type BusEvent = Omit<Enveloped, 'data'> & { data: { [K in CaseKind]: DataOf<K> }[CaseKind] };

export type ReadFaultCode = 'malformed' | 'unknown_type' | 'unknown_version' | 'invalid_event';

export interface ReadFault {
  ok: false;
  code: ReadFaultCode;
  message: string;
  field?: string;
}

export interface ReadOptions {
  contracts?: ReadonlyMap<string, EventContract>;
  upcasters?: Upcasters;
}

/** What makes a message a CloudEvent at all, whoever sent it. */
const CloudEvent = Type.Object({
  specversion: Type.Literal('1.0'),
  id: Type.String({ minLength: 1 }),
  source: Type.String({ minLength: 1 }),
  type: Type.String({ minLength: 1 }),
});

/**
 * Reads the value of a message of `fengqiao.disputes.v1`: parses it, brings an old version up to date and checks it.
 * Unknown fields pass. A fault's message never quotes the message.
 */
export function readEvent(
  text: string,
  options: ReadOptions = {},
): { ok: true; event: BusEvent } | ReadFault {
  const { contracts = EVENT_CONTRACTS, upcasters = UPCASTERS } = options;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fault('malformed', 'not JSON');
  }
  const foreign = faultOf(CloudEvent, value);
  if (foreign) return fault('malformed', `not a CloudEvent: ${foreign.message}`, foreign.field);
  const name = nameOf((value as Static<typeof CloudEvent>).type);
  if (name === null || !isKnown(name.base, contracts)) {
    return fault('unknown_type', 'not a type this consumer knows', 'type');
  }
  // Before the envelope is looked at: a later version may have another one.
  const steps = stepsFrom(name.base, name.version, upcasters);
  const type = `${name.base}.v${name.version + steps.length}`;
  const contract = contracts.get(type);
  if (!contract) return fault('unknown_version', 'not a version this consumer knows', 'type');
  const outer = faultOf(Envelope, value) ?? contradiction(value as Enveloped, name.kind);
  if (outer) return fault('invalid_event', outer.message, outer.field);
  return finish({ ...(value as Enveloped), type }, steps, contract.schema);
}

interface TypeName {
  base: string;
  kind: string;
  version: number;
}

function nameOf(type: string): TypeName | null {
  const parts = /^(cn\.fengqiao\.([a-z]+)\.[a-z-]+)\.v([1-9]\d{0,5})$/.exec(type);
  return parts && { base: parts[1]!, kind: parts[2]!, version: Number(parts[3]) };
}

const isKnown = (base: string, contracts: ReadonlyMap<string, EventContract>): boolean =>
  [...contracts.keys()].some((type) => type.startsWith(`${base}.v`));

function finish(
  envelope: Enveloped,
  steps: Upcaster[],
  schema: TSchema,
): { ok: true; event: BusEvent } | ReadFault {
  let event: Record<string, unknown> = envelope.data.event;
  try {
    for (const step of steps) event = step(event);
  } catch {
    // The error's own message may quote what it choked on.
    return fault('invalid_event', 'cannot be brought to the present version', 'data.event');
  }
  const inner = faultOf(schema, event);
  if (inner) return fault('invalid_event', inner.message, `data.event.${inner.field}`.replace(/\.$/, ''));
  // The schema has just shown what the compiler cannot know here.
  return { ok: true, event: { ...envelope, data: { ...envelope.data, event } } as unknown as BusEvent };
}

/** Where the envelope says the same thing twice, it must say the same. */
function contradiction(
  { subject, data }: Enveloped,
  kind: string,
): { field: string; message: string } | null {
  if (data.caseKind !== kind)
    return { field: 'data.caseKind', message: 'must be the kind that the type names' };
  return subject === data.caseId ? null : { field: 'data.caseId', message: 'must be the subject' };
}

function fault(code: ReadFaultCode, message: string, field?: string): ReadFault {
  return { ok: false, code, message, ...(field && { field }) };
}
