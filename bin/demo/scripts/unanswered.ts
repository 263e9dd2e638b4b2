import { GRID } from '../../../infra/seed/demo-street.ts';
import { accept, person, resolve, reviewRegister, term, triage, yuan } from '../moves.ts';
import { UNANSWERED_POLICY } from '../policy.ts';
import type { Script } from '../script.ts';

/** Silence is no consent: the shop that never answers is replaced by its owner, and a silent body is looked after. */
export const unanswered: Script = {
  id: 'unanswered',
  title: { zh: '被申请人不应,换人再调', en: 'The other side never answers and is replaced' },
  category: 'D11',
  source: null,
  policy: UNANSWERED_POLICY,
  expected: {
    path: ['discovery@grid', 'prevention@community', 'handling@community', 'closed@community'],
    closure: { outcome: 'resolved', kind: 'agreement' },
    broken: ['consent', 'task-report-in'],
    met: ['triage', 'level', 'mediation', 'task-answer', 'register-review'],
    shows: [
      { type: 'notice-delivered', by: 'community-1' },
      { type: 'clock-warned', kind: 'consent' },
      { type: 'clock-broken', kind: 'consent' },
      { type: 'party-not-reached', by: 'system:clock' },
      { type: 'respondent-replaced', by: 'community-1' },
      { type: 'task-assigned', by: 'community-1', kind: 'whistle' },
      { type: 'task-silent' },
      { type: 'superior-notified', level: 'street', cause: 'silence' },
      { type: 'supervised', by: 'leader-1', kind: 'listed' },
      { type: 'task-closed', status: 'answered' },
      { type: 'agreement-in-force', mediationEnds: true },
      { type: 'resolved', kind: 'agreement' },
    ],
    agreements: ['none'],
  },
  steps: [
    {
      say: 'grid-1 reports a customer’s deposit that a shop keeps; the customer consents at once',
      async act(play) {
        await play.report('grid-1', {
          ...{ channel: 'grid', region: GRID, category: 'D11' },
          title: '订金不退,店里没人接话',
          narrative: '订了柜子交了八百元,店一直不送货,也找不到人。',
          danger: { amountFen: yuan(800) },
          applicantConsentsToDisclosure: true,
          parties: [person('a', 'A', '顾客祁某'), person('b', 'B', '家具店')],
        });
        await triage(play, 'community-1', 'D11', 'community', 'simple');
        await play.act('community-1', 'consent', { partyId: play.party('a') });
      },
    },
    {
      say: 'the shop is told its rights and says nothing: the clock runs out, it counts as not reached',
      async act(play) {
        await play.act('community-1', 'deliver-notice', { partyIds: play.parties('b'), channel: 'letter' });
        await play.until('the clock for consent has run out', ({ clocks }) =>
          clocks.some(({ kind, state }) => kind === 'consent' && state === 'broken'),
        );
        await play.act('community-1', 'replace-respondent', {
          partyId: play.party('b'),
          replacement: { id: `owner-${play.id}`, side: 'B', kind: 'party' },
        });
        await play.act('community-1', 'consent', { partyId: `owner-${play.id}` });
      },
    },
    {
      say: 'market supervision is whistled up and does not report in; leader-1 puts it on the list',
      async act(play) {
        await play.act('community-1', 'assign-task', {
          ...{ kind: 'whistle', bodyId: 'market-supervision', what: '请到店核实登记的经营者。' },
        });
        await play.until('the dispute knows that the body is silent', ({ staff }) =>
          staff.tasks.some(({ silent }) => silent),
        );
        await play.act('leader-1', 'supervise', { kind: 'listed', reason: '吹哨无人报到,挂牌督办。' });
        await play.answers('market-1', '已到店,经营者确为本人。');
      },
    },
    {
      say: 'with the owner at the table the deposit comes back',
      async act(play) {
        await accept(play, 'director-2', 'committee-guihua', 'mediator-2');
        const partyIds = [play.party('a'), `owner-${play.id}`];
        await play.act('mediator-2', 'record-session', {
          ...{ partyIds, channel: 'visit', joint: true, result: 'agreement', record: '店主认账,退订金。' },
        });
        await play.act('mediator-2', 'record-oral-agreement', {
          scope: 'whole',
          register: {
            ...{ partyIds, register: '口头协议:三天内退还订金八百元。' },
            terms: [term(play, 'outsider:shop-owner', '退还订金', { yuan: 800 })],
          },
        });
        await reviewRegister(play, 'director-2');
        await resolve(play, 'community-1', 'agreement', '订金退还,顾客认可。');
      },
    },
  ],
};
