import { GRID } from '../../../infra/seed/demo-street.ts';
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
} from '../moves.ts';
import { DEMO_POLICY } from '../policy.ts';
import type { Script } from '../script.ts';

const BOTH = ['a', 'b'];

/** A fan on a roof: the community cannot do it alone, two bodies meet at the street, and then it can be agreed. */
export const conference: Script = {
  id: 'conference',
  title: { zh: '屋顶风机噪声,两部门会商', en: 'A fan on the roof and two bodies at one table' },
  category: 'D09',
  source: null,
  policy: DEMO_POLICY,
  expected: {
    path: [
      'discovery@grid',
      'prevention@community',
      'handling@community',
      'escalation@street',
      'closed@street',
    ],
    closure: { outcome: 'resolved', kind: 'agreement' },
    met: ['mediation', 'takeover', 'conference-confirm', 'conference-minutes', 'commitment-due'],
    shows: [
      { type: 'mediation-failed', by: 'mediator-2' },
      { type: 'escalated', from: 'community', to: 'street', cause: 'failed-mediation' },
      { type: 'taken-over', by: 'duty-1' },
      { type: 'conference-convened', by: 'duty-1', agenda: 'solve', bodyIds: ['city-management', 'housing'] },
      { type: 'conference-closed', held: true },
      { type: 'commitment-added', kind: 'decision' },
      { type: 'mediation-accepted', by: 'director-1' },
      { type: 'agreement-in-force', mediationEnds: true },
      { type: 'resolved', by: 'duty-1', kind: 'agreement' },
    ],
    agreements: ['none'],
  },
  steps: [
    {
      say: 'grid-1 reports a restaurant’s fan that keeps the fourth floor awake',
      async act(play) {
        await play.report('grid-1', {
          ...{ channel: 'grid', region: GRID, placeId: 'plc-guihua-3', category: 'D09' },
          title: '餐馆屋顶风机夜里响',
          narrative: '一楼餐馆的排风机装在屋顶,夜里十一点还在转,四楼睡不好。',
          danger: { crossDepartment: true },
          applicantConsentsToDisclosure: true,
          parties: [person('a', 'A', '四楼康家'), person('b', 'B', '一楼餐馆')],
        });
        await triage(play, 'community-1', 'D09', 'community');
        await askOnBehalf(play, 'community-1', BOTH);
      },
    },
    {
      say: 'mediator-2 tries at the community; the restaurant may not move the fan by itself: failed',
      async act(play) {
        await accept(play, 'director-2', 'committee-guihua', 'mediator-2');
        await sit(play, 'mediator-2', {
          result: 'no-progress',
          record: '餐馆说移机要房管同意、改风道要城管验收,自己做不了主。',
        });
        await play.act('mediator-2', 'fail-mediation', { reason: '涉及两个部门,社区协调不动。', routesTold });
      },
    },
    {
      say: 'it rises to the street; duty-1 takes it over and calls both bodies to one table',
      async act(play) {
        await play.waits('duty-1', ['take-over']);
        await play.act('duty-1', 'take-over');
        await play.act('duty-1', 'convene-conference', {
          ...{ agenda: 'solve', question: '风机能不能移、谁来验收?', at: inMinutes(5) },
          bodyIds: ['city-management', 'housing'],
        });
        await play.confirms('city-1', 'city-management');
        await play.confirms('housing-1', 'housing', true);
        const decision = term(play, 'body:city-management', '移机后三天内上门测噪声', { kind: 'decision' });
        await play.minutes('duty-1', {
          attendedBodyIds: ['city-management', 'housing'],
          minutes: '房管同意移到背街一侧,城管负责验收。',
          decisions: [decision],
        });
      },
    },
    {
      say: 'with that mediator-1 brings the two together; the agreement is signed and sealed',
      async act(play) {
        await accept(play, 'director-1', 'committee-street', 'mediator-1');
        await sit(play, 'mediator-1', { result: 'agreement', record: '风机移到背街,晚上十点关机。' });
        const terms = [
          term(play, 'b', '把风机移到背街一侧', { kind: 'rectification', condition: '若仍超标则加装隔声罩' }),
          term(play, 'b', '晚上十点后关机'),
        ];
        const agreementId = await draft(play, 'mediator-1', { refs: BOTH, terms });
        await signAndSeal(play, agreementId, { refs: BOTH, mediator: 'mediator-1', director: 'director-1' });
        await resolve(play, 'duty-1', 'agreement', '会商定了办法,双方签了协议。');
        await fulfil(play, 'duty-1', '已移机,测过不超标。', (kind) => kind !== 'term');
      },
    },
  ],
};
