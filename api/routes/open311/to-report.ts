import type { Gazetteer } from '../../../ports/open311.ts';
import { NAME_MAX, ReportBody, type Report } from '../../../schemas/api/reports.ts';
import { faultOf } from '../../../schemas/events/validate.ts';
import { DANGERS, isDanger, type Service } from './services.ts';
import { attributesIn, fieldOf, type Form } from './form.ts';
import { badRequest } from './format.ts';

/** As the specification has it. */
export const DESCRIPTION_MAX = 4_000;
const ADDRESS_MAX = 500;
const URL_MAX = 500;
const TITLE_OF_DESCRIPTION_MAX = 60;

/**
 * A form as a report. Address and media are kept as part of what was told; e-mail, device and account of the sender are not
 * kept at all, and no position. Throws a problem that names the field.
 */
export function reportOf(
  form: Form,
  {
    service,
    channel,
    gazetteer,
    token,
  }: { service: Service; channel: Report['channel']; gazetteer: Gazetteer; token: string },
): Report {
  const attributes = attributesIn(form);
  const stranger = [...attributes.keys()].find((code) => !['region', 'danger'].includes(code));
  if (stranger !== undefined)
    throw badRequest(
      'the service has no such attribute',
      `attribute[${stranger}]`,
      'see the service definition',
    );
  const address = fieldOf(form, 'address_string', ADDRESS_MAX);
  const region = regionFor(form, { asked: attributes.get('region') ?? [], address, gazetteer });
  const description = fieldOf(form, 'description', DESCRIPTION_MAX);
  if (description === null) throw badRequest('description was not provided', 'description', 'what happened');
  const media = fieldOf(form, 'media_url', URL_MAX);
  const told = [description, address && `address: ${address}`, media && `media: ${media}`];
  const report = {
    ...{ kind: service.kind, channel, region, category: service.category },
    title: titleOf(description),
    narrative: told.filter((line) => line !== null && line !== '').join('\n'),
    ...(service.kind === 'dispute' && { ...dangerOf(attributes.get('danger') ?? []), ...applicantOf(form) }),
    origin: { system: 'open311', externalNumber: token },
  };
  const fault = faultOf(ReportBody, report);
  if (fault !== null)
    throw badRequest('a field is not as it must be', fieldBehind(fault.field), fault.message);
  return report;
}

function regionFor(
  form: Form,
  {
    asked,
    address,
    gazetteer: { names, regionOf },
  }: { asked: string[]; address: string | null; gazetteer: Gazetteer },
): string {
  const [code, ...more] = asked;
  if (more.length > 0) throw badRequest('a report is about one region', 'attribute[region]', 'one code');
  if (code !== undefined) {
    if (names.has(code)) return code;
    throw badRequest('no such region', 'attribute[region]', 'a code of the service definition');
  }
  const id = fieldOf(form, 'address_id', ADDRESS_MAX);
  if (id !== null) {
    const region = names.has(id) ? id : regionOf.get(id);
    if (region !== undefined) return region;
    throw badRequest('no such address', 'address_id', 'the code of a region or the id of a place');
  }
  const named = address === null ? undefined : regionOf.get(address);
  if (named !== undefined) return named;
  throw badRequest(
    'lat and long are not used here, and this address alone does not say which region it is',
    'attribute[region]',
    'a code of the service definition',
  );
}

function dangerOf(keys: string[]): object {
  const stranger = keys.find((key) => !isDanger(key));
  if (stranger !== undefined)
    throw badRequest('no such danger', 'attribute[danger]', Object.keys(DANGERS).join(', '));
  if (keys.length === 0) return {};
  return { danger: Object.fromEntries(keys.filter(isDanger).map((key) => [DANGERS[key].tick, true])) };
}

/** Whoever leaves a name is the applicant; a phone alone would be nobody's. */
function applicantOf(form: Form): object {
  const [first, last] = [fieldOf(form, 'first_name', NAME_MAX), fieldOf(form, 'last_name', NAME_MAX)];
  const phone = fieldOf(form, 'phone', 30);
  if (first === null && last === null && phone === null) return {};
  // Chinese names have the family name first and no space.
  const wide = /\p{Script=Han}/u.test(`${first}${last}`);
  const name = (wide ? [last, first] : [first, last]).filter((part) => part !== null).join(wide ? '' : ' ');
  const party = {
    ref: 'a',
    side: 'A',
    kind: 'party',
    name: name || '来电人',
    ...(phone !== null && { phone }),
  };
  return { parties: [party] };
}

function titleOf(description: string): string {
  const [line = ''] = description.split('\n', 1);
  const text = line.trim();
  if (text.length <= TITLE_OF_DESCRIPTION_MAX) return text;
  return `${text.slice(0, TITLE_OF_DESCRIPTION_MAX - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

const fieldBehind = (field: string): string =>
  field.endsWith('.phone') ? 'phone' : field.startsWith('parties') ? 'first_name, last_name' : 'description';
