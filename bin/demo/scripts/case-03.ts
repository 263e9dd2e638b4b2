import { COMMUNITY } from '../../../infra/seed/demo-street.ts';
import { accept, askOnBehalf, draft, person, resolve, signAndSeal, sit, term, triage } from '../moves.ts';
import { DEMO_POLICY } from '../policy.ts';
import type { Script } from '../script.ts';

/** An old mother whom neither child wants to take home; law and help together settle it in the community. */
export const case03: Script = {
  id: 'case-03',
  title: { zh: '老母亲由谁来照顾', en: 'Who looks after the old mother' },
  category: 'D01',
  source: { id: 'case-03', url: 'https://xsqgt.com/archives/124894.html' },
  policy: DEMO_POLICY,
  expected: {
    path: ['discovery@community', 'prevention@community', 'handling@community', 'closed@community'],
    closure: { outcome: 'resolved', kind: 'agreement' },
    met: ['triage', 'consent', 'mediation', 'level', 'task-report-in', 'task-answer'],
    shows: [
      { type: 'reported', by: 'community-1' },
      { type: 'contact-recorded', channel: 'phone' },
      { type: 'session-recorded', result: 'no-progress' },
      { type: 'measure-recorded', kind: 'legal-explanation' },
      { type: 'measure-recorded', kind: 'welfare' },
      { type: 'agreement-in-force', mediationEnds: true },
      { type: 'resolved', by: 'community-1', kind: 'agreement' },
    ],
    agreements: ['none'],
  },
  steps: [
    {
      tells: 1,
      say: 'community-1 hears of it from the old woman on a round, and reports it at once',
      async act(play) {
        await play.report('community-1', {
          ...{ channel: 'sweep', region: COMMUNITY, category: 'D01' },
          title: '患病老人独自在家,儿女都不接',
          narrative:
            '上门排查时,七十九岁的老人说:病了一年多,先前跟着小女儿,春天被送到儿子家,入夏儿子一家去外地,留下她一个人,吃住没有着落。拆迁款交给小女儿,看病也花完了。',
          damageHappeningNow: true,
          applicantConsentsToDisclosure: true,
          items: ['老人由谁照料、药费由谁承担'],
          parties: [person('m', 'A', '沈母'), person('s', 'B', '沈大'), person('d', 'C', '沈小')],
        });
        await triage(play, 'community-1', 'D01', 'community');
      },
    },
    {
      tells: 2,
      say: 'elder-1 of the station reaches the son and his wife and learns how it came to this',
      async act(play) {
        await play.act('community-1', 'assign-task', {
          ...{
            kind: 'verify',
            bodyId: 'elder-station',
            what: '联系老人的儿子儿媳,问清拆迁款、住院和接送经过。',
          },
        });
        await play.answers(
          'elder-1',
          '已问清:三年前的拆迁款交女儿保管,说好由她养老;去年住院把钱用完,出院后直接送到哥哥家。',
        );
      },
    },
    {
      tells: 3,
      say: 'after several calls son and daughter let the community mediate',
      async act(play) {
        for (const [ref, result] of [
          ['s', 'not-now'],
          ['d', 'not-now'],
          ['s', 'willing'],
          ['d', 'willing'],
        ] as const)
          await play.act('community-1', 'record-contact', {
            ...{ partyId: play.party(ref), channel: 'phone', result },
          });
        await askOnBehalf(play, 'community-1', ['m'], 'visit');
        await askOnBehalf(play, 'community-1', ['s', 'd'], 'phone');
        await accept(play, 'director-2', 'committee-guihua', 'mediator-2');
      },
    },
    {
      tells: 4,
      say: 'first sitting: both know their duty, each wants the other to do more, nobody takes her home',
      act: (play) =>
        sit(play, 'mediator-2', {
          result: 'no-progress',
          record: '兄妹都认赡养是本分,都要对方多担一些,谁也不松口接人。',
        }),
    },
    {
      tells: 5,
      say: 'second sitting: the lawyer explains what is owed to a parent',
      async act(play) {
        await play.act('community-1', 'assign-task', {
          ...{ kind: 'coordinate', bodyId: 'law-firm', what: '请派律师到场,讲清子女的赡养义务。' },
        });
        await play.answers('lawyer-1', '已到场说明:赡养义务不因财产给了谁而免除,子女共同承担。');
        await play.act('mediator-2', 'record-measure', {
          ...{ kind: 'legal-explanation', note: '律师讲明双方的权利义务。' },
        });
        await sit(play, 'mediator-2', { result: 'progress', record: '听完律师的话,两人都沉默下来。' });
      },
    },
    {
      tells: 6,
      say: 'the property firm offers the daughter work, the station helps with the allowance',
      async act(play) {
        await play.act('community-1', 'assign-task', {
          ...{ kind: 'coordinate', bodyId: 'property-firm', what: '能否给老人的女儿安排一份活计。' },
        });
        await play.answers('property-1', '小区保洁正缺人,可以介绍她来做。');
        await play.act('community-1', 'record-measure', {
          ...{ kind: 'welfare', note: '助老站答应陪同咨询和申领低保。' },
        });
        for (const [by, what] of [
          ['body:property-firm', '介绍小女儿做保洁'],
          ['body:elder-station', '陪同咨询、申领低保'],
        ] as const)
          await play.act('community-1', 'add-commitment', {
            term: term(play, by, what, { kind: 'referral' }),
          });
      },
    },
    {
      tells: 7,
      say: 'brother and sister agree there and then to take her in by turns',
      async act(play) {
        await sit(play, 'mediator-2', { result: 'agreement', record: '两人当场答应接老人回家,轮流照看。' });
        const refs = ['m', 's', 'd'];
        const terms = [
          term(play, 's', '与妹妹共同承担老人药费'),
          term(play, 'd', '与哥哥共同承担老人药费'),
          term(play, 's', '照看老人半年,与妹妹轮换'),
          term(play, 'd', '照看老人半年,与哥哥轮换'),
        ];
        const agreementId = await draft(play, 'mediator-2', { refs, terms });
        await signAndSeal(play, agreementId, { refs, mediator: 'mediator-2', director: 'director-2' });
        await resolve(play, 'community-1', 'agreement', '兄妹达成赡养协议。');
      },
    },
  ],
};
