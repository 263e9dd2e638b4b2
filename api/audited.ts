import type { FastifyRequest } from 'fastify';
import type { AuditEntry } from '../ports/audit.ts';
import type { ApiDeps } from './deps.ts';
import { Problem } from './problem.ts';

/** What a route says; who asked and which request it was is added. */
export interface Deed extends Pick<AuditEntry, 'kind' | 'fields' | 'detail'> {
  case?: { kind: NonNullable<AuditEntry['caseKind']>; id: string };
  /** Where nobody is logged in yet. */
  actorId?: string;
}

/**
 * Writes to the audit log and waits until it is there. Called before data is given or changed: a row can stand for an
 * act that failed afterwards, never an act for want of its row. Throws a problem when it cannot be written.
 */
export async function audited(
  { audit }: Pick<ApiDeps, 'audit'>,
  request: FastifyRequest,
  { case: of, actorId, ...deed }: Deed,
): Promise<void> {
  try {
    await audit.record([
      {
        ...{ ...deed, actorId: actorId ?? request.actor.id, requestId: request.id },
        ...{ caseKind: of?.kind ?? null, caseId: of?.id ?? null },
      },
    ]);
  } catch (error) {
    request.log.error({ error }, 'the audit log cannot be written');
    throw new Problem({
      ...{ status: 503, code: 'unavailable', title: 'this cannot be recorded just now, so it was not done' },
      ...{ expected: 'ask again', retryAfter_s: 2 },
    });
  }
}
