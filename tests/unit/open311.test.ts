import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import { Problem } from '../../api/problem.ts';
import { toXml, instantOf, timeOf } from '../../api/routes/open311/format.ts';
import { filterOf, viewOf, type RequestsQuery } from '../../api/routes/open311/requests.ts';
import { attributesOf, SERVICES } from '../../api/routes/open311/services.ts';
import { reportOf } from '../../api/routes/open311/to-report.ts';
import { CATEGORIES } from '../../domain/categories.ts';
import type { Gazetteer } from '../../ports/open311.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const DAY_MS = 86_400_000;

const gazetteer: Gazetteer = {
  names: new Map([
    ['990101', '溪桥区'],
    ['990101001', '枫桥街道'],
    ['990101001001', '桂花社区'],
    ['990101001001001', '第一网格'],
  ]),
  regionOf: new Map([
    ['plc-1', '990101001001001'],
    ['桂花苑3号楼', '990101001001001'],
  ]),
};

/** The problem that a call throws, as its parameter and status. */
function problemOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof Problem) return `${error.options.status} ${error.options.field}`;
    throw error;
  }
  return 'none';
}

describe('XML', () => {
  const parser = new XMLParser({ parseTagValue: false });

  test('says the same as JSON, whatever stands in it', () => {
    const odd = `<b>&amp; "' ]]> \u0001\ud800 😀 桂花`;
    const xml = toXml('errors', [{ code: 400, description: odd }]);
    expect(XMLValidator.validate(xml)).toBe(true);
    expect(xml).toMatch(/^<\?xml version="1.0" encoding="utf-8"\?>/);
    const parsed = parser.parse(xml) as { errors: { error: { code: string; description: string } } };
    expect(parsed.errors.error).toEqual({ code: '400', description: `<b>&amp; "' ]]>  😀 桂花` });
  });

  test('wraps lists in their elements, and leaves empty ones empty', () => {
    const one = toXml('service_definition', {
      attributes: [{ values: [{ key: 'a' }, { key: 'b' }] }],
      note: null,
    });
    expect(parser.parse(one)).toMatchObject({
      service_definition: {
        attributes: { attribute: { values: { value: [{ key: 'a' }, { key: 'b' }] } } },
        note: '',
      },
    });
    expect(parser.parse(toXml('service_requests', []))).toMatchObject({ service_requests: '' });
  });
});

describe('what is asked for', () => {
  const filter = (query: RequestsQuery) => filterOf(query, NOW);

  test('without dates are the last 90 days, and with one of them 90 days from there', () => {
    expect(filter({})).toEqual({ from: NOW - 90 * DAY_MS, to: NOW, limit: 1_000, offset: 0 });
    const start = Date.parse('2026-01-01T00:00:00Z');
    expect(filter({ start_date: '2026-01-01T08:00:00+08:00' })).toMatchObject({
      ...{ from: start, to: start + 90 * DAY_MS },
    });
    expect(filter({ end_date: '2026-01-01T00:00:00Z' })).toMatchObject({
      from: start - 90 * DAY_MS,
      to: start,
    });
  });

  test('may be of several services and of one status; an empty parameter is none', () => {
    expect(filter({ service_code: 'D01, D02,', status: 'open', page_size: '10', page: '3' })).toMatchObject({
      ...{ services: ['D01', 'D02'], closed: false, limit: 10, offset: 20 },
    });
    expect(filter({ service_code: '', status: 'open,closed', start_date: '', page: '' })).not.toHaveProperty(
      'closed',
    );
  });

  test.each<[RequestsQuery, string]>([
    [{ start_date: '2026-01-01T00:00:00Z', end_date: '2026-04-02T00:00:00Z' }, '400 end_date'],
    [{ start_date: '2026-01-02T00:00:00Z', end_date: '2026-01-01T00:00:00Z' }, '400 end_date'],
    [{ start_date: '2026-01-01' }, '400 start_date'],
    [{ start_date: '2026-01-01T00:00:00' }, '400 start_date'],
    [{ end_date: '2026-13-01T00:00:00Z' }, '400 end_date'],
    [{ status: 'pending' }, '400 status'],
    [{ page_size: '1001' }, '400 page_size'],
    [{ page: '0' }, '400 page'],
  ])('%j is refused', (query, expected) => {
    expect(problemOf(() => filter(query))).toBe(expected);
  });
});

test('times are in UTC without fractions, and read with any zone', () => {
  expect(timeOf(Date.parse('2026-01-31T08:09:10.987Z'))).toBe('2026-01-31T08:09:10Z');
  expect(instantOf('x', '1994-11-05T08:15:30-05:00')).toBe(Date.parse('1994-11-05T13:15:30Z'));
});

test('every category of disputes is a service, and needs, hazards and opinions are', () => {
  const codes = SERVICES.map(({ code }) => code);
  expect(codes).toEqual([...Object.keys(CATEGORIES), 'need', 'hazard', 'opinion']);
  const choices = (code: string) =>
    attributesOf(
      SERVICES.find((service) => service.code === code)!,
      gazetteer,
    ) as {
      code: string;
      required: boolean;
      values: { key: string }[];
    }[];
  expect(choices('D02').map(({ code, required }) => [code, required])).toEqual([
    ['region', true],
    ['danger', false],
  ]);
  expect(choices('D02')[0]!.values.map(({ key }) => key)).toEqual(['990101001', '990101001001']);
  expect(choices('need').map(({ code }) => code)).toEqual(['region']);
});

test('a request tells no more than its street or community', () => {
  const line = {
    id: 'dsp_1',
    serviceCode: 'D01',
    region: '990101001001001',
    closed: true,
    requestedAt: 0,
    updatedAt: 0,
  };
  expect(viewOf({ ...line, kind: 'dispute' }, gazetteer)).toMatchObject({
    ...{ service_request_id: 'dsp_1', status: 'closed', service_name: '婚姻家庭纠纷', description: null },
    ...{ address: '枫桥街道', address_id: '990101001', lat: null, long: null },
  });
  expect(viewOf({ ...line, kind: 'task' }, gazetteer)).toMatchObject({ address_id: '990101001001' });
});

describe('a form', () => {
  const report = (fields: Record<string, string | string[]>, code = 'D02') =>
    reportOf(new Map(Object.entries(fields).map(([name, value]) => [name, [value].flat()])), {
      ...{ service: SERVICES.find((service) => service.code === code)!, channel: 'hotline', gazetteer },
      token: 'tok_1',
    });
  const base = { description: '楼上漏水\n三天了', 'attribute[region]': '990101001001' };

  test('becomes a report; position, e-mail, device and account are not in it', () => {
    const made = report({
      ...{ ...base, address_string: '3号楼', media_url: 'http://x/1.jpg', lat: '30.1', long: '120.2' },
      ...{ email: 'a@example.org', device_id: 'dev-7', account_id: 'acc-7' },
      ...{ first_name: '小明', last_name: '测', phone: '13900000001' },
      'attribute[danger][]': ['violence', 'minor'],
    });
    expect(made).toEqual({
      ...{ kind: 'dispute', channel: 'hotline', region: '990101001001', category: 'D02', title: '楼上漏水' },
      narrative: '楼上漏水\n三天了\naddress: 3号楼\nmedia: http://x/1.jpg',
      danger: { violence: true, minorOrDomesticViolence: true },
      parties: [{ ref: 'a', side: 'A', kind: 'party', name: '测小明', phone: '13900000001' }],
      origin: { system: 'open311', externalNumber: 'tok_1' },
    });
  });

  test.each([
    [{ address_id: 'plc-1' }, '990101001001001'],
    [{ address_id: '990101001001001' }, '990101001001001'],
    [{ address_string: '桂花苑3号楼' }, '990101001001001'],
    [{ 'attribute[region]': '990101', address_id: 'plc-1' }, '990101'],
  ])('with %j knows its region', (place, region) => {
    expect(report({ description: 'x', ...place }).region).toBe(region);
  });

  test.each<[string, Record<string, string | string[]>, string]>([
    ['a position alone', { description: 'x', lat: '30', long: '120' }, '400 attribute[region]'],
    ['an address nobody knows', { description: 'x', address_string: 'there' }, '400 attribute[region]'],
    ['no such place', { description: 'x', address_id: 'plc-9' }, '400 address_id'],
    ['no such region', { ...base, 'attribute[region]': '110101' }, '400 attribute[region]'],
    ['two regions', { ...base, 'attribute[region]': ['990101', '990101001'] }, '400 attribute[region]'],
    ['no description', { ...base, description: ' ' }, '400 description'],
    ['too long a description', { ...base, description: 'x'.repeat(4_001) }, '400 description'],
    ['an attribute of no service', { ...base, 'attribute[colour]': 'red' }, '400 attribute[colour]'],
    ['no such danger', { ...base, 'attribute[danger]': 'constructor' }, '400 attribute[danger]'],
    ['a wrong phone', { ...base, first_name: 'A', phone: 'x' }, '400 phone'],
    ['a field twice', { ...base, description: ['a', 'b'] }, '400 description'],
  ])('with %s is refused', (_, fields, expected) => {
    expect(problemOf(() => report(fields))).toBe(expected);
  });
});
