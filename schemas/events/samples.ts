import type { Agreement, Party, Undertaking } from '../../domain/dispute/state.ts';
import type { Owner } from '../../domain/duty.ts';
import { NO_DANGER, type DangerFacts } from '../../domain/grading.ts';

// Parts that several examples share. Ids are neutral and texts are references: an example shows what a real event looks like.

/** 2026-03-02 09:30 in Beijing. */
export const MORNING = 1_772_415_000_000;
const HOUR_MS = 3_600_000;
export const NOON = MORNING + 2.5 * HOUR_MS;
export const NEXT_DAY = MORNING + 24 * HOUR_MS;
export const NEXT_WEEK = MORNING + 7 * 24 * HOUR_MS;

export const GRID = '110105012003004';
export const COMMUNITY = '110105012003';

export const OWNER: Owner = { level: 'community', region: COMMUNITY, staffId: 'staff_7', via: 'officer' };

export const DANGER: DangerFacts = { ...NO_DANGER, people: 12, repeat: true, amountFen: 350_000 };

/** A party who has not been asked yet. */
export const party = (id: string, side: string): Party => ({
  ...{ id, side, kind: 'party', actsFor: [], accountId: null, accused: false },
  ...{ consent: 'not-asked', noticeDeliveredAt: null, asked: 0 },
});

export const UNDERTAKING: Undertaking = {
  id: 'cmt_1',
  kind: 'instalment',
  promisedBy: { type: 'party', id: 'party_b' },
  what: 'txt_21',
  amountFen: 120_000,
  dueAt: NEXT_WEEK,
  condition: null,
};

/** As it stands when it is proposed or registered; it comes into force by an event of its own. */
export const agreement = (form: Agreement['form']): Agreement => ({
  ...{ id: 'agr_1', form, scope: 'whole', itemIds: ['item_1'], partyIds: ['party_a', 'party_b'] },
  ...{ signedBy: [], mediatorSigned: form === 'oral', sealed: false, terms: [UNDERTAKING] },
  ...{ effectiveAt: null, confirmation: 'none', reviewed: form === 'written' },
});
