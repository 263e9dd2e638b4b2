import type { Conference } from '../domain/conference/conference.ts';
import type { Dispute } from '../domain/dispute/state.ts';
import type { Actor } from '../domain/roles.ts';
import { inScope, scopeOf } from '../domain/scope.ts';
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
  const record = await reads.one('dispute', id);
  if (record === null) throw notFound();
  const state = record.state as Dispute;
  const view = viewOf(state, actor);
  if (view === null) throw notFound();
  return { record, state, view };
}

/** A task or conference this person may see: by region, through a body that is asked, or as whoever brought it. */
export async function findOther(
  { reads }: ApiDeps,
  kind: 'task' | 'conference' | 'commitment',
  id: string,
  actor: Actor,
): Promise<CaseRecord> {
  const record = await reads.one(kind, id);
  if (record === null) throw notFound();
  const scope = scopeOf(actor);
  const bodies = bodiesOf(record);
  const asked = actor.posts.some(({ bodyId }) => bodyId !== undefined && bodies.includes(bodyId));
  if (!asked && !inScope(scope, record)) throw notFound();
  return record;
}

function bodiesOf({ kind, state }: CaseRecord): string[] {
  if (kind === 'task') return [(state as Task).target.bodyId].filter((id) => id !== null);
  if (kind === 'conference') return (state as Conference).participants.map(({ bodyId }) => bodyId);
  return [];
}
