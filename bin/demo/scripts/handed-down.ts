import { GRID_3 } from '../../../infra/seed/demo-street.ts';
import { person, resolve, triage } from '../moves.ts';
import { DEMO_POLICY } from '../policy.ts';
import type { Script } from '../script.ts';

/** A walk-in at the street, handed down, found not to be the community's, and taken back by whoever sent it. */
export const handedDown: Script = {
  id: 'handed-down',
  title: { zh: '下派社区,又收回街道', en: 'Handed down and taken back' },
  category: 'D15',
  source: null,
  policy: DEMO_POLICY,
  expected: {
    path: [
      'discovery@street',
      'prevention@street',
      'prevention@community',
      'prevention@street',
      'closed@street',
    ],
    closure: { outcome: 'resolved', kind: 'administrative' },
    met: ['triage', 'level', 'return-decision', 'task-answer'],
    shows: [
      { type: 'reported', by: 'counter-1', level: 'street' },
      { type: 'handed-down', by: 'dispatcher-1', from: 'street', to: 'community' },
      { type: 'returned', by: 'community-2', to: 'street' },
      { type: 'return-decided', by: 'dispatcher-1', accepted: true },
      { type: 'resolved', by: 'dispatcher-1', kind: 'administrative' },
    ],
    agreements: [],
  },
  steps: [
    {
      say: 'counter-1 registers a walk-in about the village’s accounts; dispatcher-1 triages',
      async act(play) {
        await play.report('counter-1', {
          ...{ channel: 'counter', region: GRID_3, category: 'D15' },
          title: '村里鱼塘承包账目没公开',
          narrative: '村民到窗口反映:鱼塘承包费三年没有公示,问了几次没有说法。',
          parties: [person('a', 'A', '村民柏某'), person('b', 'B', '村民委员会')],
        });
        await triage(play, 'dispatcher-1', 'D15', 'street');
      },
    },
    {
      say: 'dispatcher-1 hands it down to the community',
      act: (play) =>
        play.act('dispatcher-1', 'hand-down', { to: 'community', reason: '事在村里,请社区先核。' }),
    },
    {
      say: 'community-2 says at once that the audit is the street’s; dispatcher-1 takes it back',
      async act(play) {
        await play.act('community-2', 'return', { reason: '账目审计归街道,社区无权查账。' });
        await play.act('dispatcher-1', 'decide-return', { accepted: true, reason: '说得对,收回。' });
      },
    },
    {
      say: 'the village committee publishes the accounts',
      async act(play) {
        await play.act('dispatcher-1', 'assign-task', {
          ...{ kind: 'answer', bodyId: 'village-committee', what: '三年承包费逐笔公示并书面答复。' },
        });
        await play.answers('village-1', '已张榜公示,并当面答复来访人。');
        await resolve(play, 'dispatcher-1', 'administrative', '账目已公开,来访人认可。');
      },
    },
  ],
};
