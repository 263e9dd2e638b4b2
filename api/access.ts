import { is } from '../domain/dispute/who.ts';
import type { Dispute } from '../domain/dispute/state.ts';
import { LIFECYCLE } from '../domain/lifecycle.ts';
import type { Actor, Role } from '../domain/roles.ts';
import { ACTION_BODIES, type PublicAction } from '../schemas/api/actions.ts';
import { CONFERENCE_ACTION_BODIES, TASK_ACTION_BODIES } from '../schemas/api/other-actions.ts';

/**
 * Who may call an operation at all: `anyone` without a session; `signed-in`, also residents and holders of a tracking
 * code; `staff`, who holds a post now; one of the roles. What she then sees is her scope's to say, and what may be done to
 * a case the lifecycle's.
 */
export interface Access {
  who: 'anyone' | 'signed-in' | 'staff' | readonly Role[];
  /** About one case: not there for whoever does not see it. */
  about?: 'dispute' | 'task' | 'conference' | 'commitment';
  /** Of those who see it, only for those who see it as staff do. */
  asStaff?: true;
}

const ANYONE: Access = { who: 'anyone' };
const SIGNED_IN: Access = { who: 'signed-in' };
const STAFF: Access = { who: 'staff' };
const ADMINISTRATOR: Access = { who: ['administrator'] };
const DISPUTE: Access = { who: 'signed-in', about: 'dispute' };
const DISPUTE_STAFF: Access = { ...DISPUTE, asStaff: true };
const TASK: Access = { who: 'signed-in', about: 'task' };
const CONFERENCE: Access = { who: 'signed-in', about: 'conference' };

const all = (access: Access, ...operations: string[]): Record<string, Access> =>
  Object.fromEntries(operations.map((operation) => [operation, access]));

/** Every operation but the actions. One that is named nowhere is not served: `api/plugins/access.ts`. */
const OPERATIONS: Record<string, Access> = {
  ...all(ANYONE, 'logIn', 'renewSession', 'reportWithoutAccount', 'beginVisit'),
  ...all(
    ANYONE,
    ...['Discovery', 'Services', 'Service', 'Requests', 'Request', 'Token', 'Report'].flatMap(open311),
  ),
  ...all(SIGNED_IN, 'logOut', 'currentSession', 'mySessions', 'endMySession', 'endMyOtherSessions'),
  ...all(SIGNED_IN, 'changePassword', 'report', 'follow', 'endVisit', 'stream'),
  ...all(SIGNED_IN, 'listDisputes', 'searchDisputes', 'exportDisputes', 'exportSearch'),
  ...all(SIGNED_IN, 'listSavedFilters', 'addSavedFilter', 'setSavedFilter', 'removeSavedFilter'),
  ...all(SIGNED_IN, 'myWork', 'myNotices', 'readNotices'),
  ...all(SIGNED_IN, 'listRegions', 'listPlaces', 'getMyData'),
  ...all(
    STAFF,
    'exportPersonData',
    'askErasure',
    'listBodies',
    'readBody',
    'listStaff',
    'listDuties',
    'whoIsOnDuty',
    'similarToReport',
  ),
  ...all(DISPUTE, 'getDispute', 'getTimeline', 'stateDispute', 'listDisputeStatements'),
  ...all(DISPUTE, 'addAttachment', 'listAttachments', 'getAttachment', 'getAttachmentContent'),
  ...all(DISPUTE, 'getAttachmentThumbnail', 'removeAttachment'),
  ...all(DISPUTE, 'recordConsent', 'listConsents', 'restrictAttachment'),
  drawInspection: { who: ['leader', 'district-officer'] },
  ...all({ who: ['inspector'] }, 'listInspections', 'inspectDispute'),
  ...all(DISPUTE_STAFF, 'setPartyDetails', 'similarDisputes', 'shareAttachment'),
  ...all(DISPUTE_STAFF, 'giveDisputeCode', 'listDisputeCodes', 'revealFields'),
  ...all(TASK, 'getTask', 'stateTask', 'listTaskStatements'),
  ...all({ ...TASK, asStaff: true }, 'giveTaskCode', 'listTaskCodes'),
  getConference: CONFERENCE,
  getCommitment: { who: 'signed-in', about: 'commitment' },
  ...all(ADMINISTRATOR, 'listPolicies', 'addPolicy', 'activatePolicy', 'addCalendar'),
  ...all(ADMINISTRATOR, 'listDeadLetters', 'readDeadLetter', 'replayDeadLetters', 'discardDeadLetter'),
  ...all(
    ADMINISTRATOR,
    'listAllStaff',
    'readStaff',
    'addStaff',
    'changeStaff',
    'deactivateStaff',
    'reactivateStaff',
  ),
  ...all(ADMINISTRATOR, 'addPost', 'endPost', 'addDuty', 'endDuty'),
  ...all(ADMINISTRATOR, 'uploadRegions', 'addPlace', 'changePlace', 'addBody', 'changeBody'),
  ...all(ADMINISTRATOR, 'listAccounts', 'getAccount', 'addAccount', 'closeAccount', 'reopenAccount'),
  ...all(ADMINISTRATOR, 'listErasures', 'carryOutErasure'),
  ...all(ADMINISTRATOR, 'resetPassword', 'unlockAccount', 'endSessions'),
  ...all(ADMINISTRATOR, 'listApiKeys', 'addApiKey', 'rotateApiKey', 'revokeApiKey'),
};

function open311(name: string): string[] {
  return [`open311${name}Json`, `open311${name}Xml`];
}

/** The name of the operation that carries out an action on a dispute. */
export const operationOf = (action: string): string =>
  action.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

const ACTIONS = new Map(
  (Object.keys(ACTION_BODIES) as PublicAction[]).map((action) => [operationOf(action), action]),
);

/** The action that an operation on a dispute carries out; null for every other operation. */
export const actionOf = (operation: string): PublicAction | null => ACTIONS.get(operation) ?? null;

const ACCESS: ReadonlyMap<string, Access> = new Map([
  ...Object.entries(OPERATIONS),
  ...[...ACTIONS.keys()].map((operation) => [operation, DISPUTE] as const),
  ...Object.keys(TASK_ACTION_BODIES).map((action) => [`task-${action}`, TASK] as const),
  ...Object.keys(CONFERENCE_ACTION_BODIES).map((action) => [`conference-${action}`, CONFERENCE] as const),
]);

/** The access of an operation; null for one that nobody has thought of. */
export const accessOf = (operation: string): Access | null => ACCESS.get(operation) ?? null;

/** Whether the operation is open to her, whatever case it is about. */
export function isOpenTo({ who }: Access, actor: Actor | null): boolean {
  if (who === 'anyone') return true;
  if (actor === null) return false;
  if (who === 'signed-in') return true;
  if (who === 'staff') return actor.posts.length > 0;
  return actor.posts.some(({ role }) => who.includes(role));
}

/** Whether she stands in one of the relations that the action needs, as the core asks before everything else. */
export const mayAct = (action: PublicAction, state: Dispute, actor: Actor): boolean =>
  LIFECYCLE[action].who.some((who) => is(who, state, { actor }));
