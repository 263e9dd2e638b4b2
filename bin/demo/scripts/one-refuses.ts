import { GRID } from '../../../infra/seed/demo-street.ts';
import { accept, agreeOrally, fulfil, person, resolve, reviewRegister, sit, term, triage } from '../moves.ts';
import { DEMO_POLICY } from '../policy.ts';
import type { Script } from '../script.ts';

/** Three share a parking yard; one will not mediate, which ends it with her alone. */
export const oneRefuses: Script = {
  id: 'one-refuses',
  title: { zh: '三家争车位,一家不愿调', en: 'One of three refuses, the others agree' },
  category: 'D02',
  source: null,
  policy: DEMO_POLICY,
  expected: {
    path: ['discovery@grid', 'prevention@community', 'handling@community', 'closed@community'],
    closure: { outcome: 'resolved', kind: 'agreement' },
    met: ['consent', 'mediation', 'register-review'],
    shows: [
      { type: 'consented', by: 'resident-1' },
      { type: 'consented', by: 'resident-2' },
      { type: 'refused', by: 'resident-3' },
      { type: 'mediation-accepted' },
      { type: 'oral-agreement-recorded' },
      { type: 'agreement-in-force', mediationEnds: true },
      { type: 'resolved', kind: 'agreement' },
    ],
    agreements: ['none'],
  },
  steps: [
    {
      say: 'grid-1 reports three families who park across each other',
      async act(play) {
        await play.report('grid-1', {
          ...{ channel: 'grid', region: GRID, category: 'D02' },
          title: '院里三家停车互相堵',
          narrative: '院子窄,三家车谁先回谁占好位置,早上常堵门。',
          applicantConsentsToDisclosure: true,
          parties: [
            person('a', 'A', '居民一', { accountId: 'resident-1' }),
            person('b', 'B', '居民二', { accountId: 'resident-2' }),
            person('c', 'C', '居民三', { accountId: 'resident-3' }),
          ],
        });
        await triage(play, 'community-1', 'D02', 'community', 'simple');
        await play.act('community-1', 'deliver-notice', { partyIds: play.parties(), channel: 'visit' });
      },
    },
    {
      say: 'two consent; resident-3, told what it means, refuses',
      async act(play) {
        await play.act('resident-1', 'consent', { partyId: play.party('a') });
        await play.act('resident-2', 'consent', { partyId: play.party('b') });
        await play.act('resident-3', 'refuse', {
          ...{ partyId: play.party('c'), effectTold: true, reason: '我的车自己会停,不用调。' },
        });
      },
    },
    {
      say: 'the other two agree between themselves; the third keeps every way open',
      async act(play) {
        await accept(play, 'director-2', 'committee-guihua', 'mediator-2');
        await sit(play, 'mediator-2', {
          ...{ refs: ['a', 'b'], result: 'agreement', record: '两家单双日换位,不堵第三家的门。' },
        });
        const terms = [term(play, 'a', '单日停里侧'), term(play, 'b', '双日停里侧')];
        await agreeOrally(play, 'mediator-2', { refs: ['a', 'b'], terms }, '两家口头约定换位停车。');
        await reviewRegister(play, 'director-2');
        await fulfil(play, 'grid-1', '看了三天,照办。');
        await resolve(play, 'community-1', 'agreement', '两家谈成;另一家不愿调解,已告知其他途径。');
      },
    },
  ],
};
