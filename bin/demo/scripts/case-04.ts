import { COMMUNITY, GRID } from '../../../infra/seed/demo-street.ts';
import {
  accept,
  agreeOrally,
  askOnBehalf,
  fulfil,
  person,
  resolve,
  reviewRegister,
  sit,
  term,
  triage,
} from '../moves.ts';
import { DEMO_POLICY } from '../policy.ts';
import type { Script } from '../script.ts';

const ALL = ['up', 'down', 'others'];

/** Water back on the second floor, rebuilding on the first; a collapsed shaft is found when all look together. */
export const case04: Script = {
  id: 'case-04',
  title: { zh: '两家同淹,找到塌掉的窨井', en: 'Two flooded flats and a collapsed shaft' },
  category: 'D02',
  source: { id: 'case-04', url: 'http://zhengzhou.17car.com.cn/zhengzhou/2023/0307/392044.html' },
  policy: DEMO_POLICY,
  expected: {
    path: ['discovery@community', 'prevention@community', 'escalation@street', 'closed@street'],
    closure: { outcome: 'resolved', kind: 'agreement' },
    met: [
      'first-contact',
      'triage',
      'level',
      'takeover',
      'stabilise',
      'task-answer',
      'mediation',
      'follow-up',
    ],
    shows: [
      { type: 'reported', urgent: true },
      { type: 'measure-recorded', by: 'community-1', kind: 'visit' },
      { type: 'escalated', by: 'community-1', to: 'street', cause: 'person' },
      { type: 'taken-over', by: 'duty-1', automatic: false },
      { type: 'session-recorded', by: 'mediator-1' },
      { type: 'agreement-in-force', mediationEnds: true },
      { type: 'resolved', kind: 'agreement' },
      { type: 'follow-up-recorded', satisfied: true },
    ],
    agreements: ['none'],
  },
  steps: [
    {
      ...{ tells: 1, on: '2023-03-04' },
      say: 'called in the evening, community-1 and grid-1 go at once and look into both flats',
      async act(play) {
        await play.report('community-1', {
          ...{
            channel: 'resident',
            level: 'community',
            region: GRID,
            placeId: 'plc-guihua-3',
            category: 'D02',
          },
          title: '二楼返水漫屋,与一楼争执',
          narrative:
            '晚上八点多来电:二楼下水倒灌,屋里没处下脚,家里有近七十岁的老人。怀疑一楼装修弄堵了管子;一楼说自家也漏。两家就在楼道里越吵越凶。',
          danger: { crossDepartment: true },
          ...{ damageHappeningNow: true, applicantConsentsToDisclosure: true },
          items: ['下水道疏通修复及费用'],
          parties: [
            person('up', 'A', '二楼方家'),
            person('down', 'B', '一楼葛家'),
            person('others', 'C', '单元其余住户'),
          ],
        });
        const visit = { kind: 'visit', note: '二楼返水,一楼卫生间和顶面也在漏。' };
        await play.act('community-1', 'record-measure', visit);
        for (const ref of ['up', 'down'])
          await play.act('grid-1', 'record-contact', {
            ...{ partyId: play.party(ref), channel: 'visit', result: 'reached' },
          });
        await triage(play, 'community-1', 'D02', 'community');
      },
    },
    {
      ...{ tells: 2, on: '2023-03-04' },
      say: 'community-1 finds it urgent and tangled and passes it to the street',
      async act(play) {
        await play.act('community-1', 'escalate', {
          reason: '积水不退,原因不明,双方情绪激动,请司法所牵头。',
        });
        await play.act('duty-1', 'take-over');
      },
    },
    {
      ...{ tells: 3, on: '2023-03-04' },
      say: 'the justice office calls its helpers to the spot; the police calm both sides first',
      async act(play) {
        await play.act('duty-1', 'assign-task', {
          ...{ kind: 'stabilise', bodyId: 'police', what: '先把两家人劝开。' },
        });
        await play.act('duty-1', 'assign-task', {
          ...{ kind: 'whistle', bodyId: 'justice-office', what: '召集调解室成员到现场。' },
        });
        await play.answers('police-1', '已到场,两家都坐下来了。');
        await play.answers('justice-1', '民警、律师和调解员都到了现场。');
        await accept(play, 'director-1', 'committee-street', 'mediator-1');
      },
    },
    {
      ...{ tells: 4, on: '2023-03-05' },
      say: 'community-1 gathers the households of the entrance: a shaft has caved in; three proposals',
      async act(play) {
        await play.act('duty-1', 'assign-task', {
          ...{
            kind: 'coordinate',
            level: 'community',
            region: COMMUNITY,
            what: '请召集本单元在住的住户开会。',
          },
        });
        await play.answers(
          'community-1',
          '原因找到:主管道窨井塌了又被土埋住。建议三条:费用大家摊、施工有人协调、以后怎么用水立个约定。',
        );
      },
    },
    {
      ...{ tells: 5, on: '2023-03-06' },
      say: 'two days of going back and forth between justice office, police, community and city management',
      async act(play) {
        await play.act('duty-1', 'assign-task', {
          ...{ kind: 'whistle', bodyId: 'city-management', what: '请尽快安排工人修窨井。' },
        });
        await play.answers('city-1', '可以派工,费用落实就动手。');
        await askOnBehalf(play, 'mediator-1', ALL);
        const sitting = { joint: false, result: 'progress' } as const;
        await sit(play, 'mediator-1', {
          ...sitting,
          refs: ['up', 'down'],
          record: '两家都认可不是对方的错。',
        });
        await sit(play, 'mediator-1', { ...sitting, refs: ['others'], record: '其余住户愿意商量分摊。' });
      },
    },
    {
      ...{ tells: 6, on: '2023-03-06' },
      say: 'the households accept the plan and the quarrel is over',
      async act(play) {
        await sit(play, 'mediator-1', { result: 'agreement', record: '各户接受三条建议。' });
        const terms = [
          term(play, 'others', '与二楼、一楼一起分摊维修费'),
          term(play, 'body:city-management', '尽快组织工人修复', { kind: 'rectification' }),
          term(play, 'others', '不再往下水道丢杂物'),
        ];
        await agreeOrally(
          play,
          'mediator-1',
          { refs: ALL, terms },
          '登记:本单元现有住户共同出资,司法所协调城管施工,各户不丢杂物。书面还是口头,来源未载。',
        );
        await resolve(play, 'duty-1', 'agreement', '单元住户都接受方案。');
      },
    },
    {
      say: 'community-1 visits: the drain runs, and the two families greet each other again',
      async act(play) {
        await fulfil(play, 'community-1', '回访时下水已通。', (kind) => kind === 'rectification');
        await reviewRegister(play, 'director-1');
        for (const note of ['二楼说水通了。', '二楼说和一楼关系也好了。'])
          await play.act('community-1', 'record-follow-up', { performed: 'yes', satisfied: true, note });
      },
    },
  ],
};
