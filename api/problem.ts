import type { Refusal, RefusalCode } from '../domain/errors.ts';

/** Codes of problems that are not refusals of the core. Stable: clients may switch on them. */
export type ProblemCode =
  | RefusalCode
  | 'invalid_body'
  | 'invalid_query'
  | 'invalid_parameter'
  | 'invalid_header'
  | 'malformed_json'
  | 'unsupported_media_type'
  | 'payload_too_large'
  | 'unreadable_file'
  | 'location_stays'
  | 'range_not_satisfiable'
  | 'unauthenticated'
  | 'wrong_credentials'
  | 'password_change_required'
  | 'password_refused'
  | 'csrf_token_wrong'
  | 'scope_missing'
  | 'session_needed'
  | 'too_many_requests'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'idempotency_key_missing'
  | 'idempotency_key_reused'
  | 'case_busy'
  | 'still_recording'
  | 'unavailable'
  | 'overloaded'
  | 'already_exists'
  | 'consent_missing'
  | 'legal_hold'
  | 'internal';

export interface Fault {
  field: string;
  message: string;
  expected?: string;
}

export interface ProblemOptions {
  status: number;
  code: ProblemCode;
  title: string;
  field?: string;
  expected?: string;
  faults?: Fault[];
  /** Which of the rate limits was reached. */
  limit?: string;
  /** Seconds after which asking again makes sense. */
  retryAfter_s?: number;
}

/** An answer that is not what was asked for, as RFC 9457 has it: `application/problem+json` with a stable `code`. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly options: ProblemOptions;

  constructor(options: ProblemOptions) {
    super(options.title);
    this.options = options;
  }

  body(): object {
    const { retryAfter_s: _, ...rest } = this.options;
    return { type: `urn:fengqiao:problem:${rest.code}`, ...rest };
  }
}

const STATUS: Partial<Record<RefusalCode, number>> = {
  not_permitted: 403,
  out_of_order: 409,
  stale_version: 412,
  conflict_of_interest: 409,
  unknown_action: 404,
  outside_jurisdiction: 403,
  already_exists: 409,
  overlapping: 409,
  in_use: 409,
  last_administrator: 409,
  not_oneself: 409,
};

/** What the core refused, as an answer of the API. */
export function refusedProblem({ refused, message, field, expected }: Refusal): Problem {
  return new Problem({
    ...{ status: STATUS[refused] ?? 422, code: refused, title: message },
    ...(field !== undefined && { field }),
    ...(expected !== undefined && { expected }),
  });
}

export const notFound = (what = 'no such thing, or not yours to see'): Problem =>
  new Problem({ status: 404, code: 'not_found', title: what });

/** 405 with what the path has instead (RFC 9110, 15.5.6). */
export const methodNotAllowed = (expected: string): Problem =>
  new Problem({ status: 405, code: 'method_not_allowed', title: 'this path has other methods', expected });
