import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { Problem, type ProblemCode } from '../problem.ts';

/**
 * Refuses texts that no database can store: half a character ("\ud800" alone) and NUL. For every text at once, since no
 * pattern of a schema tells half a character from a whole one.
 */
export const storable = fp(async (app: FastifyInstance) => {
  app.addHook('preValidation', async ({ body, query }) => {
    refuseIn(body, 'invalid_body');
    refuseIn(query, 'invalid_query');
  });
});

function refuseIn(data: unknown, code: ProblemCode): void {
  const field = unstorableIn(data);
  if (field === null) return;
  const expected = 'whole characters, and no NUL';
  const message = 'holds what is no character';
  throw new Problem({
    ...{ status: 400, code, title: 'a field is not as it must be', field, expected },
    faults: [{ field, message, expected }],
  });
}

/** Where the first such text of a JSON value lies, as `parties.0.name`; null when there is none. */
function unstorableIn(data: unknown): string | null {
  // Not recursive: a body may be nested deeper than the stack reaches.
  const open: Place[] = [{ path: null, value: data }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value } = next;
    if (typeof value === 'string' && isUnstorable(value)) return pathOf(next);
    if (typeof value !== 'object' || value === null || isFile(value)) continue;
    const inner = Object.entries(value as Record<string, unknown>);
    // The name itself is what cannot be said: the object around it is named.
    if (inner.some(([name]) => isUnstorable(name))) return pathOf(next);
    for (const [name, one] of inner.toReversed()) open.push({ path: { name, around: next }, value: one });
  }
  return null;
}

interface Place {
  path: { name: string; around: Place } | null;
  value: unknown;
}

const isUnstorable = (text: string): boolean => text.includes('\0') || !text.isWellFormed();

/** Files come as bytes and streams, which are not looked into. */
const isFile = (value: object): boolean => ArrayBuffer.isView(value) || 'pipe' in value;

function pathOf(place: Place): string {
  const names: string[] = [];
  for (let { path } = place; path !== null; { path } = path.around) names.unshift(path.name);
  return names.join('.');
}
