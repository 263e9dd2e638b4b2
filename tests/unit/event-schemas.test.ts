import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { commitmentMachine } from '../../domain/commitment/commitment.ts';
import { CASE_KINDS, type CaseKind } from '../../domain/machine.ts';
import { asyncApiText, exampleOf, REPORT_EXAMPLE } from '../../schemas/events/asyncapi.ts';
import { CLOCK_EVENTS } from '../../schemas/events/clock/index.ts';
import { COMMITMENT_EVENTS } from '../../schemas/events/commitment/index.ts';
import { CONFERENCE_EVENTS } from '../../schemas/events/conference/index.ts';
import { DEAD_LETTER_EVENT, DEAD_LETTER_EXAMPLE } from '../../schemas/events/dead-letter.ts';
import { DISPUTE_EVENTS } from '../../schemas/events/dispute/index.ts';
import { readEvent, type BusEvent } from '../../schemas/events/envelope.ts';
import { EVENT_CONTRACTS } from '../../schemas/events/index.ts';
import { REPORT_EVENT } from '../../schemas/events/report.ts';
import { TASK_EVENTS } from '../../schemas/events/task/index.ts';
import { OTHER_PLAYS, PLAYS, play, published, SETTLED, type Story } from '../support/plays.ts';

const FOLDERS = {
  dispute: DISPUTE_EVENTS,
  task: TASK_EVENTS,
  conference: CONFERENCE_EVENTS,
  commitment: COMMITMENT_EVENTS,
  clock: CLOCK_EVENTS,
};

describe('the registry', () => {
  // That each event of the domain has a contract, and that both say the same, is checked by the compiler in each index.ts.
  test.each(Object.entries(FOLDERS))('%s: one file an event, named after it', (folder, contracts) => {
    const names = Object.entries(contracts).map(([name, { type, kind }]) => {
      expect([type, kind]).toEqual([name, folder]);
      return `${name}.ts`;
    });
    const files = readdirSync(new URL(`../../schemas/events/${folder}`, import.meta.url));
    expect(files.sort()).toEqual([...names, 'index.ts'].sort());
  });

  test('clock events are registered for each kind of case', () => {
    for (const kind of CASE_KINDS) expect(EVENT_CONTRACTS.has(`cn.fengqiao.${kind}.clock-met.v1`)).toBe(true);
    const own = Object.values(FOLDERS).flatMap(Object.keys).length - Object.keys(CLOCK_EVENTS).length;
    expect(EVENT_CONTRACTS.size).toBe(own + CASE_KINDS.length * Object.keys(CLOCK_EVENTS).length);
  });

  test.each([...EVENT_CONTRACTS])(
    'given the example of %s, then it is read as it stands',
    (type, contract) => {
      const example = exampleOf(contract);
      expect(readEvent(JSON.stringify(example))).toEqual({ ok: true, event: example });
      expect(example).toMatchObject({ type });
    },
  );

  test('examples hold no text: every string is a code, an id or a reference', () => {
    const examples = [...EVENT_CONTRACTS.values()].map(exampleOf);
    expect(JSON.stringify(examples)).not.toMatch(/[^\x20-\x7e]|: "[^"]* [^"]*"/);
  });
});

function read(text: string): BusEvent {
  const result = readEvent(text);
  if (!result.ok) throw new Error(`${result.message} at ${result.field}: ${text}`);
  return result.event;
}

describe('what the machines really produce', () => {
  test.each(Object.entries(PLAYS))(
    'given a dispute %s, then each of its events is read as it was written',
    (_, story) => {
      for (const text of published('dispute', story())) expect(read(text)).toEqual(JSON.parse(text));
    },
  );

  test.each(OTHER_PLAYS)('given a %s, then each of its events is read as it was written', (kind, story) => {
    for (const text of published(kind, story)) expect(read(text)).toEqual(JSON.parse(text));
  });

  test('the plays meet every event there is', () => {
    const stories: [CaseKind, Story][] = [
      ...Object.values(PLAYS).map((story): [CaseKind, Story] => ['dispute', story()]),
      ...OTHER_PLAYS,
    ];
    const met = new Set(
      stories.flatMap(([kind, story]) => published(kind, story)).map((text) => read(text).data.event.type),
    );
    const all = Object.values(FOLDERS).flatMap((contracts) => Object.keys(contracts));
    expect(all.filter((type) => !met.has(type as never))).toEqual([]);
  });

  test('given a watch that was settled before it was opened, then its event is read although it has no region', () => {
    const early = play(commitmentMachine, [['system', SETTLED]]);
    const [text] = published('commitment', { ...early, state: { ...early.state, id: 'cmt_1' } });
    expect(read(text!).data).toMatchObject({ region: '', disputeId: null });
  });
});

describe('reading a message', () => {
  const RATED = 'cn.fengqiao.dispute.rated';
  const rated = exampleOf(EVENT_CONTRACTS.get(`${RATED}.v1`)!) as BusEvent;
  const { data } = rated;
  const event = { type: 'rated', by: 'account_1', partyId: null, score: 4 };
  const readValue = (value: unknown, options = {}) => readEvent(JSON.stringify(value), options);

  test.each([
    ['text that is not JSON', '{"specversion":', undefined],
    ['JSON that is no object', 'null', ''],
    ['an object that is no CloudEvent', JSON.stringify({ ...rated, specversion: '0.3' }), 'specversion'],
    ['a CloudEvent without an id', JSON.stringify({ ...rated, id: undefined }), 'id'],
  ])('given %s, then it is malformed', (_, text, field) => {
    expect(readEvent(text)).toMatchObject({ ok: false, code: 'malformed', ...(field && { field }) });
  });

  test.each([
    'com.example.rated.v1',
    'cn.fengqiao.dispute.unheard-of.v1',
    'cn.fengqiao.task.rated.v1',
    `${RATED}.v01`,
  ])('given the type %s, then it is unknown', (type) => {
    expect(readValue({ ...rated, type })).toMatchObject({ code: 'unknown_type', field: 'type' });
  });

  test('given a later version of a known event, then the version is unknown whatever the rest looks like', () => {
    expect(readValue({ ...rated, type: `${RATED}.v2`, data: { moved: true } })).toMatchObject({
      code: 'unknown_version',
    });
  });

  test.each([
    ['a wrong value', { ...data, event: { ...event, score: 6 } }, 'data.event.score'],
    ['a missing field', { ...data, event: { ...event, by: undefined } }, 'data.event.by'],
    ['another event’s body', { ...data, event: { ...event, type: 'archived' } }, 'data.event.type'],
    ['no body', { ...data, event: undefined }, 'data.event'],
    ['a broken envelope', { ...data, level: 'village' }, 'data.level'],
    ['another kind', { ...data, caseKind: 'task' }, 'data.caseKind'],
    ['another case', { ...data, caseId: 'dsp_2' }, 'data.caseId'],
  ])('given %s, then the event is invalid and the field is named', (_, changed, field) => {
    expect(readValue({ ...rated, data: changed })).toMatchObject({ code: 'invalid_event', field });
  });

  test('given somebody’s words where a reference belongs, then it is invalid and the message does not repeat them', () => {
    const objected = exampleOf(EVENT_CONTRACTS.get('cn.fengqiao.dispute.objected.v1')!) as BusEvent;
    const words = 'He shouted at me';
    const result = readValue({
      ...objected,
      data: { ...objected.data, event: { ...objected.data.event, reason: words } },
    });
    expect(result).toMatchObject({ code: 'invalid_event', field: 'data.event.reason' });
    expect(JSON.stringify(result)).not.toContain(words);
  });

  test('given fields of a later minor version, then they are kept', () => {
    const later = {
      ...rated,
      traceparent: '00-1',
      data: { ...data, weight: 2, event: { ...event, channel: 'web' } },
    };
    expect(readValue(later)).toEqual({ ok: true, event: later });
  });

  describe('with a second version', () => {
    const v1 = EVENT_CONTRACTS.get(`${RATED}.v1`)!;
    const scored = { ...v1, version: 3, schema: DISPUTE_EVENTS.archived.schema };
    const contracts = new Map([[`${RATED}.v3`, scored]]);
    const upcasters = {
      [RATED]: {
        1: (old: Record<string, unknown>) => ({ ...old, by: `${String(old['by'])}.2` }),
        2: (old: Record<string, unknown>) => ({ ...old, type: 'archived' }),
      },
    };

    test('given an old event, then every step is applied before it is validated', () => {
      expect(readValue(rated, { contracts, upcasters })).toMatchObject({
        ok: true,
        event: { type: `${RATED}.v3`, data: { event: { type: 'archived', by: 'account_1.2' } } },
      });
    });

    test('given an old event and no way up, then its version is unknown', () => {
      expect(readValue(rated, { contracts })).toMatchObject({ code: 'unknown_version' });
      expect(
        readValue(rated, { contracts, upcasters: { [RATED]: { 2: upcasters[RATED][2] } } }),
      ).toMatchObject({
        code: 'unknown_version',
      });
    });

    test('given a step that fails, then the event is invalid and the failure is not quoted', () => {
      const failing = {
        1: () => {
          throw new Error('secret');
        },
        2: upcasters[RATED][2],
      };
      const result = readValue(rated, { contracts, upcasters: { [RATED]: failing } });
      expect(result).toMatchObject({ code: 'invalid_event', field: 'data.event' });
      expect(JSON.stringify(result)).not.toContain('secret');
    });
  });
});

describe('docs/asyncapi.yaml', () => {
  test('is what the contracts say', () => {
    const file = readFileSync(new URL('../../docs/asyncapi.yaml', import.meta.url), 'utf8');
    expect(file === asyncApiText(), 'run npm run generate').toBe(true);
  });

  test.each([
    ['report', REPORT_EVENT, REPORT_EXAMPLE],
    ['dead letter', DEAD_LETTER_EVENT, DEAD_LETTER_EXAMPLE],
  ])('given the example of a %s, then it is one', (_, schema, example) => {
    const ajv = new Ajv({ strict: true, keywords: ['x-text'], formats: { 'date-time': true } });
    expect(ajv.validate(schema, example), JSON.stringify(ajv.errors)).toBe(true);
  });
});
