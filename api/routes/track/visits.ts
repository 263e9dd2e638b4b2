import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { isGuessablePin, readCode } from '../../../domain/tracking.ts';
import { PUBLIC_BODY_MAX_BYTES, TrackSession, TrackSessionBody } from '../../../schemas/api/track.ts';
import { problemsOf } from '../../../schemas/api/views.ts';
import { audited } from '../../audited.ts';
import type { ApiDeps } from '../../deps.ts';
import { unlessBusy } from '../../passwords-busy.ts';
import { hourly } from '../../plugins/hourly.ts';
import { Problem } from '../../problem.ts';
import { holderOf } from './holder.ts';

/** Visits of one address, also refused ones: a counter where many are helped has fewer. */
export const VISITS_PER_HOUR = 120;

/** A visit with code and PIN; both only ever in a body, never in an address that is kept somewhere. */
export const visits: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const limit = hourly(app, 'track_sessions', VISITS_PER_HOUR);

  app.post(
    '/track/sessions',
    {
      ...{ config: { open: true }, bodyLimit: PUBLIC_BODY_MAX_BYTES },
      schema: {
        ...{ operationId: 'beginVisit', tags: ['public'], security: [] },
        summary: 'Come with a tracking code and its PIN',
        description:
          'The PIN on the slip is used up by the first visit, which needs a newPin: six digits of her own. Later visits need the code and that PIN. Five wrong ones lock the code for an hour.',
        ...{
          body: TrackSessionBody,
          response: { 201: TrackSession, ...problemsOf(400, 401, 413, 415, 422, 429, 503) },
        },
      },
    },
    async (request, reply) => {
      const { code, pin, newPin } = request.body;
      if (readCode(code) === null) throw mistyped();
      if (newPin !== undefined && (newPin === pin || isGuessablePin(newPin))) throw guessable();
      await limit(request);
      const entered = { code, pin, ...(newPin !== undefined && { newPin }) };
      const begun = await unlessBusy(deps.tracking.begin(entered));
      if (begun.outcome === 'wrong') throw wrong();
      if (begun.outcome === 'choose-pin') throw pinNeeded();
      const { token, expiresAt, holder } = begun;
      await audited(deps, request, {
        ...{ kind: 'login', fields: ['tracking-code'], case: holder.case, actorId: holder.principal },
      });
      void reply.code(201);
      return { token, expiresAt, caseKind: holder.case.kind, caseId: holder.case.id };
    },
  );

  app.delete(
    '/track/sessions/current',
    {
      schema: {
        ...{ operationId: 'endVisit', tags: ['public'], summary: 'Leave: the token opens nothing any more' },
        response: { 204: Type.Null(), ...problemsOf(401, 403) },
      },
    },
    async (request, reply) => {
      holderOf(request);
      await deps.tracking.end(request.headers.authorization!.replace(/^Bearer +/i, ''));
      return reply.code(204).send(null);
    },
  );
};

/** Told to anybody, since anybody can compute it: it says nothing of which codes there are. */
const mistyped = (): Problem =>
  new Problem({
    ...{ status: 422, code: 'invalid_field', title: 'this is not how a code is written' },
    ...{ field: 'code', expected: 'twelve letters and digits as on the slip' },
  });

const guessable = (): Problem =>
  new Problem({
    ...{ status: 422, code: 'password_refused', title: 'this PIN is easily guessed, or the one on the slip' },
    ...{ field: 'newPin', expected: 'six other digits, not all the same and not in a row' },
  });

const wrong = (): Problem =>
  new Problem({
    ...{ status: 401, code: 'wrong_credentials', title: 'code or PIN is wrong, or locked for a while' },
    expected: 'after an hour, or a new slip from the counter',
  });

const pinNeeded = (): Problem =>
  new Problem({
    ...{ status: 422, code: 'password_change_required', title: 'choose a PIN of your own' },
    ...{ field: 'newPin', expected: 'six digits; the PIN on the slip is used up with it' },
  });
