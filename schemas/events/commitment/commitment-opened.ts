import { COMMITMENT_KINDS } from '../../../domain/dispute/state.ts';
import { Fen, Id, Instant, LevelCode, OneOf, RegionCode } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { Nullable, Promiser } from '../parts.ts';
import { GRID, NEXT_WEEK } from '../samples.ts';

export const commitmentOpened = defineEvent({
  kind: 'commitment',
  type: 'commitment-opened',
  version: 1,
  summary: 'A promise is watched until it is due and somebody has checked it.',
  fields: {
    id: Id(),
    policyVersion: Id(),
    disputeId: Id(),
    kind: OneOf(COMMITMENT_KINDS),
    promisedBy: Promiser,
    amountFen: Nullable(Fen()),
    dueAt: Instant(),
    region: RegionCode(),
    level: LevelCode(),
  },
  example: {
    id: 'cmt_1',
    policyVersion: 'default-2026.1',
    disputeId: 'dsp_1',
    kind: 'instalment',
    promisedBy: { type: 'party', id: 'party_b' },
    amountFen: 120_000,
    dueAt: NEXT_WEEK,
    region: GRID,
    level: 'community',
  },
});
