import { Type } from 'typebox';
import { Nullable } from './parts.ts';

/**
 * The notice on a `.dlq` topic that a message was set aside. It says where the message lies, never what stands in it:
 * that may be anything.
 */
export const DEAD_LETTER_EVENT = Type.Object({
  specversion: Type.Literal('1.0'),
  id: Type.String({ pattern: '^dead-letter:[0-9]+$' }),
  source: Type.Literal('fengqiao'),
  type: Type.Literal('cn.fengqiao.dead-letter.v1'),
  time: Type.String({ format: 'date-time' }),
  datacontenttype: Type.Literal('application/json'),
  data: Type.Object({
    deadLetterId: Type.Integer({ minimum: 1 }),
    group: Type.String(),
    topic: Type.String(),
    partition: Type.Integer({ minimum: 0 }),
    offset: Type.String({ pattern: '^[0-9]+$' }),
    eventId: Nullable(Type.String()),
    code: Type.String({ pattern: '^[a-z_]+$' }),
  }),
});

export const DEAD_LETTER_EXAMPLE = {
  ...{ specversion: '1.0', id: 'dead-letter:3', source: 'fengqiao', type: 'cn.fengqiao.dead-letter.v1' },
  ...{ time: '2026-03-02T01:30:00.000Z', datacontenttype: 'application/json' },
  data: {
    ...{ deadLetterId: 3, group: 'street', topic: 'fengqiao.disputes.v1', partition: 4, offset: '1207' },
    ...{ eventId: 'dispute:dsp_1:12', code: 'invalid_event' },
  },
};
