import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Task } from '../../../domain/task/task.ts';
import { TrackView } from '../../../schemas/api/track.ts';
import { problemsOf } from '../../../schemas/api/views.ts';
import { withEtag } from '../../act.ts';
import type { ApiDeps } from '../../deps.ts';
import { findDispute, findOther } from '../../found.ts';
import { referencesOf } from '../../views/dispute.ts';
import { trackedDispute, trackedTask, type Followed } from '../../views/track.ts';
import { holderOf } from './holder.ts';

/** Events shown with the case; a longer story goes on at `GET /v1/disputes/{id}/timeline`. */
const TIMELINE_MAX = 500;

/** Where her case stands: what happened, what comes next and until when, and whom to call. */
export const follow: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const { reads, rules, tracking, clock = Date.now } = deps;

  /** What both kinds of case need. */
  const around = async (policyVersion: string, region: string | null): Promise<Followed> => {
    const [policy, calendar, call] = await Promise.all([
      rules.policy(policyVersion),
      rules.calendar(),
      region === null ? null : tracking.deskOf(region),
    ]);
    return { policy, calendar, call, now: clock() };
  };

  app.get(
    '/track',
    {
      schema: {
        ...{ operationId: 'follow', tags: ['public'], summary: 'My case, by tracking code' },
        response: { 200: TrackView, ...problemsOf(401, 403, 404) },
      },
    },
    async (request, reply) => {
      const holder = holderOf(request);
      const { actor } = request;
      const { kind, id } = holder.case;
      if (kind === 'task') {
        const record = await findOther(deps, 'task', id, actor);
        const task = record.state as Task;
        const staffId = task.owner?.staffId ?? null;
        const [texts, names, entries] = await reads(actor, async (mine) => [
          await mine.texts([task.what, task.answer].filter((ref) => ref !== null)),
          await mine.names(staffId === null ? [] : [staffId]),
          await mine.timeline('task', id, 0, TIMELINE_MAX),
        ]);
        const followed = await around(task.policyVersion, task.owner?.region ?? task.target.region);
        void withEtag(reply, record.version);
        return trackedTask(task, holder, { ...followed, texts, names, entries });
      }
      const { state, view } = await findDispute(deps, id, actor);
      const wanted = referencesOf(state);
      const [texts, names, people, entries] = await reads(actor, async (mine) => [
        await mine.texts(wanted.texts),
        await mine.names(wanted.names),
        await mine.parties(id),
        await mine.timeline('dispute', id, 0, TIMELINE_MAX),
      ]);
      const followed = await around(state.policyVersion, state.owner.region);
      void withEtag(reply, state.version);
      return trackedDispute(state, view, holder, { ...followed, actor, texts, names, people, entries });
    },
  );
};
