import type { Owner } from '../duty.ts';
import type { Level } from '../regions.ts';
import type { Instant } from '../working-time.ts';
import type { DisputeEvent } from './events.ts';
import {
  activeParties,
  mediationActive,
  NO_MEDIATION,
  type Agreement,
  type Closure,
  type Dispute,
  type Mediation,
  type Party,
} from './state.ts';

/** Folds one event, recorded `at` that time, into the dispute. Total: every event of the union has its case. */
export function evolve(state: Dispute, event: DisputeEvent, at: Instant): Dispute {
  switch (event.type) {
    case 'reported':
      return reported(state, event);
    case 'triage-proposed':
      return { ...state, triage: 'proposed', category: event.category, difficulty: event.difficulty };
    case 'triaged':
      return {
        ...enter(state, event.level, event.owner),
        triage: 'done',
        category: event.category,
        difficulty: event.difficulty,
        danger: event.danger,
        region: event.region,
        entryLevel: event.level,
      };
    case 'calmed':
      return { ...state, calmedBy: event.by, calms: state.calms + 1, redVisited: false, contacted: true };
    case 'merged':
      return { ...left(state, 'merged', event.by, at), mergedInto: event.into };
    case 'unmerged':
      return {
        ...enter(state, state.level, event.owner),
        closure: null,
        mergedInto: null,
        round: state.round + 1,
      };
    case 'marked-out-of-scope':
      return left(state, 'out-of-scope', event.by, at);
    case 'transferred':
      return left(state, 'transferred', event.by, at);
    case 'linked': {
      const links = state.links.filter((link) => link.disputeId !== event.disputeId);
      return { ...state, links: [...links, { disputeId: event.disputeId, relation: event.relation }] };
    }
    case 'unlinked':
      return { ...state, links: state.links.filter((link) => link.disputeId !== event.disputeId) };
    case 'measure-recorded':
      return {
        ...state,
        measures: state.measures + 1,
        contacted: state.contacted || event.kind === 'visit',
        redVisited:
          state.redVisited || (event.kind === 'visit' && event.by !== (state.calmedBy ?? state.reportedBy)),
      };
    case 'contact-recorded':
      return {
        ...state,
        contacted: state.contacted || event.result !== 'no-answer',
        redVisited:
          state.redVisited ||
          (event.channel === 'visit' &&
            event.result !== 'no-answer' &&
            event.by !== (state.calmedBy ?? state.reportedBy)),
      };
    case 'referred':
      return state;
    case 'notice-delivered':
      return mapParties(state, event.partyIds, (party) => ({
        ...party,
        // Only the refuser can restart mediation with herself (Law of People's Mediation art. 17).
        consent: ['refused', 'withdrawn', 'agreed', 'replaced'].includes(party.consent)
          ? party.consent
          : 'asked',
        noticeDeliveredAt: party.noticeDeliveredAt ?? at,
        // A second notice while the first is unanswered must not start the clock anew.
        asked: party.consent === 'asked' ? party.asked : party.asked + 1,
      }));
    case 'consented':
      return mapParties(state, [event.partyId], (party) => ({ ...party, consent: 'agreed' }));
    case 'refused':
      return endIfAlone(mapParties(state, [event.partyId], (party) => ({ ...party, consent: 'refused' })));
    case 'withdrawn':
      return endIfAlone(mapParties(state, [event.partyId], (party) => ({ ...party, consent: 'withdrawn' })));
    case 'respondent-replaced': {
      const replaced = mapParties(state, [event.partyId], (party) => ({ ...party, consent: 'replaced' }));
      return { ...replaced, parties: [...replaced.parties, event.replacement] };
    }
    case 'party-identified':
      return mapParties(state, [event.partyId], (party) => ({ ...party, accountId: event.accountId }));
    case 'party-not-reached':
      return mapParties(state, [event.partyId], (party) => ({ ...party, consent: 'not-reached' }));
    case 'mediation-accepted':
      return {
        ...state,
        worked: true,
        mediation: {
          ...NO_MEDIATION,
          round: state.mediation.round + 1,
          status: 'accepted',
          kind: event.kind,
          committeeId: event.committeeId,
          recusedIds: state.mediation.recusedIds,
        },
      };
    case 'mediator-assigned': {
      const status = state.mediation.status === 'accepted' ? 'assigned' : state.mediation.status;
      return mediating(state, { status, mediatorId: event.mediatorId, coMediatorIds: event.coMediatorIds });
    }
    case 'mediator-left':
    case 'mediator-recused': {
      const { mediatorId, coMediatorIds, recusedIds: before } = state.mediation;
      // Who left her post may come back to the dispute with another; who was recused may not.
      const recusedIds = event.type === 'mediator-left' ? before : [...before, event.mediatorId];
      const lead = mediatorId === event.mediatorId;
      return mediating(state, {
        recusedIds,
        mediatorId: lead ? null : mediatorId,
        coMediatorIds: coMediatorIds.filter((id) => id !== event.mediatorId),
        ...(lead && { status: 'accepted' }),
      });
    }
    case 'session-scheduled':
      return state;
    case 'session-recorded':
      return {
        ...mediating(state, { status: 'mediating', sessions: state.mediation.sessions + 1 }),
        contacted: true,
      };
    case 'mediation-suspended':
      return mediating(state, { status: 'suspended' });
    case 'mediation-resumed':
      return mediating(state, { status: state.mediation.sessions > 0 ? 'mediating' : 'assigned' });
    case 'agreement-proposed':
    case 'oral-agreement-recorded':
      return {
        ...state,
        agreements: [...state.agreements.filter((a) => a.id !== event.agreement.id), event.agreement],
      };
    case 'agreement-signed':
      return mapAgreement(state, event.agreementId, (agreement) => ({
        ...agreement,
        signedBy: [...new Set([...agreement.signedBy, ...event.partyIds])],
        mediatorSigned: agreement.mediatorSigned || event.mediatorSigned,
        sealed: agreement.sealed || event.sealed,
      }));
    case 'agreement-in-force': {
      const covered = mapAgreement(state, event.agreementId, (a) => ({
        ...a,
        effectiveAt: event.effectiveAt,
      }));
      const items = covered.items.map((item) =>
        event.itemIds.includes(item.id) ? { ...item, status: 'covered' as const } : item,
      );
      const next = { ...covered, items };
      return event.mediationEnds ? mediating(next, { status: 'agreed' }) : next;
    }
    case 'register-reviewed':
      return mapAgreement(state, event.agreementId, (agreement) => ({ ...agreement, reviewed: true }));
    case 'mediation-failed': {
      const items = state.items.map((item) =>
        event.itemIds.includes(item.id) && item.status === 'open'
          ? { ...item, status: 'ended' as const }
          : item,
      );
      // Mediation ends when every item is covered or ended; until then it goes on over the rest.
      if (items.some((item) => item.status === 'open')) return { ...state, items };
      const failedMediations = state.failedMediations + 1;
      const danger = { ...state.danger, failedMediations };
      // An agreement on part of the items stands: mediation as a whole then ended, it did not fail.
      const status = items.some((item) => item.status === 'covered') ? 'ended' : 'failed';
      return { ...mediating(state, { status }), items, failedMediations, danger };
    }
    case 'escalated':
      return { ...state, pendingTransfer: { to: event.to, since: at }, handedDownFrom: null };
    case 'taken-over':
      return {
        ...enter(state, event.level, event.owner),
        // A question whose case it is does not outlive its having gone elsewhere.
        ...{ pendingTransfer: null, pendingReturn: null },
        returns: 0,
        handedDownFrom: null,
        receivedFrom: state.level,
      };
    case 'owner-replaced':
      // The same level goes on: no clock begins again because a person left.
      return { ...state, owner: event.owner };
    case 'handed-down':
      return {
        ...enter(state, event.to, event.owner),
        ...{ pendingTransfer: null, pendingReturn: null, receivedFrom: null },
        handedDownFrom: event.from,
      };
    case 'returned':
      return {
        ...state,
        pendingReturn: { by: state.owner, to: event.to, count: event.count },
        returns: event.count,
      };
    case 'return-decided': {
      const decided = {
        ...state,
        pendingReturn: null,
        handedDownFrom: event.accepted ? null : state.handedDownFrom,
        receivedFrom: event.accepted ? null : state.receivedFrom,
      };
      return event.accepted ? enter(decided, event.owner.level, event.owner) : decided;
    }
    case 'extension-requested':
      return {
        ...state,
        pendingExtension: { clockId: event.clockId, amount: event.amount, by: event.by },
        extensionsAsked: state.extensionsAsked + 1,
      };
    case 'extension-decided':
      return { ...state, pendingExtension: null };
    case 'graded': {
      const becameRed = event.grade === 'red' && state.grade !== 'red';
      return {
        ...state,
        grade: event.grade,
        points: event.points,
        gradeLines: event.lines,
        danger: event.danger,
        reds: state.reds + (becameRed ? 1 : 0),
        // A lowering was proposed on facts that have changed: it is to be proposed anew.
        pendingRegrade: null,
        redSince: event.grade !== 'red' ? null : becameRed ? at : state.redSince,
        redVisited: becameRed ? false : state.redVisited,
      };
    }
    case 'lowering-proposed': {
      const count = state.regrades + 1;
      const pendingRegrade = { danger: event.danger, grade: event.grade, by: event.by, count };
      return { ...state, regrades: count, pendingRegrade };
    }
    case 'lowering-decided':
      return { ...state, pendingRegrade: null };
    case 'urged':
      return { ...state, urgedClocks: [...state.urgedClocks, event.clockId] };
    case 'supervised':
      return supervised(state, event);
    case 'superior-notified':
      return state;
    case 'leader-assigned':
      return { ...state, leaderId: event.leaderId };
    case 'team-set':
      return { ...state, team: { leadId: event.leadId, memberIds: event.memberIds } };
    case 'conference-convened':
      return {
        ...state,
        conferences: [...state.conferences, { id: event.conferenceId, status: 'convened' }],
      };
    case 'conference-closed': {
      const status = event.held ? ('held' as const) : ('cancelled' as const);
      const conferences = state.conferences.map((c) => (c.id === event.conferenceId ? { ...c, status } : c));
      return { ...state, conferences };
    }
    case 'task-assigned': {
      const task = {
        id: event.taskId,
        kind: event.kind,
        target: event.target,
        status: 'open' as const,
        silent: false,
      };
      return { ...state, tasks: [...state.tasks, task] };
    }
    case 'task-closed': {
      const tasks = state.tasks.map((t) => (t.id === event.taskId ? { ...t, status: event.status } : t));
      return { ...state, tasks };
    }
    case 'task-silent': {
      const tasks = state.tasks.map((t) => (t.id === event.taskId ? { ...t, silent: true } : t));
      return { ...state, tasks };
    }
    case 'commitment-added': {
      const commitment = { ...event.commitment, agreementId: event.agreementId, status: 'open' as const };
      return { ...state, commitments: [...state.commitments, commitment] };
    }
    case 'commitment-fulfilled':
      return mapCommitment(state, event.commitmentId, 'done');
    case 'commitment-broken':
      return mapCommitment(state, event.commitmentId, 'broken');
    case 'commitment-dropped':
      return mapCommitment(state, event.commitmentId, 'dropped');
    case 'proceeding-recorded': {
      const proceeding = { id: event.proceedingId, kind: event.kind, result: event.result !== null };
      return {
        ...state,
        proceedings: [...state.proceedings.filter((p) => p.id !== proceeding.id), proceeding],
      };
    }
    case 'confirmation-applied':
      return mapAgreement(state, event.agreementId, (agreement) => ({
        ...agreement,
        confirmation: 'applied',
      }));
    case 'confirmation-recorded':
      return mapAgreement(state, event.agreementId, (agreement) => ({
        ...agreement,
        confirmation: event.result,
      }));
    case 'origin-replied': {
      const replied = state.origin.replied || ['returned', 'answered', 'result'].includes(event.kind);
      return { ...state, origin: { ...state.origin, replied } };
    }
    case 'resolved':
      return closed(itemsEnd(state, 'settled'), { outcome: 'resolved', kind: event.kind, at, by: event.by });
    case 'closed-unresolved':
      return closed(itemsEnd(state, 'ended'), {
        outcome: 'unresolved',
        kind: event.reason,
        at,
        by: event.by,
      });
    case 'follow-up-recorded':
      return { ...state, followUps: state.followUps + 1 };
    case 'rated':
      return { ...state, rating: event.score };
    case 'objected':
      return { ...state, objections: state.objections + 1 };
    case 'reopened':
      return {
        ...enter(state, event.level, event.owner),
        closure: null,
        archivedAt: null,
        followUps: 0,
        ...{ returns: 0, handedDownFrom: null, receivedFrom: null },
        round: state.round + 1,
        reopened: state.reopened + 1,
        items: state.items.map((item) => ({ ...item, status: 'open' as const })),
        mediation: { ...state.mediation, status: 'none' },
      };
    case 'archived':
      return { ...state, archivedAt: at };
    default:
      return event satisfies never;
  }
}

function reported(state: Dispute, event: Extract<DisputeEvent, { type: 'reported' }>): Dispute {
  const { id, number, policyVersion, calendarVersion, reportedAt, reportedBy, region, placeId, category } =
    event;
  const { level, owner, danger, urgent, origin, applicantConsentsToDisclosure, parties, links } = event;
  const { title, narrative } = event;
  const identity = {
    id,
    number,
    policyVersion,
    calendarVersion,
    reportedAt,
    reportedBy,
    region,
    placeId,
    category,
  };
  return {
    ...enter(state, level, owner),
    ...identity,
    ...{ danger, urgent, origin, applicantConsentsToDisclosure, parties, links, title, narrative },
    entryLevel: level,
    round: 1,
    items: event.itemIds.map((itemId) => ({ id: itemId, status: 'open' })),
  };
}

/** A person who supervises has seen all that waits; the engine's own supervision waits for a person. */
function supervised(state: Dispute, event: Extract<DisputeEvent, { type: 'supervised' }>): Dispute {
  const supervisions = state.supervisions + 1;
  if (!event.by.startsWith('system:')) return { ...state, supervisions, awaitingSupervision: [] };
  const key = event.clockId ?? `${event.by}:${supervisions}`;
  const awaitingSupervision = [...state.awaitingSupervision, { key, level: event.byLevel }];
  return { ...state, supervisions, awaitingSupervision };
}

/** Work enters a level: a new owner and, through the entry count, a new level clock. */
function enter(state: Dispute, level: Level, owner: Owner): Dispute {
  return { ...state, level, owner, levelEntries: state.levelEntries + 1 };
}

function left(
  state: Dispute,
  kind: 'merged' | 'out-of-scope' | 'transferred',
  by: string,
  at: Instant,
): Dispute {
  return { ...closed(state, { outcome: 'left', kind, at, by }), worked: state.worked };
}

/** What becomes of the items that no agreement covers; those of a dispute that went elsewhere stay open there. */
const itemsEnd = (state: Dispute, status: 'settled' | 'ended'): Dispute => ({
  ...state,
  items: state.items.map((item) => (item.status === 'open' ? { ...item, status } : item)),
});

function closed(state: Dispute, closure: Closure): Dispute {
  const nothingPending = {
    pendingTransfer: null,
    pendingReturn: null,
    pendingExtension: null,
    pendingRegrade: null,
    awaitingSupervision: [],
  };
  const ended = mediationActive(state) ? mediating(state, { status: 'ended' }) : state;
  return { ...ended, ...nothingPending, closure, worked: true };
}

const mediating = (state: Dispute, change: Partial<Mediation>): Dispute => ({
  ...state,
  mediation: { ...state.mediation, ...change },
});

/** Mediation needs two sides that have not turned away; when fewer are left it ends, without having failed. */
function endIfAlone(state: Dispute): Dispute {
  const sides = new Set(activeParties(state).map((party) => party.side));
  return sides.size < 2 && mediationActive(state) ? mediating(state, { status: 'ended' }) : state;
}

const mapParties = (state: Dispute, ids: string[], change: (party: Party) => Party): Dispute => ({
  ...state,
  parties: state.parties.map((party) => (ids.includes(party.id) ? change(party) : party)),
});

const mapAgreement = (state: Dispute, id: string, change: (agreement: Agreement) => Agreement): Dispute => ({
  ...state,
  agreements: state.agreements.map((agreement) => (agreement.id === id ? change(agreement) : agreement)),
});

const mapCommitment = (state: Dispute, id: string, status: 'done' | 'broken' | 'dropped'): Dispute => ({
  ...state,
  commitments: state.commitments.map((commitment) =>
    commitment.id === id ? { ...commitment, status } : commitment,
  ),
});
