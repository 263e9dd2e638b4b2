import { GRID } from '../../../infra/seed/demo-street.ts';
import { person, resolve, triage } from '../moves.ts';
import { DEMO_POLICY } from '../policy.ts';
import type { Script } from '../script.ts';

/** Closed, asked afterwards, not satisfied: the resident opens it again and the cause is found. */
export const notSatisfied: Script = {
  id: 'not-satisfied',
  title: { zh: '回访不满意,重新打开', en: 'Not satisfied, and opened again' },
  category: 'D14',
  source: null,
  policy: DEMO_POLICY,
  expected: {
    path: [
      'discovery@grid',
      'prevention@community',
      'closed@community',
      'handling@community',
      'closed@community',
    ],
    closure: { outcome: 'resolved', kind: 'coordinated' },
    met: ['triage', 'level', 'task-answer', 'follow-up'],
    shows: [
      { type: 'resolved', by: 'community-1', kind: 'coordinated' },
      { type: 'follow-up-recorded', satisfied: false },
      { type: 'reopened', by: 'resident-4', ground: 'not-satisfied' },
      { type: 'resolved', by: 'community-1', kind: 'coordinated' },
      { type: 'rated', by: 'resident-4' },
    ],
    agreements: [],
  },
  steps: [
    {
      say: 'resident-4 reports water under the stairs; the property firm pumps it out, the case is closed',
      async act(play) {
        await play.report('resident-4', {
          ...{ channel: 'resident', region: GRID, placeId: 'plc-guihua-3', category: 'D14' },
          title: '楼梯间积水,物业不理',
          narrative: '一下雨楼梯间就积水,报修两次没有人来。',
          applicantConsentsToDisclosure: true,
          parties: [person('a', 'A', '居民四', { accountId: 'resident-4' }), person('b', 'B', '物业公司')],
        });
        await triage(play, 'community-1', 'D14', 'community', 'simple');
        await play.act('community-1', 'assign-task', {
          ...{ kind: 'whistle', bodyId: 'property-firm', what: '先把水抽干。' },
        });
        await play.answers('property-1', '已抽干。');
        await resolve(play, 'community-1', 'coordinated', '积水已抽。');
      },
    },
    {
      say: 'grid-1 visits: the water is back, she is not satisfied and opens it again',
      async act(play) {
        await play.act('grid-1', 'record-follow-up', {
          performed: 'partly',
          satisfied: false,
          note: '又积水了。',
        });
        await play.act('resident-4', 'reopen', { ground: 'not-satisfied', reason: '没有修好,下雨还积。' });
      },
    },
    {
      say: 'this time the broken drain is found and replaced',
      async act(play) {
        await play.act('community-1', 'assign-task', {
          ...{ kind: 'coordinate', bodyId: 'property-firm', what: '查清积水原因,换掉坏的管子。' },
        });
        await play.answers('property-1', '地漏管断了,已换新。');
        await resolve(play, 'community-1', 'coordinated', '原因查清,管子换好。');
        await play.act('grid-1', 'record-follow-up', { performed: 'yes', satisfied: true });
        await play.act('resident-4', 'rate', { partyId: play.party('a'), score: 4 });
      },
    },
  ],
};
