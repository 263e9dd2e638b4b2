import { GRID } from '../../../infra/seed/demo-street.ts';
import { accept, draft, fulfil, person, resolve, sit, term, triage } from '../moves.ts';
import { DEMO_POLICY } from '../policy.ts';
import type { Script } from '../script.ts';

/** The whole way of a people's mediation at its own level, up to the archive; both parties act for themselves. */
export const atTheCommunity: Script = {
  id: 'at-the-community',
  title: { zh: '楼道堆物,社区调成', en: 'Things in the stairwell, agreed at the community' },
  category: 'D02',
  source: null,
  policy: DEMO_POLICY,
  expected: {
    path: ['discovery@grid', 'prevention@community', 'handling@community', 'closed@community'],
    closure: { outcome: 'resolved', kind: 'agreement' },
    met: ['triage', 'consent', 'mediation', 'level', 'commitment-due', 'follow-up', 'archive'],
    shows: [
      { type: 'reported', by: 'resident-1' },
      { type: 'triage-proposed', by: 'grid-1' },
      { type: 'triaged', by: 'community-1' },
      { type: 'consented', by: 'resident-1' },
      { type: 'consented', by: 'resident-2' },
      { type: 'mediator-assigned', mediatorId: 'mediator-2' },
      { type: 'agreement-signed', by: 'resident-1' },
      { type: 'agreement-signed', by: 'resident-2' },
      { type: 'agreement-signed', by: 'director-2', sealed: true },
      { type: 'agreement-in-force', mediationEnds: true },
      { type: 'resolved', kind: 'agreement' },
      { type: 'commitment-fulfilled' },
      { type: 'rated', by: 'resident-1' },
      { type: 'archived', by: 'director-2' },
    ],
    agreements: ['none'],
  },
  steps: [
    {
      say: 'resident-1 reports the neighbour’s boxes in the stairwell',
      act: (play) =>
        play.report('resident-1', {
          ...{ channel: 'resident', region: GRID, placeId: 'plc-guihua-3', category: 'D02' },
          title: '楼道堆满纸箱,出入不便',
          narrative: '对门把纸箱和旧柜子堆在楼道,推车过不去,说了几次不听。',
          applicantConsentsToDisclosure: true,
          parties: [
            person('a', 'A', '居民一', { accountId: 'resident-1' }),
            person('b', 'B', '居民二', { accountId: 'resident-2' }),
          ],
        }),
    },
    {
      say: 'grid-1 looks and proposes, community-1 confirms and asks both for their consent',
      async act(play) {
        await play.waits('grid-1', ['check-on-site']);
        await play.act('grid-1', 'propose-triage', {
          category: 'D02',
          difficulty: 'simple',
          note: '情况属实。',
        });
        await play.waits('community-1', ['confirm-triage']);
        await triage(play, 'community-1', 'D02', 'community', 'simple');
        await play.waits('community-1', ['ask-consent']);
        await play.act('community-1', 'deliver-notice', { partyIds: play.parties(), channel: 'visit' });
        await play.act('resident-1', 'consent', { partyId: play.party('a') });
        await play.act('resident-2', 'consent', { partyId: play.party('b') });
      },
    },
    {
      say: 'director-2 accepts, mediator-2 seats them; both sign, the committee seals',
      async act(play) {
        await play.waits('director-2', ['accept-mediation']);
        await accept(play, 'director-2', 'committee-guihua', 'mediator-2');
        await play.waits('mediator-2', ['mediate']);
        await sit(play, 'mediator-2', { result: 'agreement', record: '杂物三天内清走,婴儿车放自家门内。' });
        const terms = [term(play, 'b', '清走楼道里的纸箱和旧柜子'), term(play, 'a', '婴儿车不放楼道')];
        const agreementId = await draft(play, 'mediator-2', { refs: ['a', 'b'], terms });
        await play.act('resident-1', 'sign-agreement', { agreementId, partyIds: [play.party('a')] });
        await play.act('resident-2', 'sign-agreement', { agreementId, partyIds: [play.party('b')] });
        await play.act('mediator-2', 'sign-agreement', { agreementId, mediatorSigned: true });
        await play.act('director-2', 'sign-agreement', { agreementId, sealed: true });
        await resolve(play, 'community-1', 'agreement', '双方签字,协议生效。');
      },
    },
    {
      say: 'the boxes are gone; after both visits and a good word from resident-1 the file is archived',
      async act(play) {
        await fulfil(play, 'grid-1', '看过,楼道已清空。');
        for (const note of ['三天后回访,做到了。', '一个月后回访,没有反复。'])
          await play.act('community-1', 'record-follow-up', { performed: 'yes', satisfied: true, note });
        await play.act('resident-1', 'rate', { partyId: play.party('a'), score: 5 });
        await play.act('director-2', 'archive', { dossierComplete: true });
      },
    },
  ],
};
