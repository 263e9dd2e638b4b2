import type { Script } from '../script.ts';
import { atTheCommunity } from './at-the-community.ts';
import { besideAnOrder } from './beside-an-order.ts';
import { case01 } from './case-01.ts';
import { case02 } from './case-02.ts';
import { case03 } from './case-03.ts';
import { case04 } from './case-04.ts';
import { case05 } from './case-05.ts';
import { case06 } from './case-06.ts';
import { conference } from './conference.ts';
import { handedDown } from './handed-down.ts';
import { instalments } from './instalments.ts';
import { notSatisfied } from './not-satisfied.ts';
import { oneRefuses } from './one-refuses.ts';
import { onTheSpot } from './on-the-spot.ts';
import { prevented } from './prevented.ts';
import { red } from './red.ts';
import { suspended } from './suspended.ts';
import { unanswered } from './unanswered.ts';
import { unattended } from './unattended.ts';

/** Every case of the demo: the six published ones, then our own. */
export const SCRIPTS: readonly Script[] = [
  ...[case01, case02, case03, case04, case05, case06],
  ...[onTheSpot, prevented, atTheCommunity, conference, unattended, unanswered, red],
  ...[oneRefuses, suspended, instalments, notSatisfied, handedDown, besideAnOrder],
];
