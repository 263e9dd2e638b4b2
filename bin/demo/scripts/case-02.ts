import { STREET } from '../../../infra/seed/demo-street.ts';
import {
  accept,
  askOnBehalf,
  draft,
  fulfil,
  person,
  resolve,
  signAndSeal,
  sit,
  term,
  triage,
  yuan,
} from '../moves.ts';
import { DEMO_POLICY } from '../policy.ts';
import type { Script } from '../script.ts';

const WORKERS = ['w1', 'w2', 'w3', 'w4', 'w5', 'w6', 'w7', 'w8', 'w9'];
/** The two the workers chose to speak for them. */
const SPEAKERS = ['w1', 'w2'];
const NAMES = ['江一', '江二', '江三', '江四', '江五', '江六', '江七', '江八', '江九'];

/** Nine building workers and their wages: taken in at noon, signed at nine in the evening. */
export const case02: Script = {
  id: 'case-02',
  title: { zh: '九名工友的工钱当天谈妥', en: 'Wages of nine, settled the same day' },
  category: 'D10',
  source: { id: 'case-02', url: 'http://www.wjq.gov.cn/wmcf/189139.htm' },
  policy: DEMO_POLICY,
  expected: {
    path: ['discovery@street', 'prevention@street', 'handling@street', 'closed@street'],
    closure: { outcome: 'resolved', kind: 'agreement' },
    met: ['triage', 'level', 'mediation', 'consent', 'commitment-due'],
    shows: [
      { type: 'reported', by: 'counter-1' },
      { type: 'superior-notified', level: 'district', cause: 'group' },
      { type: 'mediation-accepted', kind: 'labour' },
      { type: 'contact-recorded', by: 'mediator-3', result: 'no-answer' },
      { type: 'contact-recorded', by: 'mediator-3', result: 'willing' },
      { type: 'agreement-in-force', mediationEnds: true },
      { type: 'resolved', by: 'duty-1', kind: 'agreement' },
    ],
    agreements: ['none'],
  },
  steps: [
    {
      ...{ tells: 1, on: '2022-05-16' },
      say: 'four workers come to the counter at noon; the street accepts and names two mediators',
      async act(play) {
        await play.report('counter-1', {
          ...{ channel: 'counter', region: STREET, category: 'D10' },
          title: '工地干了两个月,九个人的工钱没拿到',
          narrative:
            '四名外地来的工友代九个人来窗口:在辖区工地做工两个月,约好的工钱一分没发。听说承包人已经领到工程款,却不给大家,一共六万五千元。',
          danger: { people: 9, amountFen: yuan(65_000) },
          applicantConsentsToDisclosure: true,
          items: ['拖欠的工钱'],
          parties: [
            ...WORKERS.map((ref, i) => person(ref, 'A', NAMES[i]!)),
            person('c', 'B', '包工头庄某'),
            person('p', 'B', '项目经理部'),
          ],
        });
        await triage(play, 'dispatcher-1', 'D10', 'street');
        await accept(play, 'director-1', 'committee-street', 'mediator-3', 'labour');
        await play.act('director-1', 'assign-mediator', {
          ...{ mediatorId: 'mediator-3', coMediatorIds: ['mediator-1'], conflictsDisclosed: true },
        });
      },
    },
    {
      ...{ tells: 2, on: '2022-05-16' },
      say: 'mediator-3 calms the workers; they choose two to speak for them',
      async act(play) {
        await play.act('mediator-3', 'record-measure', {
          kind: 'counselling',
          note: '先让大家坐下喝口水,说清会怎么处理;九人推出两人到场说话。',
        });
        await askOnBehalf(play, 'mediator-3', WORKERS, 'counter');
      },
    },
    {
      ...{ tells: 3, on: '2022-05-16' },
      say: 'mediator-3 asks the contractor to come: excuses, then no answer, and all stands still',
      async act(play) {
        const call = { partyId: play.party('c'), channel: 'phone' };
        await play.act('mediator-3', 'record-contact', {
          ...{ ...call, result: 'not-now', note: '推说责任不在自己。' },
        });
        await play.act('mediator-3', 'record-contact', {
          ...call,
          result: 'no-answer',
          note: '再打没有人接。',
        });
      },
    },
    {
      ...{ tells: 4, on: '2022-05-16' },
      say: 'mediator-3 telephones the project manager, who after much talk agrees to take part',
      async act(play) {
        await play.act('mediator-3', 'record-contact', {
          ...{ partyId: play.party('p'), channel: 'phone', result: 'willing' },
          note: '把总公司、承包人和工友三方各担什么责任讲明白,对方答应派人来。',
        });
        await askOnBehalf(play, 'mediator-3', ['p'], 'phone');
      },
    },
    {
      ...{ tells: 5, on: '2022-05-16' },
      say: 'mediator-3 goes to the site and tells the contractor what the law says; both will cooperate',
      async act(play) {
        await play.act('mediator-3', 'record-measure', {
          kind: 'legal-explanation',
          note: '到工地当面说明拖欠工钱的法律后果。',
        });
        await play.act('mediator-3', 'record-contact', {
          ...{ partyId: play.party('c'), channel: 'visit', result: 'willing' },
        });
        await askOnBehalf(play, 'mediator-3', ['c'], 'visit');
      },
    },
    {
      ...{ tells: 6, on: '2022-05-16' },
      say: 'at nine in the evening they come to terms and sign',
      async act(play) {
        await sit(play, 'mediator-3', {
          ...{ refs: [...SPEAKERS, 'c', 'p'], channel: 'counter', result: 'agreement' },
          record: '受理后第九个小时谈成,当场写成协议。',
        });
        const terms = [
          term(play, 'p', '在街道联合调解中心监督下,把九名工友的工钱全额发到本人手里', { yuan: 65_000 }),
        ];
        const refs = [...WORKERS, 'c', 'p'];
        const agreementId = await draft(play, 'mediator-3', { refs, terms });
        await signAndSeal(play, agreementId, { refs, mediator: 'mediator-3', director: 'director-1' });
      },
    },
    {
      say: 'duty-1 closes the case; the payment is reported afterwards, its day is not stated',
      async act(play) {
        await resolve(play, 'duty-1', 'agreement', '协议已签,付款由街道联合调解中心盯着。');
        await fulfil(play, 'mediator-3', '据报道九人已拿到六万五千元,付款日期未载。');
      },
    },
  ],
};
