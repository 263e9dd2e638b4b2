import fc from 'fast-check';

/** The part of JSON Schema that our contract uses. */
export interface Schema {
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  minItems?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
}

/** A value that the schema takes, with required fields only, or with every field; the same for the same schema. */
export function sampleOf(schema: Schema, every = false): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  const [choice] = schema.anyOf ?? schema.oneOf ?? [];
  if (choice !== undefined) return sampleOf(choice, every);
  if (schema.allOf !== undefined)
    return Object.assign({}, ...schema.allOf.map((part) => sampleOf(part, every))) as unknown;
  switch ([schema.type].flat()[0]) {
    case 'object':
      return objectOf(schema, every);
    case 'array':
      return Array.from({ length: Math.max(schema.minItems ?? 0, every ? 1 : 0) }, () =>
        sampleOf(schema.items ?? {}, every),
      );
    case 'string':
      return textOf(schema);
    case 'integer':
    case 'number':
      return schema.minimum ?? Math.min(1, schema.maximum ?? 1);
    case 'boolean':
      return false;
    default:
      return null;
  }
}

function objectOf({ properties = {}, required = [] }: Schema, every: boolean): Record<string, unknown> {
  const names = every ? Object.keys(properties) : required;
  return Object.fromEntries(names.map((name) => [name, sampleOf(properties[name] ?? {}, every)]));
}

function textOf({ pattern, minLength = 0, maxLength = 40, format }: Schema): string {
  if (format === 'date-time') return '2026-01-05T09:00:00+08:00';
  if (format === 'date') return '2026-01-05';
  if (pattern === undefined) return 'x'.repeat(Math.max(minLength, 1));
  const long = Math.max(minLength, 1);
  const fits = (text: string): boolean =>
    new RegExp(pattern, 'u').test(text) && text.length >= minLength && text.length <= maxLength;
  // Simple ones first: not every pattern can be turned round.
  const simple = ['x', '1', '0', 'a', '9'].map((sign) => sign.repeat(long)).find(fits);
  if (simple !== undefined) return simple;
  const [text] = fc.sample(fc.stringMatching(new RegExp(pattern, 'u')).filter(fits), { seed: 7, numRuns: 1 });
  return text!;
}
