import { GRID_3 } from '../../../infra/seed/demo-street.ts';
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

const BOTH = ['a', 'b'];

/** Kitchen smoke: the department orders a filter, and beside its order the neighbours agree on hours and cleaning. */
export const besideAnOrder: Script = {
  id: 'beside-an-order',
  title: { zh: '油烟:责令整改与协议并行', en: 'An agreement beside a department’s order' },
  category: 'D09',
  source: null,
  policy: DEMO_POLICY,
  expected: {
    path: ['discovery@community', 'prevention@community', 'handling@community', 'closed@community'],
    closure: { outcome: 'resolved', kind: 'agreement' },
    met: ['mediation', 'level', 'task-answer', 'commitment-due'],
    shows: [
      { type: 'proceeding-recorded', by: 'city-1', kind: 'administrative' },
      { type: 'measure-recorded', by: 'city-1', kind: 'enforcement' },
      { type: 'mediation-accepted' },
      { type: 'agreement-in-force', mediationEnds: true },
      { type: 'proceeding-recorded', by: 'city-1', kind: 'administrative' },
      { type: 'resolved', kind: 'agreement' },
    ],
    agreements: ['none'],
  },
  steps: [
    {
      say: 'a neighbour complains of kitchen smoke at the market; community-2 asks city management to look',
      async act(play) {
        await play.report('community-2', {
          ...{ channel: 'hotline', region: GRID_3, placeId: 'plc-market', category: 'D09' },
          title: '小吃店油烟直排,楼上晾的衣服有味',
          narrative: '热线转来:市场门口小吃店油烟没过滤,二楼住户多次交涉无果。',
          applicantConsentsToDisclosure: true,
          items: ['排烟时间和清洗费'],
          parties: [person('a', 'A', '二楼丁家'), person('b', 'B', '小吃店')],
        });
        await triage(play, 'community-2', 'D09', 'community');
        await play.act('community-2', 'assign-task', {
          ...{ kind: 'verify', bodyId: 'city-management', what: '请查油烟排放。' },
        });
        await play.answers('city-1', '没装净化器,已下责令改正通知。');
      },
    },
    {
      say: 'city-1 orders a filter to be fitted',
      async act(play) {
        await play.act('community-2', 'set-team', { leadId: 'community-2', memberIds: ['city-1'] });
        await play.act('city-1', 'record-proceeding', {
          ...{ kind: 'administrative', body: '区城市管理局', reference: '责令七日内安装油烟净化器' },
        });
        await play.act('city-1', 'record-measure', { kind: 'enforcement', note: '当场送达责令改正通知书。' });
      },
    },
    {
      say: 'what no order can say they agree on: hours, and who pays for the washing',
      async act(play) {
        await askOnBehalf(play, 'community-2', BOTH);
        await accept(play, 'director-1', 'committee-street', 'mediator-1');
        await sit(play, 'mediator-1', { result: 'agreement', record: '晚九点后不起油锅,补二百元清洗费。' });
        const terms = [term(play, 'b', '晚九点后不起油锅'), term(play, 'b', '补清洗费', { yuan: 200 })];
        const agreementId = await draft(play, 'mediator-1', { refs: BOTH, terms });
        await signAndSeal(play, agreementId, { refs: BOTH, mediator: 'mediator-1', director: 'director-1' });
      },
    },
    {
      say: 'order and agreement are both carried out',
      async act(play) {
        const { staff } = await play.look();
        await play.act('city-1', 'record-proceeding', {
          ...{ proceedingId: staff.proceedings[0]!.id, kind: 'administrative', body: '区城市管理局' },
          result: '已安装,复查合格',
        });
        await fulfil(play, 'community-2', `清洗费${yuan(200) / 100}元已付,晚上也静了。`);
        await resolve(play, 'community-2', 'agreement', '整改到位,协议履行。');
      },
    },
  ],
};
