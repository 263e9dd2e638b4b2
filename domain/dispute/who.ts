import type { Context } from '../machine.ts';
import { LEVELS, rank, regionAt, type Level } from '../regions.ts';
import { holds, ROLES_OF_LEVEL, type Actor, type Role } from '../roles.ts';
import { REGIONAL } from '../scope.ts';
import type { Dispute } from './state.ts';

/** Relations a person can have to a dispute; the lifecycle table says which of them an action needs. */
export const WHO = [
  'grid',
  'community',
  'street',
  'district',
  'leader',
  'counter',
  'owner',
  'above',
  'receiver',
  'mediator',
  'director',
  'party',
  'member',
  'system',
] as const;
export type Who = (typeof WHO)[number];

/** A party herself, by her own account. */
export const isParty = (state: Dispute, { id }: Actor): boolean =>
  state.parties.some((party) => party.accountId === id);

/**
 * Whether the actor stands in that relation to the dispute now. Whoever is a party has no other relation to it, whatever
 * post she holds: nobody works on her own quarrel.
 */
export function is(who: Who, state: Dispute, { actor }: Pick<Context, 'actor'>): boolean {
  if (who !== 'party' && isParty(state, actor)) return false;
  const over = (...roles: Role[]): boolean => holds(actor, roles, state.region);
  // A leader of the street is neither above the district nor the city that a case was passed to.
  const at = (level: Level, ...roles: Role[]): boolean => holds(actor, roles, regionAt(state.region, level));
  // Being named in a case is no right of its own: it ends with the last post.
  const serves = actor.posts.length > 0;
  switch (who) {
    case 'grid':
      return over('grid-worker', 'grid-head');
    case 'community':
      return over('community-officer', 'grid-head');
    case 'street':
      return over('dispatcher', 'duty-officer');
    case 'district':
      return over('district-officer');
    case 'leader':
      return over('leader');
    case 'counter':
      return over('counter-clerk');
    case 'owner': {
      const named = [state.owner.staffId, state.leaderId, state.team?.leadId];
      return (
        (serves && named.includes(actor.id)) ||
        holds(actor, ROLES_OF_LEVEL[state.owner.level], state.owner.region)
      );
    }
    case 'above':
      return (
        at(state.level, 'leader') ||
        LEVELS.slice(rank(state.level) + 1).some((level) => at(level, ...ROLES_OF_LEVEL[level]))
      );
    case 'receiver':
      return (
        state.pendingTransfer !== null &&
        at(state.pendingTransfer.to, ...ROLES_OF_LEVEL[state.pendingTransfer.to])
      );
    case 'mediator':
      return serves && [state.mediation.mediatorId, ...state.mediation.coMediatorIds].includes(actor.id);
    case 'director': {
      const { committeeId, status } = state.mediation;
      // What failed, or was reopened, is free for the committee of another level to accept.
      const free = committeeId === null || status === 'failed' || status === 'none';
      return actor.posts.some((post) => {
        const own = free || post.bodyId === committeeId;
        return post.role === 'committee-director' && own && state.region.startsWith(post.region);
      });
    }
    case 'party':
      return state.reportedBy === actor.id || isParty(state, actor);
    case 'member':
      return (
        holds(actor, REGIONAL, state.region) || (serves && state.team?.memberIds.includes(actor.id) === true)
      );
    case 'system':
      return actor.system === true;
  }
}
