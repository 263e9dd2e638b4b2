import { GRID_4 } from '../../../infra/seed/demo-street.ts';
import {
  accept,
  agreeOrally,
  fulfil,
  person,
  resolve,
  reviewRegister,
  sit,
  term,
  triage,
  yuan,
} from '../moves.ts';
import { DEMO_POLICY } from '../policy.ts';
import type { Script } from '../script.ts';

const ALL = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'];
/** The household on the second floor had changed its pipe before and pays nothing. */
const PAYING = ['h1', 'h3', 'h4', 'h5', 'h6'];
const AT_HOME = ['h2', 'h3', 'h4'];
const AWAY = ['h5', 'h6'];

/** Six households above one another share a blocked pipe; all of it stays in the grid. */
export const case01: Script = {
  id: 'case-01',
  title: { zh: '一根主管堵住六户人家', en: 'One blocked pipe, six households' },
  category: 'D02',
  source: {
    id: 'case-01',
    url: 'http://www.tfmzx.cn/index.php/home/article/info/id/385/catId/2.html',
  },
  policy: DEMO_POLICY,
  expected: {
    path: ['discovery@grid', 'prevention@grid', 'handling@grid', 'closed@grid'],
    closure: { outcome: 'resolved', kind: 'agreement' },
    met: ['first-contact', 'triage', 'level', 'mediation', 'register-review', 'commitment-due'],
    shows: [
      { type: 'reported', by: 'resident-1' },
      { type: 'contact-recorded', channel: 'phone' },
      { type: 'session-recorded', by: 'grid-4', channel: 'chat' },
      { type: 'agreement-in-force', mediationEnds: true },
      { type: 'commitment-fulfilled' },
      { type: 'resolved', by: 'grid-4', kind: 'agreement' },
    ],
    agreements: ['none'],
  },
  steps: [
    {
      on: '2025-05-11',
      say: 'resident-1 asks the grid worker for help: sewage stands in the living room',
      act: (play) =>
        play.report('resident-1', {
          ...{ channel: 'resident', region: GRID_4, placeId: 'plc-guihua-9', category: 'D02' },
          title: '单元下水主管堵塞,污水返进家里',
          narrative:
            '家里排水口往外冒脏水,师傅说毛病在整个单元共用的那根管子上。上下几户有的愿意出钱修,有的说没淹到自己不肯出,人也凑不齐,请网格员帮忙商量。',
          danger: { people: 6, amountFen: yuan(680) },
          ...{ damageHappeningNow: true, applicantConsentsToDisclosure: true },
          items: ['单元主管的疏通维修和费用分担'],
          parties: [
            person('h1', 'A', '陈禾', { accountId: 'resident-1' }),
            ...['林溪', '周岸', '许川', '何桥', '罗渡'].map((name, i) => person(`h${i + 2}`, 'B', name)),
          ],
        }),
    },
    {
      ...{ tells: 1, on: '2025-05-11' },
      say: 'grid-4 goes there: six households on the pipe, the water comes back on the second floor',
      async act(play) {
        const note = '现场看过:返水口在二楼,这根立管上下共接着六户。';
        await play.act('grid-4', 'record-measure', { kind: 'visit', note });
        await play.act('grid-4', 'propose-triage', { category: 'D02', difficulty: 'simple', note });
        await triage(play, 'community-1', 'D02', 'grid', 'simple');
      },
    },
    {
      ...{ tells: 2, on: '2025-05-11' },
      say: 'the repairman finds the main pipe blocked and the work dear; some upstairs will not pay',
      async act(play) {
        await play.act('grid-4', 'record-measure', {
          kind: 'coordination',
          note: '请来的维修师傅检查后说堵点在单元主管,疏通费用不低。',
        });
        for (const ref of ['h3', 'h4']) {
          const unwilling = { partyId: play.party(ref), channel: 'visit', result: 'not-now' };
          await play.act('grid-4', 'record-contact', { ...unwilling, note: '认为没堵到自己家,暂不愿出钱。' });
        }
      },
    },
    {
      ...{ tells: 3, on: '2025-05-12' },
      say: 'grid-4 knocks on every door and telephones those who are away',
      async act(play) {
        for (const ref of AT_HOME)
          await play.act('grid-4', 'record-contact', {
            ...{ partyId: play.party(ref), channel: 'visit', result: 'reached' },
          });
        for (const ref of AWAY)
          await play.act('grid-4', 'record-contact', {
            ...{ partyId: play.party(ref), channel: 'phone', result: 'willing' },
          });
        for (const channel of ['visit', 'phone'] as const)
          await play.act('grid-4', 'deliver-notice', {
            ...{ partyIds: play.parties(...(channel === 'visit' ? ['h1', ...AT_HOME] : AWAY)), channel },
          });
      },
    },
    {
      ...{ tells: 4, on: '2025-05-12' },
      say: 'as they cannot meet, grid-4 puts all of them into one chat, where each says what she thinks',
      async act(play) {
        await play.act('resident-1', 'consent', { partyId: play.party('h1') });
        for (const ref of ALL.slice(1)) await play.act('grid-4', 'consent', { partyId: play.party(ref) });
        await accept(play, 'director-2', 'committee-guihua', 'grid-4');
        await sit(play, 'grid-4', {
          ...{ channel: 'chat', result: 'progress' },
          record: '六户在群里轮流发言,对要修没有异议,分歧在钱怎么摊。',
        });
      },
    },
    {
      ...{ tells: 5, on: '2025-05-12' },
      say: 'after several rounds the six households agree',
      async act(play) {
        await sit(play, 'grid-4', {
          ...{ channel: 'chat', result: 'agreement' },
          record: '二楼自家早已改管,不分摊;其余五户分担修理费,尽快疏通。',
        });
        const shares = PAYING.map((ref) => term(play, ref, '交清自己那份主管修理费(来源所载数额为680元)'));
        const repair = term(play, 'outsider:plumber', '疏通并修好单元主管', { kind: 'rectification' });
        await agreeOrally(
          play,
          'grid-4',
          { refs: ALL, terms: [...shares, repair] },
          '口头协议登记:五户分担修理费680元,二楼不分摊;原文未写明是合计还是每户。',
        );
      },
    },
    {
      ...{ tells: 6, on: '2025-05-13' },
      say: 'the next day five households pay in cash and the pipe is cleared',
      async act(play) {
        await fulfil(play, 'grid-4', '五户当天交了现金,主管已通。');
        await resolve(play, 'grid-4', 'agreement', '各户谈妥并已付清,管道修好。');
      },
    },
    {
      say: 'director-2 looks at the register; grid-4 visits once more',
      async act(play) {
        await reviewRegister(play, 'director-2');
        await play.act('grid-4', 'record-follow-up', { performed: 'yes', satisfied: true });
      },
    },
  ],
};
