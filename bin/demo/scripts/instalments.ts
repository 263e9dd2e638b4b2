import { GRID_2 } from '../../../infra/seed/demo-street.ts';
import {
  accept,
  askOnBehalf,
  draft,
  fulfil,
  inMinutes,
  person,
  resolve,
  routesTold,
  signAndSeal,
  sit,
  term,
  triage,
  yuan,
} from '../moves.ts';
import { DEMO_POLICY } from '../policy.ts';
import type { Script } from '../script.ts';

const BOTH = ['a', 'b'];
const SIGNING = { refs: BOTH, mediator: 'mediator-2', director: 'director-2' };
/** Soon enough to fall due while the demo runs. */
const SOON_MINUTES = 0.08;

/** A builder pays back in three parts and misses the second; the rest of the quarrel goes to court. */
export const instalments: Script = {
  id: 'instalments',
  title: { zh: '退款分三期,一期没付', en: 'Part agreed, in instalments, one broken' },
  category: 'D04',
  source: null,
  policy: DEMO_POLICY,
  expected: {
    path: [
      'discovery@community',
      'prevention@community',
      'handling@community',
      'closed@community',
      'handling@community',
      'closed@community',
    ],
    closure: { outcome: 'resolved', kind: 'agreement' },
    broken: ['commitment-due'],
    met: ['mediation', 'commitment-due', 'commitment-check'],
    shows: [
      { type: 'agreement-in-force', mediationEnds: false },
      { type: 'commitment-added', kind: 'instalment' },
      { type: 'commitment-added', kind: 'instalment' },
      { type: 'commitment-added', kind: 'instalment' },
      { type: 'mediation-failed' },
      { type: 'proceeding-recorded', kind: 'lawsuit' },
      { type: 'resolved', kind: 'agreement' },
      { type: 'commitment-fulfilled' },
      { type: 'commitment-broken', by: 'community-1' },
      { type: 'reopened', ground: 'broken-commitment' },
      { type: 'agreement-in-force' },
      { type: 'commitment-fulfilled' },
      { type: 'resolved', kind: 'agreement' },
    ],
    agreements: ['none', 'none'],
  },
  steps: [
    {
      say: 'a family and a builder quarrel over money paid and work not done',
      async act(play) {
        await play.report('community-1', {
          ...{ channel: 'resident', level: 'community', region: GRID_2, category: 'D04' },
          title: '装修停工,要退钱还要赔工期',
          narrative: '交了三万元装修款,做到一半停了工,户主要退钱,还要赔耽误的工期。',
          danger: { amountFen: yuan(30_000) },
          applicantConsentsToDisclosure: true,
          items: ['退还装修款', '工期损失'],
          parties: [person('a', 'A', '户主温某'), person('b', 'B', '装修队尤某')],
        });
        await triage(play, 'community-1', 'D04', 'community');
        await askOnBehalf(play, 'community-1', BOTH);
        await accept(play, 'director-2', 'committee-guihua', 'mediator-2');
      },
    },
    {
      say: 'they agree on the refund, in three instalments; the lost time goes to court',
      async act(play) {
        await sit(play, 'mediator-2', { result: 'progress', record: '退一万八千元,分三期;工期损失谈不拢。' });
        const part = (dueAt: number) => ({ kind: 'instalment', yuan: 6_000, dueAt }) as const;
        const agreementId = await draft(play, 'mediator-2', {
          ...{ scope: 'part', items: [0], refs: BOTH },
          terms: [
            term(play, 'b', '第一期退款', part(inMinutes())),
            term(play, 'b', '第二期退款', part(inMinutes(SOON_MINUTES))),
            term(play, 'b', '第三期退款', part(inMinutes())),
          ],
        });
        await signAndSeal(play, agreementId, SIGNING);
        await play.act('mediator-2', 'fail-mediation', {
          ...{ reason: '工期损失谈不拢。', itemIds: [play.item(1)], routesTold },
        });
        await play.act('community-1', 'record-proceeding', {
          ...{ kind: 'lawsuit', body: '溪桥区人民法院', reference: '户主就工期损失起诉' },
        });
        await resolve(play, 'community-1', 'agreement', '退款谈成,其余走诉讼。');
      },
    },
    {
      say: 'the first instalment comes; the second falls due, and community-1 finds it was not paid',
      async act(play) {
        await fulfil(play, 'community-1', '收条一张。', (_, place) => place === 0);
        await play.waits('community-1', ['check-commitment']);
        const { commitments } = await play.look();
        await play.act('community-1', 'break-commitment', {
          ...{ commitmentId: commitments[1]!.id, reason: '到期没有付。' },
        });
      },
    },
    {
      say: 'the breach has reopened the case: a supplementary agreement, and this time it is paid',
      async act(play) {
        const { commitments } = await play.look();
        await play.act('community-1', 'drop-commitment', {
          ...{ commitmentId: commitments[2]!.id, reason: '并入补充协议。' },
        });
        await accept(play, 'director-2', 'committee-guihua', 'mediator-2');
        await sit(play, 'mediator-2', { result: 'agreement', record: '余下一万二千元一次付清。' });
        const agreementId = await draft(play, 'mediator-2', {
          ...{ scope: 'supplementary', items: [0], refs: BOTH },
          terms: [term(play, 'b', '一次付清余款', { kind: 'instalment', yuan: 12_000 })],
        });
        await signAndSeal(play, agreementId, SIGNING);
        await fulfil(play, 'community-1', '转账凭证。');
        await resolve(play, 'community-1', 'agreement', '余款付清。');
      },
    },
  ],
};
