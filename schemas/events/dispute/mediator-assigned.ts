import { Type } from 'typebox';
import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { List } from '../parts.ts';

export const mediatorAssigned = defineEvent({
  kind: 'dispute',
  type: 'mediator-assigned',
  version: 1,
  summary: 'The dispute has a mediator, who has disclosed conflicts of interest.',
  fields: { by: Id(), mediatorId: Id(), coMediatorIds: List(Id()), chosenByParties: Type.Boolean() },
  example: { by: 'staff_7', mediatorId: 'staff_9', coMediatorIds: ['staff_10'], chosenByParties: true },
});
