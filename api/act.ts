import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { CaseKind } from '../domain/machine.ts';
import { notYet } from '../domain/occurred.ts';
import { takeTexts } from '../schemas/texts.ts';
import { Instant, VERSION_TAG } from '../schemas/parts.ts';
import type { ApiDeps } from './deps.ts';
import { Problem, refusedProblem } from './problem.ts';

const KEY_MAX = 100;
const PRINTABLE = '^[\\x21-\\x7e]+$';
const printable = new RegExp(PRINTABLE);
const versionTag = new RegExp(VERSION_TAG);

/** Headers of every call that changes something. */
export const CommandHeaders = Type.Object({
  'idempotency-key': Type.String({
    ...{ minLength: 1, maxLength: KEY_MAX, pattern: PRINTABLE },
    description: `1 to ${KEY_MAX} printable characters; the same key asks for the same answer`,
  }),
  'if-match': Type.Optional(
    Type.String({ pattern: VERSION_TAG, description: 'the version that was seen, as its ETag; * for any' }),
  ),
});

export const OccurredQuery = Type.Object(
  {
    occurredAt: Type.Optional({ ...Instant(), description: 'when it really happened, if it is told later' }),
  },
  { additionalProperties: false },
);

/** The key of a changing call. Throws a problem when it is missing or unusable. */
export function idempotencyKeyOf(request: FastifyRequest): string {
  const key = request.headers['idempotency-key'];
  if (key === undefined) throw keyMissing();
  if (typeof key === 'string' && printable.test(key) && key.length <= KEY_MAX) return key;
  throw keyUnusable();
}

/** The version of an `If-Match` header, null without one. Throws a problem when it is no version. */
export function expectedVersionOf(request: FastifyRequest): number | null {
  const header = request.headers['if-match'];
  if (header === undefined || header === '*') return null;
  if (versionTag.test(header)) return Number(/\d+/.exec(header)![0]);
  throw versionUnreadable();
}

export const etagOf = (version: number): string => `"${version}"`;

export interface Asked {
  kind: CaseKind;
  caseId: string;
  action: string;
  bodySchema: object;
  body: object;
}

/** Carries a command to its case. Returns the version it led to; throws a problem for every other outcome. */
export async function perform(
  deps: ApiDeps,
  request: FastifyRequest<{ Querystring: { occurredAt?: number } }>,
  { kind, caseId, action, bodySchema, body }: Asked,
): Promise<number> {
  const early = notYet(request.query.occurredAt, (deps.clock ?? Date.now)());
  if (early !== null) throw refusedProblem(early);
  const commandId = deps.commandIdOf(request.actor.id, caseId, idempotencyKeyOf(request));
  const newId = deps.idsFrom(`${commandId}:texts`);
  const taken = takeTexts(bodySchema, body, () => newId('txt'));
  const sent = await deps.commands.send({
    ...{ kind, caseId, action, body: taken.value, texts: taken.texts, actor: request.actor, commandId },
    bodyHash: deps.bodyHashOf({ action, body }),
    expectedVersion: expectedVersionOf(request),
    occurredAt: request.query.occurredAt ?? null,
  });
  switch (sent.outcome) {
    case 'answered':
      if (sent.answer.ok) return sent.answer.version;
      throw refusedProblem(sent.answer.refusal);
    case 'key-reused':
      throw keyReused();
    case 'busy':
      throw new Problem({
        ...{ status: 503, code: 'case_busy', title: 'too many people act on this case at once' },
        ...{ expected: 'ask again with the same key', retryAfter_s: 1 },
      });
    case 'recording':
      throw new Problem({
        ...{ status: 503, code: 'still_recording', title: 'still being recorded' },
        ...{ expected: 'ask again with the same key', retryAfter_s: 2 },
      });
    case 'unavailable':
      throw unavailable();
  }
}

export const keyMissing = (): Problem =>
  new Problem({
    ...{ status: 400, code: 'idempotency_key_missing', title: 'a changing call needs an Idempotency-Key' },
    ...{ field: 'Idempotency-Key', expected: `1 to ${KEY_MAX} printable characters, new for each act` },
  });

export const keyUnusable = (): Problem =>
  new Problem({
    ...{ status: 400, code: 'invalid_header', title: 'this Idempotency-Key is too long or not printable' },
    ...{ field: 'Idempotency-Key', expected: `1 to ${KEY_MAX} printable characters without spaces` },
  });

const versionUnreadable = (): Problem =>
  new Problem({
    ...{ status: 400, code: 'invalid_header', title: 'If-Match is not a version' },
    ...{ field: 'If-Match', expected: 'the ETag of what was read, "12" for instance' },
  });

export const keyReused = (): Problem =>
  new Problem({
    ...{ status: 422, code: 'idempotency_key_reused', title: 'this key was used for something else' },
    ...{ field: 'Idempotency-Key', expected: 'a new key for a new act' },
  });

export const unavailable = (): Problem =>
  new Problem({
    ...{ status: 503, code: 'unavailable', title: 'the database does not answer just now' },
    ...{ expected: 'ask again, with the same key', retryAfter_s: 2 },
  });

/** Sets the version of what is answered. */
export const withEtag = (reply: FastifyReply, version: number): FastifyReply =>
  reply.header('etag', etagOf(version));
