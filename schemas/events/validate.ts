import { Ajv, type ErrorObject } from 'ajv';
import formats from 'ajv-formats';
import type { TSchema } from 'typebox';

export interface SchemaFault {
  /** Dotted path; empty for the value itself. */
  field: string;
  message: string;
}

// The body of a report marks its free text; strict Ajv refuses, by throwing, a keyword that nobody announced.
const ajv = new Ajv({ strict: true, keywords: ['x-text'] });
// The package is CommonJS: its types know the function under this name only.
formats.default(ajv);

/**
 * What is wrong with a value, or null. Names the field and the rule, never the value: this goes into logs and dead
 * letters. A schema is compiled at its first use; Ajv keeps the result by the schema object's identity.
 */
export function faultOf(schema: TSchema, value: unknown): SchemaFault | null {
  const check = ajv.compile(schema);
  if (check(value)) return null;
  const error = check.errors?.[0];
  return { field: error ? fieldOf(error) : '', message: error?.message ?? 'is not valid' };
}

function fieldOf({ instancePath, params, keyword }: ErrorObject): string {
  const path = instancePath.split('/').slice(1);
  if (keyword === 'required') path.push(String(params['missingProperty']));
  return path.join('.');
}
