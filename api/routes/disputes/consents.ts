import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { is } from '../../../domain/dispute/who.ts';
import { notYet } from '../../../domain/occurred.ts';
import { ConsentBody, ConsentPage, PageQuery, RestrictionBody } from '../../../schemas/api/privacy.ts';
import { AttachmentParams } from '../../../schemas/api/attachments.ts';
import { problemsOf } from '../../../schemas/api/views.ts';
import { Id } from '../../../schemas/parts.ts';
import { CommandHeaders, idempotencyKeyOf } from '../../act.ts';
import { findFile, notPermitted } from '../../attached.ts';
import { audited } from '../../audited.ts';
import type { ApiDeps } from '../../deps.ts';
import { findDispute } from '../../found.ts';
import { Problem, refusedProblem } from '../../problem.ts';
import { ownParties } from '../../views/dispute.ts';

const Params = Type.Object({ id: Id() });

/**
 * What people agree to about their own data: written down by staff for whoever says or signs it, by a party herself with her
 * account or code. Of a minor her guardian speaks, unless he is the accused.
 */
export const consents: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const { privacy, clock = Date.now } = deps;

  app.post(
    '/disputes/:id/consents',
    {
      schema: {
        ...{ operationId: 'recordConsent', tags: ['privacy'] },
        summary: 'Give a consent about one’s data, or take it back',
        ...{ params: Params, headers: CommandHeaders, body: ConsentBody },
        response: {
          201: Type.Object({ id: Type.String() }),
          ...problemsOf(400, 401, 403, 404, 413, 415, 422, 503),
        },
      },
    },
    async (request, reply) => {
      const { actor, body } = request;
      const { state, view } = await findDispute(deps, request.params.id, actor);
      const staff = view === 'staff';
      const { partyId, subject, given, how, at, expiresAt = null } = body;
      const speakers = staff ? state.parties : ownParties(state, actor);
      if (!speakers.some(({ id }) => id === partyId)) {
        throw new Problem({
          ...{ status: 422, code: 'unknown_party', title: 'not a party you may speak for', field: 'partyId' },
          expected: 'the id of a party of this dispute',
        });
      }
      // Whoever says it herself says it here and now; what staff write down was said or signed elsewhere.
      if ((how === 'app') === staff) {
        throw new Problem({
          ...{ status: 422, code: 'invalid_field', title: 'that is not how it was said', field: 'how' },
          expected: staff ? 'paper or spoken' : 'app',
        });
      }
      const now = clock();
      const early = notYet(at, now);
      if (early !== null) throw refusedProblem({ ...early, field: 'at' });
      const id = deps.idsFrom(deps.commandIdOf(actor.id, state.id, `consent ${idempotencyKeyOf(request)}`))(
        'cns',
      );
      await audited(deps, request, {
        ...{ kind: 'change', fields: ['consent'], case: { kind: 'dispute', id: state.id } },
        detail: { partyId, subject, given },
      });
      await privacy.consents.record({
        ...{ id, disputeId: state.id, partyId, subject, given, how, at: at ?? now },
        ...{ recordedAt: now, recordedBy: actor.id, expiresAt },
      });
      return reply.code(201).send({ id });
    },
  );

  app.get(
    '/disputes/:id/consents',
    {
      schema: {
        ...{ operationId: 'listConsents', tags: ['privacy'], summary: 'Consents, newest first' },
        ...{ params: Params, querystring: PageQuery },
        response: { 200: ConsentPage, ...problemsOf(400, 401, 403, 404) },
      },
    },
    async (request) => {
      const { actor, query } = request;
      const { state, view } = await findDispute(deps, request.params.id, actor);
      const staff = view === 'staff';
      const own = staff ? null : ownParties(state, actor).map(({ id }) => id);
      const { items, nextCursor } = await privacy.consents.list(state.id, own, query);
      const shown = items.map((line) => ({
        ...{ ...line, recordedBy: staff || line.recordedBy === actor.id ? line.recordedBy : null },
      }));
      return { items: shown, nextCursor };
    },
  );

  app.put(
    '/disputes/:id/attachments/:attachmentId/restriction',
    {
      schema: {
        ...{ operationId: 'restrictAttachment', tags: ['privacy'] },
        summary: 'Close a file about a minor, somebody’s health or money until she consents',
        ...{ params: AttachmentParams, body: RestrictionBody },
        response: { 204: Type.Null(), ...problemsOf(400, 401, 403, 404, 413, 415, 422, 503) },
      },
    },
    async (request, reply) => {
      const { actor, body } = request;
      const { attachment, state } = await findFile(deps, request.params, actor);
      const own = attachment.uploadedBy === actor.id;
      if (!own && !is('owner', state, { actor }))
        throw notPermitted('whoever sent it, or the owner of the dispute', 'subject');
      const { partyId, subject } = body;
      if (!state.parties.some(({ id }) => id === partyId)) {
        throw new Problem({
          ...{ status: 422, code: 'unknown_party', title: 'no such party', field: 'partyId' },
          expected: 'the id of the party it is about',
        });
      }
      await audited(deps, request, {
        ...{ kind: 'change', fields: ['attachment-restriction'], case: { kind: 'dispute', id: state.id } },
        detail: { attachmentId: attachment.id, partyId, subject },
      });
      const setting = { disputeId: state.id, partyId, setBy: actor.id, setAt: clock() };
      await privacy.consents.restrict(attachment.id, subject === null ? null : { ...setting, subject });
      return reply.code(204).send(null);
    },
  );
};
