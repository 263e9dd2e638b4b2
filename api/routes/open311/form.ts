import type { FastifyInstance } from 'fastify';
import { badRequest } from './format.ts';

export const FORM_TYPE = 'application/x-www-form-urlencoded';
export const FORM_MAX_BYTES = 64 * 1024;
const FIELDS_MAX = 100;

/** A form as it was sent: every value of every field, in order. */
export type Form = ReadonlyMap<string, string[]>;

/** Reads forms in this scope, and nothing else: no other body is one of this interface. */
export function acceptForms(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(FORM_TYPE, { parseAs: 'string' }, (_request, body, done) => {
    done(null, formOf(String(body)));
  });
}

function formOf(body: string): Form {
  const form = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(body)) form.set(name, [...(form.get(name) ?? []), value]);
  return form;
}

/** A field's only value; null where it is missing or empty, which is the same here. Throws a problem for two. */
export function fieldOf(form: Form, name: string, max: number): string | null {
  if (form.size > FIELDS_MAX) throw badRequest('too many fields', name, `at most ${FIELDS_MAX}`);
  const [value = '', ...more] = form.get(name) ?? [];
  if (more.length > 0) throw badRequest('a field is there twice', name, 'once');
  const text = value.trim();
  if (text.length > max) throw badRequest('a field is too long', name, `at most ${max} characters`);
  if (text.includes('\0')) throw badRequest('a field has a character that cannot be stored', name, 'text');
  return text === '' ? null : text;
}

/** Answers to the service's attributes: `attribute[code]=value`, or `attribute[code][]=value` for several. */
export function attributesIn(form: Form): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [name, values] of form) {
    const [, code] = /^attribute\[([A-Za-z0-9_]{1,40})\](?:\[\])?$/.exec(name) ?? [];
    const given = values.map((value) => value.trim()).filter((value) => value !== '');
    if (code !== undefined && given.length > 0) found.set(code, [...(found.get(code) ?? []), ...given]);
  }
  return found;
}
