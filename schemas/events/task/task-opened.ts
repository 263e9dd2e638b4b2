import { Type } from 'typebox';
import { TASK_KINDS } from '../../../domain/dispute/state.ts';
import { Id, OneOf } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { Nullable, Owner, TaskTarget, TextRef } from '../parts.ts';
import { GRID } from '../samples.ts';

export const taskOpened = defineEvent({
  kind: 'task',
  type: 'task-opened',
  version: 1,
  summary: 'Somebody is asked for something and has time to report in and to answer.',
  fields: {
    id: Id(),
    policyVersion: Id(),
    disputeId: Nullable(Id()),
    kind: OneOf(TASK_KINDS),
    target: TaskTarget,
    owner: Nullable(Owner),
    what: Nullable(TextRef()),
    fromPetition: Type.Boolean(),
    reportedBy: Nullable(Id()),
  },
  example: {
    id: 'tsk_1',
    policyVersion: 'default-2026.1',
    disputeId: 'dsp_1',
    kind: 'whistle',
    target: { bodyId: 'body_3', region: GRID, level: 'street' },
    owner: null,
    what: 'txt_9',
    fromPetition: false,
    reportedBy: null,
  },
});
