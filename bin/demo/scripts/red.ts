import { GRID } from '../../../infra/seed/demo-street.ts';
import { inMinutes, person, resolve, term, triage } from '../moves.ts';
import { DEMO_POLICY } from '../policy.ts';
import type { Script } from '../script.ts';

/** A threat with a tool in the hand: the street owns it at once, three are called out, and a person lowers the grade. */
export const red: Script = {
  id: 'red',
  title: { zh: '持械威胁,红色直达街道', en: 'A threat: red, straight to the street' },
  category: 'D06',
  source: null,
  policy: DEMO_POLICY,
  expected: {
    path: ['discovery@street', 'prevention@street', 'closed@street'],
    closure: { outcome: 'resolved', kind: 'protective' },
    met: ['triage-red', 'stabilise', 'red-visit', 'regrade-decision', 'level'],
    shows: [
      { type: 'reported', by: 'grid-1', level: 'street' },
      { type: 'graded', grade: 'red', cause: 'danger-tick' },
      { type: 'task-assigned', by: 'system:rule', kind: 'stabilise' },
      { type: 'task-assigned', by: 'system:rule', kind: 'stabilise' },
      { type: 'task-assigned', by: 'system:rule', kind: 'stabilise' },
      { type: 'calmed', by: 'grid-1' },
      { type: 'measure-recorded', by: 'community-1', kind: 'visit' },
      { type: 'lowering-proposed', by: 'duty-1' },
      { type: 'lowering-decided', by: 'leader-1', confirmed: true },
      { type: 'graded', grade: 'blue', cause: 'lowered' },
      { type: 'commitment-added', kind: 'watch' },
      { type: 'resolved', by: 'duty-1', kind: 'protective' },
    ],
    agreements: [],
  },
  steps: [
    {
      say: 'grid-1 reports a man with a cleaver in his hand at the neighbour’s stall',
      act: (play) =>
        play.report('grid-1', {
          ...{ channel: 'grid', region: GRID, category: 'D06' },
          title: '占摊位起口角,一方提刀上前',
          narrative: '两家为摊位线争起来,一方回去拿了菜刀,站在对方摊前骂。',
          danger: { violence: true, weapon: true },
          parties: [person('a', 'A', '秦某'), person('b', 'B', '邢某')],
        }),
    },
    {
      say: 'grid, community and police are called out at once, and answer',
      async act(play) {
        await play.waits('duty-1', ['red-alert']);
        await play.answers('police-1', '已到场,刀已收下。');
        await play.answers('community-1', '已疏散围观的人。');
        await play.answers('grid-1', '在现场,把两家隔开了。');
      },
    },
    {
      say: 'grid-1 calms them, which closes nothing; duty-1 triages, community-1 visits',
      async act(play) {
        await play.act('grid-1', 'settle-on-spot', {
          ...{ note: '两人都坐下了,答应各自回家。', partiesAgreed: play.parties(), reporterTold: true },
        });
        await triage(play, 'duty-1', 'D06', 'street');
        await play.act('duty-1', 'refer', { bodyId: 'police', reason: '持刀威胁,依法移送公安机关处理。' });
        await play.act('community-1', 'record-measure', { kind: 'visit', note: '第二天上门,两家都冷静了。' });
      },
    },
    {
      say: 'duty-1 proposes to lower the grade, leader-1 confirms; the pitch line is drawn anew',
      async act(play) {
        await play.act('duty-1', 'regrade', {
          danger: { violence: false, weapon: false },
          reason: '刀已收缴,已教育,回访平稳。',
        });
        await play.act('leader-1', 'confirm-regrade', { confirmed: true });
        await play.act('duty-1', 'record-measure', {
          ...{ kind: 'protection', note: '市场管理员每天开市时在场。', loweredRisk: true },
        });
        const watch = { kind: 'watch', dueAt: inMinutes() } as const;
        await play.act('duty-1', 'add-commitment', {
          term: term(play, 'staff:grid-1', '一周内每天去看一眼,防再起冲突', watch),
        });
        await resolve(play, 'duty-1', 'protective', '危险解除,摊位线重画。');
      },
    },
  ],
};
