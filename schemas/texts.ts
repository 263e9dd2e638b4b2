interface Node {
  type?: unknown;
  properties?: Record<string, Node>;
  items?: Node;
  'x-text'?: unknown;
}

export interface TakenText {
  id: string;
  body: string;
}

/**
 * Takes the free text out of a validated body: every field that its schema marks as text is replaced by a reference,
 * and the texts come back beside it, to be stored apart. The value given is not changed.
 */
export function takeTexts<T>(
  schema: object,
  value: T,
  newId: () => string,
): { value: T; texts: TakenText[] } {
  const texts: TakenText[] = [];
  const take = (node: Node, part: unknown): unknown => {
    if (node['x-text'] === true && typeof part === 'string') {
      const id = newId();
      texts.push({ id, body: part });
      return id;
    }
    if (Array.isArray(part))
      return part.map((entry: unknown) => (node.items ? take(node.items, entry) : entry));
    if (node.properties && typeof part === 'object' && part !== null) {
      const properties = node.properties;
      return Object.fromEntries(
        Object.entries(part).map(([key, entry]) => [
          key,
          properties[key] ? take(properties[key], entry) : entry,
        ]),
      );
    }
    return part;
  };
  return { value: take(schema, value) as T, texts };
}
