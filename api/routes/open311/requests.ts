import { regionAt, type Level } from '../../../domain/regions.ts';
import type { Gazetteer, Open311Filter, Open311Line } from '../../../ports/open311.ts';
import { badRequest, instantOf, timeOf } from './format.ts';
import { serviceOf } from './services.ts';

const DAY_MS = 86_400_000;
export const SPAN_MAX_DAYS = 90;
export const REQUESTS_MAX = 1_000;
/** Requests asked for by their ids at once. */
export const IDS_MAX = 100;
const PAGE_MAX = 1_000;

/** The smallest region that everybody is told of: in a grid of 300 households a family quarrel would name the family. */
const SHOWN_LEVEL: Record<Open311Line['kind'], Level> = { dispute: 'street', task: 'community' };

/**
 * A request as everybody may see it: what was asked for, where about, since when, and whether it is closed. What was told,
 * by whom, about whom, who is responsible and how it ended are nobody's business.
 */
export function viewOf(line: Open311Line, { names }: Gazetteer): object {
  const region = regionAt(line.region, SHOWN_LEVEL[line.kind]);
  return {
    ...{ service_request_id: line.id, status: line.closed ? 'closed' : 'open', status_notes: null },
    ...{
      service_name: serviceOf(line.serviceCode)?.name ?? line.serviceCode,
      service_code: line.serviceCode,
    },
    ...{ description: null, agency_responsible: null, service_notice: null },
    ...{ requested_datetime: timeOf(line.requestedAt), updated_datetime: timeOf(line.updatedAt) },
    ...{ expected_datetime: null, address: names.get(region) ?? null, address_id: region, zipcode: null },
    ...{ lat: null, long: null, media_url: null },
  };
}

export interface RequestsQuery {
  service_request_id?: string;
  service_code?: string;
  start_date?: string;
  end_date?: string;
  status?: string;
  page_size?: string;
  page?: string;
}

export const partsOf = (list: string | undefined): string[] =>
  (list ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** What a query asks for; without dates the last 90 days. Throws a problem that names the parameter. */
export function filterOf(query: RequestsQuery, now: number): Open311Filter {
  const services = partsOf(query.service_code);
  const states = partsOf(query.status);
  const strange = states.find((state) => !['open', 'closed'].includes(state));
  if (strange !== undefined) throw badRequest('no such status', 'status', 'open, closed');
  const [asked] = [...new Set(states)].length === 1 ? states : [];
  const limit = whole('page_size', query.page_size, REQUESTS_MAX, REQUESTS_MAX);
  const page = whole('page', query.page, PAGE_MAX, 1);
  return {
    ...(services.length > 0 && { services: services.slice(0, IDS_MAX) }),
    ...span(query, now),
    ...(asked !== undefined && { closed: asked === 'closed' }),
    ...{ limit, offset: (page - 1) * limit },
  };
}

function span({ start_date, end_date }: RequestsQuery, now: number): { from: number; to: number } {
  const length = SPAN_MAX_DAYS * DAY_MS;
  const start = start_date ? instantOf('start_date', start_date) : null;
  const end = end_date ? instantOf('end_date', end_date) : null;
  const to = end ?? (start === null ? now : start + length);
  const from = start ?? to - length;
  if (to < from) throw badRequest('the range ends before it begins', 'end_date', 'not before start_date');
  if (to - from > length)
    throw badRequest('the range is too long', 'end_date', `at most ${SPAN_MAX_DAYS} days after start_date`);
  return { from, to };
}

function whole(name: string, text: string | undefined, most: number, otherwise: number): number {
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  if (/^\d{1,6}$/.test(text) && value >= 1 && value <= most) return value;
  throw badRequest('not a number in range', name, `1 to ${most}`);
}
