import type { Dispute } from '../domain/dispute/state.ts';
import { isParty } from '../domain/dispute/who.ts';
import type { Actor } from '../domain/roles.ts';
import { bodyMember, inScope, scopeOf } from '../domain/scope.ts';
import type { Task } from '../domain/task/task.ts';
import type { CaseRecord } from '../ports/reads.ts';
import type { ApiDeps } from './deps.ts';
import { notFound } from './problem.ts';
import { viewOf, type View } from './views/dispute.ts';

export interface FoundDispute {
  record: CaseRecord;
  state: Dispute;
  view: View;
}

/** A dispute this person may see. Throws `not_found` for what is not there and for what is not hers alike. */
export async function findDispute({ reads }: ApiDeps, id: string, actor: Actor): Promise<FoundDispute> {
  const record = await reads(actor, (mine) => mine.one('dispute', id));
  if (record === null) throw notFound();
  const state = record.state as Dispute;
  const view = viewOf(state, actor);
  if (view === null) throw notFound();
  return { record, state, view };
}

/**
 * A task or conference this person may see: by region, through a body that is asked, or as whoever brought it. Not by region
 * where she is a party to the dispute: what is asked there may be about her.
 */
export async function findOther(
  { reads, records }: ApiDeps,
  kind: 'task' | 'conference' | 'commitment',
  id: string,
  actor: Actor,
): Promise<CaseRecord> {
  const record = await reads(actor, (mine) => mine.one(kind, id));
  if (record === null) throw notFound();
  // Asked here too, so that neither the policies of the database nor this line is the only one.
  if (!inScope(scopeOf(actor), record)) throw notFound();
  const reportedBy = kind === 'task' ? (record.state as Task).reportedBy : null;
  // Without a post a name in a task is what is left of one.
  if (actor.posts.length === 0 && reportedBy !== actor.id) throw notFound();
  const asked = actor.posts.some(({ bodyId }) => record.members.includes(bodyMember(bodyId ?? '')));
  if (asked || record.disputeId === null) return record;
  if (isParty((await records.stateOf('dispute', record.disputeId)) as Dispute, actor)) throw notFound();
  return record;
}
