import { GRID } from '../../../infra/seed/demo-street.ts';
import { person } from '../moves.ts';
import { DEMO_POLICY } from '../policy.ts';
import type { Script } from '../script.ts';

/** Washing that drips on the neighbour's quilt: over within the visit, nobody had to be called. */
export const onTheSpot: Script = {
  id: 'on-the-spot',
  title: { zh: '楼上晾衣滴水,当场说开', en: 'Dripping washing, settled on the spot' },
  category: 'D02',
  source: null,
  policy: DEMO_POLICY,
  expected: {
    path: ['discovery@grid', 'closed@grid'],
    closure: { outcome: 'resolved', kind: 'on-spot' },
    met: ['triage', 'follow-up'],
    shows: [
      { type: 'reported', by: 'grid-1', level: 'grid' },
      { type: 'resolved', by: 'grid-1', kind: 'on-spot' },
      { type: 'follow-up-recorded', satisfied: true },
    ],
    agreements: [],
  },
  steps: [
    {
      say: 'grid-1 meets two neighbours in the yard over wet quilts and notes it down',
      act: (play) =>
        play.report('grid-1', {
          ...{ channel: 'grid', region: GRID, placeId: 'plc-guihua-3', category: 'D02' },
          title: '楼上晾衣服滴湿楼下被子',
          narrative: '巡查时碰上两家在院里理论:楼上衣服没拧干,滴湿了楼下晒的被子。',
          parties: [person('a', 'A', '苏甲'), person('b', 'B', '杜乙')],
        }),
    },
    {
      say: 'the upper one will wring out her washing, the lower one will call up first; both say yes',
      act: (play) =>
        play.act('grid-1', 'settle-on-spot', {
          note: '楼上答应拧干再晾,楼下晒被子先喊一声,两家都说好。',
          ...{ partiesAgreed: play.parties(), reporterTold: true },
        }),
    },
    {
      say: 'community-1 asks a few days later whether it held',
      act: (play) => play.act('community-1', 'record-follow-up', { performed: 'yes', satisfied: true }),
    },
  ],
};
