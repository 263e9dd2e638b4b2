import { Type, type TSchema } from 'typebox';
import { Id, Ids, Instant, NARRATIVE_MAX, Strict, Terms, Text } from '../parts.ts';

const optional = Type.Optional;

/** Bodies of `POST /v1/tasks/{id}/actions/{action}`. */
export const TASK_ACTION_BODIES = {
  'report-in': Strict({}),
  answer: Strict({ answer: Text(NARRATIVE_MAX) }),
  'return-task': Strict({ reason: Text() }),
} satisfies Record<string, TSchema>;

/** Bodies of `POST /v1/conferences/{id}/actions/{action}`. */
export const CONFERENCE_ACTION_BODIES = {
  schedule: Strict({ at: Instant(), bodyIds: Ids(30) }),
  confirm: Strict({ bodyId: Id(), standIn: optional(Type.Boolean()) }),
  'record-minutes': Strict({ attendedBodyIds: Ids(30), minutes: Text(NARRATIVE_MAX), decisions: Terms }),
  'cancel-conference': Strict({ reason: Text() }),
} satisfies Record<string, TSchema>;
