import { GRID_2 } from '../../../infra/seed/demo-street.ts';
import { person, resolve, triage } from '../moves.ts';
import { UNATTENDED_POLICY } from '../policy.ts';
import type { Script } from '../script.ts';

/** Nobody looks: reminders, broken clocks, and twice up a level by itself, until the street has it and acts. */
export const unattended: Script = {
  id: 'unattended',
  title: { zh: '无人过问,自动逐级上报', en: 'Nobody looks, and it rises by itself' },
  category: 'D14',
  source: null,
  policy: UNATTENDED_POLICY,
  expected: {
    path: [
      'discovery@grid',
      'escalation@community',
      'escalation@street',
      'prevention@street',
      'closed@street',
    ],
    closure: { outcome: 'resolved', kind: 'coordinated' },
    broken: ['triage', 'takeover', 'level'],
    nobodyActsUntil: { type: 'taken-over', level: 'street', automatic: true },
    shows: [
      { type: 'reported', by: 'resident-2' },
      { type: 'clock-warned', kind: 'triage', fraction: 0.5 },
      { type: 'clock-warned', kind: 'triage', fraction: 0.8 },
      { type: 'clock-broken', kind: 'triage' },
      { type: 'escalated', by: 'system:clock', from: 'grid', to: 'community', cause: 'clock' },
      { type: 'clock-broken', kind: 'takeover' },
      { type: 'taken-over', by: 'system:clock', level: 'community', automatic: true },
      { type: 'clock-warned', kind: 'level' },
      { type: 'clock-broken', kind: 'level' },
      { type: 'escalated', by: 'system:clock', from: 'community', to: 'street', cause: 'clock' },
      { type: 'taken-over', by: 'system:clock', level: 'street', automatic: true },
      { type: 'supervised', by: 'leader-1' },
      { type: 'resolved', by: 'duty-1', kind: 'coordinated' },
    ],
    agreements: [],
  },
  steps: [
    {
      say: 'resident-2 reports a lift that stands still; nobody looks',
      act: (play) =>
        play.report('resident-2', {
          ...{ channel: 'resident', region: GRID_2, placeId: 'plc-guihua-7', category: 'D14' },
          title: '电梯停了没人管',
          narrative: '电梯停了好几天,物业和维保公司互相推,老人下不了楼。',
          applicantConsentsToDisclosure: true,
          parties: [person('a', 'A', '居民二', { accountId: 'resident-2' }), person('b', 'B', '物业公司')],
        }),
    },
    {
      say: 'triage runs out: the community is asked, does not answer, and owns it all the same',
      act: (play) => play.until('the community owns it by the clock', ({ level }) => level !== 'grid'),
    },
    {
      say: 'the community’s time runs out as well: the street’s duty officer owns it',
      act: (play) => play.until('the street owns it by the clock', ({ level }) => level === 'street'),
    },
    {
      say: 'leader-1 looks into why; duty-1 triages and has the lift mended',
      async act(play) {
        await play.act('leader-1', 'supervise', { kind: 'supervision', reason: '两级超时,逐一说明原因。' });
        await triage(play, 'duty-1', 'D14', 'street', 'simple');
        await play.act('duty-1', 'assign-task', {
          ...{ kind: 'whistle', bodyId: 'property-firm', what: '今天把电梯修好,费用先垫后摊。' },
        });
        await play.answers('property-1', '维保已到场,电梯恢复。');
        await play.act('duty-1', 'record-measure', {
          kind: 'coordination',
          note: '电梯已通,明确以后谁先垫付。',
        });
        await resolve(play, 'duty-1', 'coordinated', '电梯修好,报修人已告知。');
      },
    },
  ],
};
