import { GRID_2 } from '../../../infra/seed/demo-street.ts';
import {
  accept,
  askOnBehalf,
  draft,
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

/** A scooter and a shop window: the clock stands while the damage is appraised; the court then makes it enforceable. */
export const suspended: Script = {
  id: 'suspended',
  title: { zh: '等鉴定中止,后经司法确认', en: 'Suspended for an appraisal, confirmed by the court' },
  category: 'D06',
  source: null,
  policy: DEMO_POLICY,
  expected: {
    path: ['discovery@community', 'prevention@community', 'handling@community', 'closed@community'],
    closure: { outcome: 'resolved', kind: 'agreement' },
    met: ['mediation', 'level', 'extension-decision', 'task-answer'],
    shows: [
      { type: 'session-recorded', result: 'adjourned' },
      { type: 'mediation-suspended', by: 'mediator-2' },
      { type: 'clock-held', clockId: 'mediation:1' },
      { type: 'mediation-resumed', by: 'mediator-2' },
      { type: 'clock-resumed', clockId: 'mediation:1' },
      { type: 'extension-decided', by: 'leader-1', granted: true },
      { type: 'clock-extended', clockId: 'mediation:1' },
      { type: 'agreement-in-force', mediationEnds: true },
      { type: 'confirmation-applied', by: 'mediator-2' },
      { type: 'proceeding-recorded', by: 'court-1' },
      { type: 'confirmation-recorded', result: 'confirmed' },
      { type: 'resolved', kind: 'agreement' },
    ],
    agreements: ['confirmed'],
  },
  steps: [
    {
      say: 'the police pass on a scooter in a shop window; community-1 triages and asks both',
      async act(play) {
        await play.report('community-1', {
          ...{ channel: 'police', region: GRID_2, category: 'D06' },
          title: '电动车撞坏橱窗,赔多少',
          narrative: '警调对接转来:骑车人躲孩子撞碎店家橱窗,愿意赔,店家要价高。',
          danger: { amountFen: yuan(12_000) },
          applicantConsentsToDisclosure: true,
          items: ['橱窗和停业损失'],
          parties: [person('a', 'A', '店主莫某'), person('b', 'B', '骑车人尹某')],
        });
        await triage(play, 'community-1', 'D06', 'community');
        await askOnBehalf(play, 'community-1', BOTH);
        await accept(play, 'director-2', 'committee-guihua', 'mediator-2');
      },
    },
    {
      say: 'mediator-2 stops the clock while a housing expert values the damage',
      async act(play) {
        await sit(play, 'mediator-2', { result: 'adjourned', record: '对损失数额各执一词,同意请人估价。' });
        await play.act('mediator-2', 'suspend', { reason: 'appraisal' });
        await play.act('community-1', 'assign-task', {
          ...{ kind: 'verify', bodyId: 'housing', what: '请核一下橱窗重做要多少钱。' },
        });
        await play.answers('housing-1', '按同类门面估,重做约八千元。');
      },
    },
    {
      say: 'with the figure it goes on, a little longer as leader-1 allows, and they agree on 8,600 yuan',
      async act(play) {
        await play.act('mediator-2', 'resume');
        await play.act('mediator-2', 'request-extension', {
          ...{ clockId: 'mediation:1', amount: 5, partiesAgree: true, reason: '双方都愿意再谈一次。' },
        });
        await play.act('leader-1', 'decide-extension', { granted: true });
        await sit(play, 'mediator-2', { result: 'agreement', record: '连停业损失一起赔八千六百元。' });
        const terms = [term(play, 'b', '赔付橱窗和停业损失', { yuan: 8_600 })];
        const agreementId = await draft(play, 'mediator-2', { refs: BOTH, terms });
        await signAndSeal(play, agreementId, { refs: BOTH, mediator: 'mediator-2', director: 'director-2' });
      },
    },
    {
      say: 'both apply to the court, which confirms the agreement',
      async act(play) {
        const agreementId = (await play.look()).agreements.at(-1)!.id;
        await play.act('mediator-2', 'apply-confirmation', { agreementId, partyIds: play.parties(...BOTH) });
        await play.act('community-1', 'set-team', { leadId: 'community-1', memberIds: ['court-1'] });
        await play.act('court-1', 'record-proceeding', {
          ...{ kind: 'other', body: '溪桥区人民法院', reference: '司法确认', result: '裁定协议有效' },
        });
        await play.act('director-2', 'record-confirmation', { agreementId, result: 'confirmed' });
        await resolve(play, 'community-1', 'agreement', '协议生效并经司法确认。');
      },
    },
  ],
};
