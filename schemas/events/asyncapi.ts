import { stringify } from 'yaml';
import type { CaseKind } from '../../domain/machine.ts';
import type { EventContract } from './contract.ts';
import { DEAD_LETTER_EVENT, DEAD_LETTER_EXAMPLE } from './dead-letter.ts';
import { Envelope } from './envelope.ts';
import { EVENT_CONTRACTS, cloudEventType, type BusContract } from './index.ts';
import { REPORT_EVENT } from './report.ts';
import { GRID, MORNING } from './samples.ts';

const HEAD = '# Made from schemas/events/ by bin/make-asyncapi.ts: change the schemas, not this file.\n';
const CONTENT_TYPE = 'application/cloudevents+json; charset=UTF-8';

/** The whole of docs/asyncapi.yaml: the same for the same contracts, whenever and wherever it is made. */
export function asyncApiText(contracts: ReadonlyMap<string, BusContract> = EVENT_CONTRACTS): string {
  // Without aliases, which few readers of AsyncAPI understand.
  const style = {
    compat: 'yaml-1.1' as const,
    aliasDuplicateObjects: false,
    lineWidth: 0,
    singleQuote: true,
  };
  return HEAD + stringify(asyncApi([...contracts.values()]), style);
}

function asyncApi(contracts: BusContract[]): object {
  const ref = (path: string) => ({ $ref: `#/${path}` });
  const types = contracts.map(cloudEventType);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Fengqiao events',
      version: '1.0.0',
      description:
        'What the dispute engine tells and is told over Kafka, as CloudEvents 1.0 in structured JSON. ' +
        'The number at the end of a type grows when a consumer of the present one would go wrong; fields may be added ' +
        'without it, so ignore what you do not know. Events hold ids, codes and references to texts (txt_…), never the ' +
        'texts or anybody’s name. Messages may come twice: deduplicate by id.',
    },
    defaultContentType: CONTENT_TYPE,
    channels: {
      disputes: {
        address: 'fengqiao.disputes.v1',
        description:
          'Everything that happens to disputes and to their tasks, conferences and commitments. The key is the dispute’s ' +
          'id (of a case without a dispute its own), so what belongs to one dispute keeps its order.',
        messages: Object.fromEntries(types.map((type) => [type, ref(`components/messages/${type}`)])),
      },
      deadLetters: {
        address: 'fengqiao.disputes.v1.dlq',
        description:
          'Notices of messages that a group of handlers could not carry out, under the key of the message.',
        messages: { deadLetter: ref('components/messages/deadLetter') },
      },
      reports: {
        address: 'fengqiao.reports.v1',
        description: 'Reports from other systems. The same source and id twice is one report.',
        messages: { report: ref('components/messages/report') },
      },
    },
    operations: {
      sendEvents: { action: 'send', channel: ref('channels/disputes') },
      sendDeadLetters: { action: 'send', channel: ref('channels/deadLetters') },
      receiveReports: { action: 'receive', channel: ref('channels/reports') },
    },
    components: {
      messages: {
        ...Object.fromEntries(contracts.map((contract) => [cloudEventType(contract), message(contract)])),
        deadLetter: {
          summary: 'A message was set aside; it is kept in the database and shown to the operator.',
          payload: ref('components/schemas/DeadLetter'),
          examples: [{ payload: DEAD_LETTER_EXAMPLE }],
        },
        report: {
          summary: 'Somebody tells of a quarrel, a need, a hazard or an opinion.',
          payload: ref('components/schemas/Report'),
          examples: [{ payload: REPORT_EXAMPLE }],
        },
      },
      messageTraits: {
        keyed: {
          contentType: CONTENT_TYPE,
          bindings: {
            kafka: { key: { type: 'string', description: 'The dispute’s id.' }, bindingVersion: '0.5.0' },
          },
        },
      },
      schemas: {
        CaseEvent: plain(Envelope),
        ...Object.fromEntries(contracts.map((contract) => [schemaName(contract), plain(contract.schema)])),
        DeadLetter: plain(DEAD_LETTER_EVENT),
        Report: {
          description: 'A CloudEvent whose data is a report as the API takes it.',
          ...plain(REPORT_EVENT),
        },
      },
    },
  };
}

function message(contract: BusContract): object {
  const { kind, type, summary } = contract;
  const event = { $ref: `#/components/schemas/${schemaName(contract)}` };
  const data = { type: 'object', properties: { caseKind: { const: kind }, event } };
  return {
    ...{ name: cloudEventType(contract), title: `${kind}: ${type}`, summary },
    traits: [{ $ref: '#/components/messageTraits/keyed' }],
    payload: {
      allOf: [
        { $ref: '#/components/schemas/CaseEvent' },
        { type: 'object', properties: { type: { const: cloudEventType(contract) }, data } },
      ],
    },
    examples: [{ payload: exampleOf(contract) }],
  };
}

/** Clock events are one schema for all kinds; their types begin with `clock-` and no other's does. */
const schemaName = ({ kind, type, version }: BusContract): string =>
  type.startsWith('clock-') ? `${type}.v${version}` : `${kind}.${type}.v${version}`;

/** Only what JSON has: TypeBox keeps notes of its own on a schema. */
const plain = (schema: object): object => JSON.parse(JSON.stringify(schema)) as object;

const SUBJECTS: Record<CaseKind, { id: string; stage: string }> = {
  dispute: { id: 'dsp_1', stage: 'handling' },
  task: { id: 'tsk_1', stage: 'open' },
  conference: { id: 'cnf_1', stage: 'convened' },
  commitment: { id: 'cmt_1', stage: 'open' },
};

/** A contract's example in its envelope, as it would stand in a message. */
export function exampleOf(contract: EventContract & { kind: CaseKind }): object {
  const { kind, example } = contract;
  const { id, stage } = SUBJECTS[kind];
  const ofDispute = kind === 'dispute';
  return {
    ...{ specversion: '1.0', id: `${kind}:${id}:12`, source: 'fengqiao', type: cloudEventType(contract) },
    ...{ subject: id, time: new Date(MORNING).toISOString(), datacontenttype: 'application/json' },
    data: {
      ...{ caseKind: kind, caseId: id, version: 12, disputeId: 'dsp_1', region: GRID, stage },
      ...{ level: 'community', grade: ofDispute ? 'yellow' : null, ownerId: ofDispute ? 'staff_7' : null },
      ...{ actorId: 'staff_7', occurredAt: null, hop: 0, event: example },
    },
  };
}

/** A report as another system would send it. */
export const REPORT_EXAMPLE = {
  ...{ specversion: '1.0', id: 'ticket-17', source: 'hotline', type: 'cn.fengqiao.report.v1' },
  data: {
    ...{ kind: 'dispute', channel: 'hotline', region: GRID, category: 'D02' },
    ...{ title: 'Water through the ceiling', narrative: 'The flat above leaks since Sunday.' },
    origin: { system: 'hotline', externalNumber: '26030200017' },
  },
};
