/** How deep and how wide a masked message is shown: enough to find what is wrong with it. */
const DEPTH_MAX = 8;
const ENTRIES_MAX = 50;

/** Fields of an envelope that hold codes, ids of events and times, never what somebody wrote or who somebody is. */
const OPEN = new Set([
  ...['specversion', 'id', 'type', 'time', 'datacontenttype', 'data.caseKind', 'data.version'],
  ...['data.stage', 'data.level', 'data.grade', 'data.hop', 'data.kind', 'data.channel', 'data.category'],
  'data.event.type',
]);
const CODE = /^[A-Za-z0-9:._/+-]{1,120}$/;
const FIELD = /^[A-Za-z][A-Za-z0-9_-]{0,39}$/;

export interface MaskedMessage {
  bytes: number;
  /** Null where the message is no JSON: of such a one nothing is shown. */
  content: unknown;
}

/**
 * The structure of a message without its values: field names, and for each value its kind and length. A message that
 * cannot be handled may hold anything, also a person's words where a code should be, so even the open fields are shown
 * only where they look like codes.
 */
export function masked(payload: string): MaskedMessage {
  const bytes = Buffer.byteLength(payload);
  try {
    return { bytes, content: shape(JSON.parse(payload), '', 0) };
  } catch {
    return { bytes, content: null };
  }
}

function shape(value: unknown, path: string, depth: number): unknown {
  if (value === null || typeof value === 'boolean') return value;
  const open = OPEN.has(path);
  if (typeof value === 'number') return open ? value : 'number';
  if (typeof value === 'string') return open && CODE.test(value) ? value : `text(${value.length})`;
  if (depth >= DEPTH_MAX) return 'deeper';
  if (Array.isArray(value)) {
    const shown = value.slice(0, ENTRIES_MAX).map((entry) => shape(entry, `${path}[]`, depth + 1));
    return value.length > ENTRIES_MAX ? [...shown, `and ${value.length - ENTRIES_MAX} more`] : shown;
  }
  const entries = Object.entries(value as object);
  const shown = entries.slice(0, ENTRIES_MAX).map(([name, inner], i): [string, unknown] => {
    const field = FIELD.test(name) ? name : `field ${i + 1}, ${name.length} characters`;
    return [field, shape(inner, path === '' ? name : `${path}.${name}`, depth + 1)];
  });
  if (entries.length > ENTRIES_MAX) shown.push(['more', entries.length - ENTRIES_MAX]);
  return Object.fromEntries(shown);
}
