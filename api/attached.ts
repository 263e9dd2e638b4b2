import type { FastifyRequest } from 'fastify';
import type { Dispute } from '../domain/dispute/state.ts';
import type { Actor } from '../domain/roles.ts';
import {
  StorageUnavailable,
  type AttachedTo,
  type Attachment,
  type AttachmentViewer,
} from '../ports/attachments.ts';
import type { AttachmentKind, Audience } from '../schemas/api/attachments.ts';
import type { ApiDeps } from './deps.ts';
import { findDispute } from './found.ts';
import { notFound, Problem } from './problem.ts';
import { storageAway } from './upload-problems.ts';
import { viewerOf } from './views/attachments.ts';

/** A client that neither sends nor takes anything of a file for so long is gone. */
export const STALL_MS = 60_000;

export interface FoundFiles {
  dispute: AttachedTo;
  state: Dispute;
  viewer: AttachmentViewer;
}

/** A dispute this person may see, and as what she looks at its files. Throws `not_found`. */
export async function findFiles(deps: ApiDeps, id: string, actor: Actor): Promise<FoundFiles> {
  const { record, state, view } = await findDispute(deps, id, actor);
  const dispute = { id: record.id, version: record.version, region: record.region };
  return { dispute, state, viewer: viewerOf(state, view, actor) };
}

/** A file she may see. Throws `not_found` for what is not there and for what is not hers alike. */
export async function findFile(
  deps: ApiDeps,
  { id, attachmentId }: { id: string; attachmentId: string },
  actor: Actor,
): Promise<FoundFiles & { attachment: Attachment }> {
  const found = await findFiles(deps, id, actor);
  const attachment = await deps.attachments.one(found.viewer, id, attachmentId);
  if (attachment === null) throw notFound();
  return { ...found, attachment };
}

/** A case that was archived is complete; before that evidence may come at any time, also for a reopening. */
export function refuseArchived({ archivedAt }: Dispute): void {
  if (archivedAt === null) return;
  throw new Problem({
    ...{ status: 409, code: 'out_of_order', title: 'the dispute is archived' },
    expected: 'reopen it first',
  });
}

/** The side a file is shown to. Throws a problem when this person may not show it so, or it may not be shown. */
export function sideOf(
  state: Dispute,
  { standing }: AttachmentViewer,
  { audience, side, kind }: { audience: Audience; side?: string; kind: AttachmentKind },
): string | null {
  if (audience !== 'staff' && standing !== 'staff')
    throw notPermitted('staff say who sees a file', 'audience');
  if (audience !== 'staff' && kind === 'mediation')
    throw invalid('audience', 'staff: material of a mediation stays in its file');
  const sides = [...new Set(state.parties.map((party) => party.side))];
  if (audience === 'side' && (side === undefined || !sides.includes(side)))
    throw invalid('side', `one of the sides of this dispute: ${sides.join(', ')}`);
  if (audience !== 'side' && side !== undefined) throw invalid('side', 'only with the audience side');
  return side ?? null;
}

export const notPermitted = (title: string, field?: string): Problem =>
  new Problem({ status: 403, code: 'not_permitted', title, ...(field !== undefined && { field }) });

const invalid = (field: string, expected: string): Problem =>
  new Problem({ status: 422, code: 'invalid_field', title: 'this does not fit', field, expected });

/** What a client is told when a file could not be stored or read; anything else is thrown on as it is. */
export function asProblem(error: unknown, request: FastifyRequest, what: 'stored' | 'read'): unknown {
  // The client went away in the middle of its file: nobody reads the answer, and nothing is wrong here.
  if ((error as NodeJS.ErrnoException).code === 'ECONNRESET' && !request.raw.complete) return cutOff();
  if (!(error instanceof StorageUnavailable)) return error;
  request.log.error({ err: error, cause: String(error.cause) }, 'the storage is away');
  return storageAway(what);
}

const cutOff = (): Problem =>
  new Problem({ status: 400, code: 'invalid_body', title: 'the file did not come whole' });
