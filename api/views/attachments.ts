import type { Dispute } from '../../domain/dispute/state.ts';
import { is } from '../../domain/dispute/who.ts';
import type { Actor } from '../../domain/roles.ts';
import type { Attachment, AttachmentViewer } from '../../ports/attachments.ts';
import type { AttachmentAnswer } from '../../schemas/api/attachments.ts';
import { ownParties, type View } from './dispute.ts';

/** As what this person looks at the files of a dispute. */
export function viewerOf(state: Dispute, view: View, actor: Actor): AttachmentViewer {
  // Who was replaced as a respondent is a party of it no longer.
  const parties = view === 'staff' ? [] : ownParties(state, actor).filter((p) => p.consent !== 'replaced');
  return {
    ...{ actor, standing: view, sides: [...new Set(parties.map(({ side }) => side))] },
    mediation: view === 'staff' && (is('mediator', state, { actor }) || is('director', state, { actor })),
  };
}

/** A file as this person may know of it: who sent it and who else sees it is for staff and whoever sent it. */
export function attachmentView(
  attachment: Attachment,
  { actor, standing }: AttachmentViewer,
): AttachmentAnswer {
  const { id, disputeId, name, mediaType, bytes, sha256, kind, width, height } = attachment;
  const { thumbnailBytes, locationKept, uploadedAt } = attachment;
  const own = attachment.uploadedBy === actor.id;
  const all = own || standing === 'staff';
  return {
    ...{ id, disputeId, name, mediaType, bytes, sha256, kind, width, height, locationKept, uploadedAt, own },
    hasThumbnail: thumbnailBytes !== null,
    sourceSha256: all ? attachment.sourceSha256 : null,
    audience: all ? attachment.audience : null,
    side: all ? attachment.side : null,
    uploadedBy: all ? attachment.uploadedBy : null,
  };
}
