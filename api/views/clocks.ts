import type { Static } from 'typebox';
import { usedFraction, type Clock, type TimeRules } from '../../domain/clocks.ts';
import { describeDue, type Instant } from '../../domain/working-time.ts';
import type { ClockView } from '../../schemas/api/views.ts';

/** A clock with what its deadline was computed from. */
export function clockView(clock: Clock, now: Instant, rules: TimeRules): Static<typeof ClockView> {
  const { id, kind, state, startedAt, dueAt, endedAt, provisional, extensions, warned, limit, heldMs } =
    clock;
  const outside = 'until' in limit;
  return {
    ...{ id, kind, state, startedAt, dueAt, endedAt, provisional, extensions, warned },
    usedFraction: usedFraction(clock, now, rules),
    limit: outside
      ? { amount: null, unit: null, until: limit.until }
      : { amount: limit.amount, unit: limit.unit, until: null },
    computed: outside
      ? null
      : figures(describeDue(startedAt, limit, heldMs, rules.policy.hours, rules.calendar)),
  };
}

const figures = ({ budgetMs, heldMs, skippedDays }: ReturnType<typeof describeDue>) => ({
  ...{ budgetMs, heldMs, skippedDays },
});
