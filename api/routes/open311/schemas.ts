import { Type, type TSchema } from 'typebox';
import type { Format } from './format.ts';

const text = (description: string) => Type.Optional(Type.String({ description }));
const MaybeText = Type.Union([Type.String(), Type.Null()]);

/** Clients add parameters of their own, and an empty one is as good as none: so unknown ones are let through here. */
export const Jurisdiction = Type.Object({
  jurisdiction_id: text('code of the largest region; may be left out'),
});

export const RequestsQuery = Type.Object({
  jurisdiction_id: text('code of the largest region; may be left out'),
  service_request_id: text('ids, comma separated; nothing else is looked at then'),
  service_code: text('codes of services, comma separated'),
  start_date: text('requested at or after, such as 2026-01-31T00:00:00Z'),
  end_date: text('requested at or before; at most 90 days behind start_date'),
  status: text('open, closed, or both, comma separated'),
  page_size: text('1 to 1000, 1000 without it'),
  page: text('from 1 on'),
});

export const RequestForm = Type.Object({
  api_key: text('a key with the scope reports:write, or the token of a session'),
  jurisdiction_id: text('code of the largest region; may be left out'),
  service_code: text('required'),
  description: text('required; at most 4000 characters; never shown here'),
  'attribute[region]': text('code of a region; required unless address_id says it'),
  'attribute[danger][]': text('violence, weapon, minor'),
  address_id: text('code of a region or id of a place'),
  address_string: text('kept with the description'),
  first_name: text('of the applicant'),
  last_name: text('of the applicant'),
  phone: text('of the applicant; kept encrypted'),
  media_url: text('kept with the description'),
});

export const Params = Type.Object({ id: Type.String({ maxLength: 80 }) });

export const Discovery = Type.Object({
  changeset: Type.String(),
  contact: Type.String(),
  key_service: Type.String(),
  endpoints: Type.Array(
    Type.Object({
      ...{ specification: Type.String(), url: Type.String(), changeset: Type.String() },
      ...{ type: Type.String(), formats: Type.Array(Type.String()) },
    }),
  ),
});

export const Services = Type.Array(
  Type.Object({
    ...{ service_code: Type.String(), service_name: Type.String(), description: Type.String() },
    ...{ metadata: Type.Boolean(), type: Type.String(), keywords: Type.String(), group: Type.String() },
  }),
);

export const Definition = Type.Object({
  service_code: Type.String(),
  attributes: Type.Array(
    Type.Object({
      ...{ variable: Type.Boolean(), code: Type.String(), datatype: Type.String() },
      ...{ required: Type.Boolean(), datatype_description: MaybeText, order: Type.Integer() },
      description: Type.String(),
      values: Type.Array(Type.Object({ key: Type.String(), name: Type.String() })),
    }),
  ),
});

export const Requests = Type.Array(
  Type.Object({
    ...{ service_request_id: Type.String(), status: Type.String(), status_notes: MaybeText },
    ...{ service_name: Type.String(), service_code: Type.String(), description: MaybeText },
    ...{ agency_responsible: MaybeText, service_notice: MaybeText },
    ...{ requested_datetime: Type.String(), updated_datetime: Type.String(), expected_datetime: MaybeText },
    ...{ address: MaybeText, address_id: Type.String(), zipcode: MaybeText },
    ...{ lat: Type.Null(), long: Type.Null(), media_url: MaybeText },
  }),
);

export const Accepted = Type.Array(
  Type.Object({
    service_request_id: Type.Optional(Type.String()),
    token: Type.Optional(Type.String()),
    service_notice: MaybeText,
    account_id: MaybeText,
  }),
);

export const Token = Type.Array(Type.Object({ service_request_id: MaybeText, token: Type.String() }));

const Errors = Type.Array(Type.Object({ code: Type.Integer(), description: Type.String() }));

/** Answers of an operation in one of the two formats; the XML has the same fields as elements. */
export const answersOf = (format: Format, success: Record<number, TSchema>, errors: number[]): object => {
  const all = [
    ...Object.entries(success).map(([status, schema]) => [status, 'Success', schema] as const),
    ...errors.map((status) => [String(status), 'Errors, each with code and description', Errors] as const),
  ];
  return Object.fromEntries(
    all.map(([status, description, schema]) => [
      status,
      {
        description,
        content:
          format === 'json' ? { 'application/json': { schema } } : { 'text/xml': { schema: Type.String() } },
      },
    ]),
  );
};
