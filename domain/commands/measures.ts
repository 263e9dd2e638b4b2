import { refuse, unknownParties, type Decider } from './support.ts';

export const recordMeasure: Decider<'record-measure'> = (
  _state,
  { kind, note, loweredRisk },
  { actor, newId },
) => [
  {
    type: 'measure-recorded',
    by: actor.id,
    measureId: newId('msr'),
    kind,
    note,
    loweredRisk: loweredRisk ?? false,
  },
];

export const recordContact: Decider<'record-contact'> = (state, command, { actor, newId }) => {
  const { partyId, channel, result, note } = command;
  const unknown = unknownParties(state, [partyId], 'partyId');
  if (unknown) return unknown;
  return [
    {
      type: 'contact-recorded',
      by: actor.id,
      contactId: newId('con'),
      partyId,
      channel,
      result,
      note: note ?? null,
    },
  ];
};

export const refer: Decider<'refer'> = (_state, { bodyId, reason }, { actor, directory }) =>
  directory.bodies.has(bodyId)
    ? [{ type: 'referred', by: actor.id, bodyId, reason }]
    : refuse('unknown_body', 'no such body', 'bodyId');
