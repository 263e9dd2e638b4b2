import { STREET } from '../../../infra/seed/demo-street.ts';
import { accept, askOnBehalf, draft, person, resolve, signAndSeal, sit, term, triage } from '../moves.ts';
import { DEMO_POLICY } from '../policy.ts';
import type { Script } from '../script.ts';

/** Six consumers get their money back in instalments, which the court confirms; for the others the card moves on. */
const REFUNDED = ['c1', 'c2', 'c3', 'c4', 'c5', 'c6'];
const MOVED = ['t1', 't2'];
const NAMES = ['温一', '温二', '温三', '温四', '温五', '温六'];

export const case05: Script = {
  id: 'case-05',
  title: { zh: '近百人的健身卡,六份经法院确认', en: 'A hundred gym cards, six confirmed by the court' },
  category: 'D11',
  source: {
    id: 'case-05',
    url: 'https://www.cqn.com.cn/ms/content/2022-04/06/content_8804257.htm',
  },
  policy: DEMO_POLICY,
  expected: {
    path: ['discovery@district', 'prevention@district', 'handling@district', 'closed@district'],
    closure: { outcome: 'resolved', kind: 'agreement' },
    met: ['triage', 'level', 'mediation', 'task-answer', 'origin'],
    shows: [
      { type: 'reported', by: 'market-1' },
      { type: 'superior-notified', level: 'city', cause: 'group' },
      { type: 'triaged', by: 'district-1', level: 'district' },
      { type: 'mediation-accepted', by: 'director-3', kind: 'market' },
      { type: 'agreement-in-force', mediationEnds: false },
      { type: 'agreement-in-force', mediationEnds: true },
      { type: 'confirmation-applied' },
      { type: 'confirmation-recorded', by: 'court-2', result: 'confirmed' },
      { type: 'origin-replied', kind: 'result' },
      { type: 'resolved', by: 'district-1', kind: 'agreement' },
    ],
    agreements: ['none', 'confirmed'],
  },
  steps: [
    {
      ...{ tells: 1, on: '2021-08-23' },
      say: 'from one day in August nearly a hundred members complain; market-1 brings them in together',
      async act(play) {
        await play.report('market-1', {
          ...{ channel: 'department', level: 'district', region: STREET, category: 'D11' },
          title: '健身房停业,近百人的预付费没着落',
          narrative:
            '会员陆续来投诉:健身房关了门,老板联系不上,卡里先交的钱没有人退。到现在接近一百人,诉求一样,最怕钱要不回来。',
          danger: { people: 100, crossDepartment: true },
          applicantConsentsToDisclosure: true,
          origin: {
            ...{ system: 'market-complaints', externalNumber: 'demo-0823' },
            externalDeadlineAt: Date.now() + 45 * 86_400_000,
          },
          items: ['卡里的预付费用'],
          parties: [
            ...REFUNDED.map((ref, i) => person(ref, 'A', NAMES[i]!)),
            ...MOVED.map((ref, i) => person(ref, 'A', `转籍会员${i + 1}`)),
            person('r', 'A', '会员代表', { kind: 'representative', actsFor: [...REFUNDED, ...MOVED] }),
            person('gym', 'B', '健身房负责人'),
          ],
        });
        await triage(play, 'district-1', 'D11', 'district', 'complex');
        await play.act('district-1', 'reply-to-origin', { kind: 'received', text: '已登记,区里统一处理。' });
      },
    },
    {
      ...{ tells: 2, on: '2021-08-23' },
      say: 'bureau and court link their work and form one joint group of mediators',
      async act(play) {
        await play.act('district-1', 'set-team', {
          leadId: 'district-1',
          memberIds: ['market-1', 'court-1'],
        });
        await play.act('district-1', 'assign-task', {
          ...{ kind: 'whistle', bodyId: 'court', what: '启动诉调对接,请派人参加联合调解。' },
        });
        await play.answers('court-1', '同意对接,派特邀调解员参加。');
        await accept(play, 'director-3', 'committee-district', 'mediator-3', 'market');
        await play.act('director-3', 'assign-mediator', {
          ...{ mediatorId: 'mediator-3', coMediatorIds: ['court-2'], conflictsDisclosed: true },
        });
      },
    },
    {
      ...{ tells: 3, on: '2021-09-10' },
      say: 'the group seats the owner and the members’ delegates at the market office',
      async act(play) {
        await askOnBehalf(play, 'mediator-3', ['gym'], 'counter');
        await askOnBehalf(play, 'mediator-3', [...REFUNDED, ...MOVED], 'phone');
        await sit(play, 'mediator-3', {
          ...{ refs: ['c1', 't1', 'gym'], channel: 'counter', result: 'progress' },
          record: '在市场监管所坐下来谈:老板露面,认账,拿不出一次退清的钱。',
        });
      },
    },
    {
      ...{ tells: 4, on: '2021-09-20' },
      say: 'both accept: some move to another gym for free, some are paid back in parts',
      async act(play) {
        const sealing = { mediator: 'mediator-3', director: 'director-3' };
        const moving = [...MOVED, 'gym'];
        const moved = await draft(play, 'mediator-3', {
          ...{ scope: 'part', refs: moving },
          terms: [term(play, 'gym', '为这部分会员免费转籍')],
        });
        await signAndSeal(play, moved, { ...sealing, refs: moving });
        const refunding = [...REFUNDED, 'gym'];
        const refunded = await draft(play, 'mediator-3', {
          ...{ scope: 'part', refs: refunding },
          terms: REFUNDED.map((_, i) => term(play, 'gym', `分期退还${NAMES[i]}的预付费(期数和金额来源未载)`)),
        });
        await signAndSeal(play, refunded, { ...sealing, refs: refunding });
      },
    },
    {
      ...{ tells: 5, on: '2021-09-24' },
      say: 'the court confirms the agreement of the six who are paid in parts',
      async act(play) {
        const agreementId = (await play.look()).agreements.at(-1)!.id;
        const partyIds = play.parties(...REFUNDED, 'gym');
        await play.act('mediator-3', 'apply-confirmation', { agreementId, partyIds });
        await play.act('court-2', 'record-confirmation', { agreementId, result: 'confirmed' });
      },
    },
    {
      ...{ tells: 6, on: '2021-09-27' },
      say: 'by the end of September every complaint of this batch is settled',
      async act(play) {
        await play.act('district-1', 'reply-to-origin', { kind: 'result', text: '这批投诉全部谈成。' });
        await resolve(play, 'district-1', 'agreement', '近百人各得其所,六份经司法确认。');
      },
    },
  ],
};
