import type { FastifyRequest } from 'fastify';
import { isRefusal, type Refusal } from '../../../domain/errors.ts';
import type { AuditEntry } from '../../../ports/audit.ts';
import { expectedVersionOf } from '../../act.ts';
import { audited } from '../../audited.ts';
import type { ApiDeps } from '../../deps.ts';
import { notFound, Problem, refusedProblem } from '../../problem.ts';

/** What was done, or the problem it was refused with: what the path names and is not there is 404. */
export function done<T>(result: T | Refusal): T {
  if (!isRefusal(result)) return result;
  const { refused, field, message } = result;
  if (refused === 'unknown_reference' && (field === 'id' || field === 'number')) throw notFound(message);
  throw refusedProblem(result);
}

/** The version a change was made from. Throws a problem where none is said: two administrators may look at one thing. */
export function versionSeen(request: FastifyRequest): number {
  const version = expectedVersionOf(request);
  if (version !== null) return version;
  throw new Problem({
    ...{ status: 428, code: 'invalid_header', title: 'say which version you saw', field: 'If-Match' },
    expected: 'the version that was read, as "3"',
  });
}

/** Writes what an administrator is about to do: the operation, and ids and codes only. */
export const administering = (
  deps: Pick<ApiDeps, 'audit'>,
  request: FastifyRequest,
  operation: string,
  detail: NonNullable<AuditEntry['detail']>,
): Promise<void> => audited(deps, request, { kind: 'administration', fields: [operation], detail });

/** What every answer of an operation of administrators may be instead. */
export const CHANGE_PROBLEMS = [400, 401, 403, 404, 409, 413, 415, 422, 503] as const;
