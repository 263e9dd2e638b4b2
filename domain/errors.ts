/**
 * Stable codes of refusals: what the core answers instead of events. A refusal is an answer, never an
 * exception: it is stored with the command and given again for the same key.
 */
export type RefusalCode =
  | 'unknown_action'
  | 'not_permitted'
  | 'out_of_order'
  | 'stale_version'
  | 'unknown_region'
  | 'unknown_category'
  | 'unknown_person'
  | 'unknown_body'
  | 'unknown_party'
  | 'unknown_item'
  | 'unknown_agreement'
  | 'unknown_commitment'
  | 'unknown_task'
  | 'unknown_clock'
  | 'unknown_reference'
  | 'invalid_field'
  | 'missing_condition'
  | 'conflict_of_interest'
  | 'limit_exceeded'
  | 'too_many_hops'
  | 'outside_jurisdiction'
  | 'already_exists'
  | 'overlapping'
  | 'in_use'
  | 'last_administrator'
  | 'not_oneself';

/** Why a command was not carried out. `field` names the part of the command, `expected` says what would be right. */
export interface Refusal {
  refused: RefusalCode;
  message: string;
  field?: string;
  expected?: string;
}

/** Builds a refusal; `field` and `expected` only where they help the person who asked. */
export function refuse(refused: RefusalCode, message: string, field?: string, expected?: string): Refusal {
  return { refused, message, ...(field && { field }), ...(expected && { expected }) };
}

/** Tells a refusal from the events of a decision. */
export function isRefusal(answer: unknown): answer is Refusal {
  return typeof answer === 'object' && answer !== null && 'refused' in answer;
}
