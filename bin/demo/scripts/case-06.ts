import { GRID_3 } from '../../../infra/seed/demo-street.ts';
import { inMinutes, person, resolve, routesTold, sit, triage } from '../moves.ts';
import { DEMO_POLICY } from '../policy.ts';
import type { Script } from '../script.ts';

/** A strip of homestead land: village and town fail, both go to court, and land is swapped for land on the spot. */
export const case06: Script = {
  id: 'case-06',
  title: { zh: '枣树与宅基地:以地换地', en: 'Date trees and homestead: land for land' },
  category: 'D03',
  source: { id: 'case-06', url: 'https://wxredian.com/art?id=9a4bef4a10ff624a999a4d9a402a2e7d' },
  policy: DEMO_POLICY,
  expected: {
    path: [
      'discovery@community',
      'prevention@community',
      'handling@community',
      'escalation@street',
      'escalation@district',
      'closed@district',
    ],
    closure: { outcome: 'resolved', kind: 'external' },
    met: ['triage', 'mediation', 'stabilise', 'takeover', 'red-visit', 'conference-confirm'],
    shows: [
      { type: 'mediation-failed', by: 'mediator-4' },
      { type: 'escalated', to: 'street', cause: 'failed-mediation' },
      { type: 'graded', by: 'community-2', grade: 'red' },
      { type: 'taken-over', level: 'street', automatic: true },
      { type: 'lowering-decided', by: 'leader-1', confirmed: true },
      { type: 'mediation-failed', by: 'mediator-1' },
      { type: 'escalated', to: 'district', cause: 'failed-mediation' },
      { type: 'taken-over', by: 'district-1' },
      { type: 'proceeding-recorded', by: 'resident-3', kind: 'lawsuit' },
      { type: 'proceeding-recorded', by: 'resident-4', kind: 'lawsuit' },
      { type: 'contact-recorded', by: 'court-1' },
      { type: 'conference-closed', held: true },
      { type: 'resolved', by: 'district-1', kind: 'external' },
    ],
    agreements: [],
  },
  steps: [
    {
      tells: 1,
      say: 'the village mediates the quarrel over planting several times, in vain',
      async act(play) {
        await play.report('community-2', {
          ...{ channel: 'grid', level: 'community', region: GRID_3, category: 'D03' },
          title: '房边那块地上种树,两家争了几年',
          narrative:
            '盖房时和对方的弟弟换过宅基地,以为房边这块也换了,就种了花和枣树;对方说从没换过。为种东西的事常吵。',
          applicantConsentsToDisclosure: true,
          items: ['房边空地归谁使用'],
          parties: [
            person('z', 'A', '贺乙', { accountId: 'resident-3' }),
            person('x', 'B', '骆丙', { accountId: 'resident-4' }),
          ],
        });
        await triage(play, 'community-2', 'D03', 'community');
        await play.act('community-2', 'assign-task', {
          ...{ kind: 'verify', bodyId: 'village-committee', what: '村里以前怎么调的,调过几次?' },
        });
        await play.answers('village-1', '村干部上门劝过好几回,两家都不让。');
        await play.act('community-2', 'deliver-notice', { partyIds: play.parties(), channel: 'visit' });
        await play.act('resident-3', 'consent', { partyId: play.party('z') });
        await play.act('resident-4', 'consent', { partyId: play.party('x') });
        await play.act('community-2', 'accept', {
          ...{ kind: 'peoples', committeeId: 'committee-shiban' },
          ...{ mediatorId: 'mediator-4', conflictsDisclosed: true },
        });
        for (const record of ['各说各的理,没有谈拢。', '再谈一次,仍然没有谈拢。'])
          await sit(play, 'mediator-4', { result: 'no-progress', record });
        await play.act('mediator-4', 'fail-mediation', { reason: '村里调不下来。', routesTold });
      },
    },
    {
      ...{ tells: 2, on: '2024-04-15' },
      say: 'trees are dug out, the two come to blows and both are hurt: red, the street owns it at once',
      async act(play) {
        await play.act('community-2', 'regrade', {
          danger: { violence: true },
          reason: '挖树引起动手,一人骨折,一人耳朵受伤。',
        });
        await play.answers('community-2', '已到场,把两家分开。');
        await play.answers('grid-3', '守在村口,没有再起冲突。');
        await play.answers('police-1', '已出警,双方送医。');
        await play.act('grid-3', 'record-measure', { kind: 'visit', note: '分别看望两家,情绪平稳。' });
        await play.act('duty-1', 'regrade', {
          danger: { violence: false },
          reason: '两人都在治疗,没有再动手的迹象。',
        });
        await play.act('leader-1', 'confirm-regrade', { confirmed: true, reason: '同意降级,转入调解。' });
      },
    },
    {
      tells: 3,
      say: 'town, justice office and village mediate: thirty thousand is offered and declined',
      async act(play) {
        for (const bodyId of ['justice-office', 'village-committee'])
          await play.act('duty-1', 'assign-task', {
            kind: 'coordinate',
            bodyId,
            what: '一起参加镇里的调解。',
          });
        await play.answers('justice-1', '已到场。');
        await play.answers('village-1', '已到场。');
        await play.act('director-1', 'accept', {
          ...{ kind: 'peoples', committeeId: 'committee-street' },
          ...{ mediatorId: 'mediator-1', conflictsDisclosed: true },
        });
        await sit(play, 'mediator-1', {
          result: 'failed',
          record: '一方愿意赔三万元,另一方不接受,没有谈成。',
        });
        await play.act('mediator-1', 'fail-mediation', { reason: '镇里也没有谈成。', routesTold });
        await play.act('district-1', 'take-over');
      },
    },
    {
      ...{ tells: 4, on: '2024-06-15' },
      say: 'both go to court: a claim of nineteen thousand, a counterclaim of twenty-two and an apology',
      async act(play) {
        const court = { kind: 'lawsuit', body: '人民法庭' };
        await play.act('resident-3', 'record-proceeding', { ...court, reference: '起诉,要求赔偿一万九千元' });
        await play.act('resident-4', 'record-proceeding', {
          ...{ ...court, reference: '反诉,要求赔偿二万二千元并赔礼道歉' },
        });
      },
    },
    {
      tells: 5,
      say: 'the judge talks with both at length: at the core it is who may use the land',
      async act(play) {
        await play.act('district-1', 'set-team', { leadId: 'district-1', memberIds: ['court-1'] });
        for (const ref of ['z', 'x'])
          await play.act('court-1', 'record-contact', {
            ...{ partyId: play.party(ref), channel: 'counter', result: 'willing' },
          });
        await play.act('court-1', 'record-measure', {
          ...{ kind: 'legal-explanation', note: '向双方讲明:赔钱是表,宅基地怎么用才是根。' },
        });
      },
    },
    {
      tells: 6,
      say: 'judge, town, mediators and village meet on the land itself; they swap land for land',
      async act(play) {
        const bodyIds = ['court', 'justice-office', 'village-committee'];
        await play.act('district-1', 'convene-conference', {
          ...{ agenda: 'solve', question: '到现场一起调解,能不能以地换地?', at: inMinutes(5), bodyIds },
        });
        await play.confirms('court-1', 'court');
        await play.confirms('justice-1', 'justice-office');
        await play.confirms('village-1', 'village-committee');
        await play.minutes('district-1', {
          ...{ attendedBodyIds: bodyIds, decisions: [] },
          minutes: '法官、包村干部、调解员和村干部在地头当面谈,两家同意以地换地,握手言和。具体地块来源未载。',
        });
        const { staff } = await play.look();
        for (const { id: proceedingId } of staff.proceedings)
          await play.act('court-1', 'record-proceeding', {
            ...{
              proceedingId,
              kind: 'lawsuit',
              body: '人民法庭',
              result: '现场调解,以地换地;赔偿如何处理来源未载',
            },
          });
        await resolve(play, 'district-1', 'external', '诉讼中由法庭联合镇村现场调解结案。');
      },
    },
  ],
};
