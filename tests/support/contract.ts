import type { Schema } from './sample.ts';

export interface Operation {
  operationId: string;
  method: string;
  path: string;
  tags: string[];
  body: Schema | null;
  contentTypes: string[];
  parameters: { name: string; in: string; required?: boolean; schema?: Schema }[];
  /** No session is asked for. */
  open: boolean;
}

interface OpenApi {
  paths: Record<
    string,
    Record<
      string,
      {
        operationId?: string;
        tags?: string[];
        security?: unknown[];
        parameters?: Operation['parameters'];
        requestBody?: { content: Record<string, { schema: Schema }> };
      }
    >
  >;
}

/** Every operation that the running API publishes. */
export async function operationsOf(address: string): Promise<Operation[]> {
  const document = (await (await fetch(`${address}/openapi.json`)).json()) as OpenApi;
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const { operationId, tags = [], parameters = [], requestBody, security } = operation;
      if (operationId === undefined) throw new Error(`${method} ${path} has no operationId`);
      const content = requestBody?.content ?? {};
      return {
        ...{ operationId, method: method.toUpperCase(), path, tags, parameters },
        ...{ body: content['application/json']?.schema ?? null, contentTypes: Object.keys(content) },
        open: security?.length === 0,
      };
    }),
  );
}

/** The path with its parameters filled in, and ids nobody has where none is given. */
export const pathWith = ({ path }: Operation, ids: Record<string, string>): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(ids[name] ?? '1'));
