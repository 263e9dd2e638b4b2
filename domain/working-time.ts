/**
 * Deadline arithmetic. A clock has a budget in its unit's own milliseconds, held time adds to that budget, and a deadline
 * is the first moment at which it is used up. Every working unit counts the same milliseconds, those inside the working
 * windows of working days, so hours and days add up without remainders. Zone Asia/Shanghai: UTC+8, no summer time.
 */
import { DAY_MS, workingDays } from './calendar.ts';
import type { Calendar, DayCount, DayNumber } from './calendar.ts';
import { HOUR_MS, MINUTE_MS, compileHours } from './working-hours.ts';
import type { Spans, WorkingHours } from './working-hours.ts';

// One import for whoever computes deadlines.
export { isWorkingDay, validateCalendar } from './calendar.ts';
export type { Calendar, CalendarYear } from './calendar.ts';
export { DEFAULT_HOURS, validateHours } from './working-hours.ts';
export type { DayWindow, WorkingHours } from './working-hours.ts';

/** Milliseconds since 1970-01-01T00:00Z. */
export type Instant = number;

export type Unit =
  | 'clock-minute'
  | 'clock-hour'
  | 'service-hour'
  | 'working-hour'
  | 'working-day'
  | 'calendar-day'
  | 'calendar-month';

export interface Limit {
  /** A whole number for calendar months; otherwise any finite number above zero. */
  amount: number;
  unit: Unit;
}

export interface Due {
  at: Instant;
  /** A working-time clock ran through a year without a calendar table, where Monday to Friday is assumed. */
  provisional: boolean;
}

/** How a deadline came about, as figures for the screen to word. */
export interface DueExplanation extends Due {
  unit: Unit;
  amount: number;
  startedAt: Instant;
  /** The limit in its unit's own milliseconds, without held time. */
  budgetMs: number;
  heldMs: number;
  /** Days off from the start's day to the deadline's day, both included; 0 for units that run every day. */
  skippedDays: number;
}

const ZONE_OFFSET_MS = 8 * HOUR_MS;
// Four-digit years: outside them nothing is recorded, and dates no longer print as YYYY-MM-DD.
const EARLIEST: Instant = Date.UTC(1000, 0, 1) - ZONE_OFFSET_MS;
const LATEST: Instant = Date.UTC(10_000, 0, 1) - ZONE_OFFSET_MS - 1;

function checkedInstant(at: number, name: string): Instant {
  if (!(at >= EARLIEST && at <= LATEST)) throw new RangeError(`${name} is not a usable instant: ${at}`);
  return Math.round(at);
}

const dayOf = (at: Instant): DayNumber => Math.floor((at + ZONE_OFFSET_MS) / DAY_MS);

interface Scale {
  days: DayCount;
  spans: Spans;
}

const EVERY_DAY: DayCount = { before: (day) => day, at: (n) => n, knows: () => true };

function scaleOf(unit: Unit, hours: WorkingHours, calendar: Calendar): Scale | undefined {
  if (unit === 'working-day' || unit === 'working-hour')
    return { days: workingDays(calendar), spans: compileHours(hours).working };
  if (unit === 'service-hour') return { days: EVERY_DAY, spans: compileHours(hours).service };
  return undefined;
}

/** Window milliseconds from a fixed origin to `at`: differences of it are elapsed time, exactly and additively. */
function position({ days, spans }: Scale, at: Instant): number {
  const day = dayOf(at);
  const before = days.before(day);
  let passed = before * spans.length;
  if (days.before(day + 1) === before) return passed;
  const time = at + ZONE_OFFSET_MS - day * DAY_MS;
  for (const { from, to } of spans.list) passed += Math.max(0, Math.min(time, to) - from);
  return passed;
}

/** The earliest instant with that position, hence a window's end rather than the next one's start. */
function instantAt({ days, spans }: Scale, target: number): Instant {
  const wholeDays = Math.ceil(target / spans.length) - 1;
  let rest = target - wholeDays * spans.length;
  const midnight = days.at(wholeDays) * DAY_MS - ZONE_OFFSET_MS;
  for (const { from, to } of spans.list) {
    if (rest <= to - from) return midnight + from + rest;
    rest -= to - from;
  }
  throw new Error('unreachable: the rest is never longer than a day of windows');
}

function advance(scale: Scale, start: Instant, ms: number): Instant {
  const origin = position(scale, start);
  if (ms > 0) return instantAt(scale, origin + ms);
  // Nothing to use up: the moment the clock begins to run, which is the start itself unless it is outside the windows.
  return instantAt(scale, origin) === start ? start : instantAt(scale, origin + 1) - 1;
}

function addMonths(start: Instant, months: number): Instant {
  const local = new Date(start + ZONE_OFFSET_MS);
  const year = local.getUTCFullYear();
  const month = local.getUTCMonth() + months;
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const clamped = Date.UTC(year, month, Math.min(local.getUTCDate(), lastDay));
  return start + clamped - Date.UTC(year, local.getUTCMonth(), local.getUTCDate());
}

function after(start: Instant, ms: number, unit: Unit, hours: WorkingHours, calendar: Calendar): Due {
  const scale = scaleOf(unit, hours, calendar);
  // Checked before the arithmetic too: far beyond the range, day numbers are no longer exact.
  checkedInstant(start + ms, 'deadline');
  const at = checkedInstant(scale === undefined ? start + ms : advance(scale, start, ms), 'deadline');
  return { at, provisional: scale !== undefined && !scale.days.knows(dayOf(start), dayOf(at)) };
}

function checkedHeld(held: number): number {
  if (!Number.isFinite(held) || held < 0) throw new RangeError(`held time must not be negative: ${held}`);
  return Math.round(held);
}

/**
 * A limit in its unit's own milliseconds, rounded: working ms for working hours and days (a working day is the sum of its
 * windows), service-window ms for service hours, clock ms for the others. A month depends on the start it is counted from.
 */
export function budget(start: Instant, limit: Limit, hours: WorkingHours): number {
  const { amount, unit } = limit;
  if (!Number.isFinite(amount) || amount <= 0) throw new RangeError(`limit must be above zero: ${amount}`);
  switch (unit) {
    case 'clock-minute':
      return Math.round(amount * MINUTE_MS);
    case 'clock-hour':
    case 'service-hour':
    case 'working-hour':
      return Math.round(amount * HOUR_MS);
    case 'working-day':
      return Math.round(amount * compileHours(hours).working.length);
    case 'calendar-day':
      return Math.round(amount * DAY_MS);
    case 'calendar-month': {
      if (!Number.isInteger(amount)) throw new RangeError(`months must be whole: ${amount}`);
      const from = checkedInstant(start, 'start');
      return checkedInstant(addMonths(from, amount), 'deadline') - from;
    }
    default:
      throw new RangeError(`unknown unit: ${String(unit satisfies never)}`);
  }
}

/**
 * Time that elapsed on a clock of that unit, in the unit's own ms as `budget` has it; months are measured in clock ms.
 * Additive over split intervals. 0 when `to` is before `from`: two servers' clocks may differ a little.
 */
export function measure(
  from: Instant,
  to: Instant,
  unit: Unit,
  hours: WorkingHours,
  calendar: Calendar,
): number {
  const start = checkedInstant(from, 'from');
  const end = checkedInstant(to, 'to');
  if (end <= start) return 0;
  const scale = scaleOf(unit, hours, calendar);
  return scale === undefined ? end - start : position(scale, end) - position(scale, start);
}

/**
 * When `fraction` (0 to 1) of the budget is used, `held` ms (in the unit's own ms, see `measure`) having been added to it
 * in full: the moment of a warning. At 1 it is the deadline.
 */
export function pointAt(
  start: Instant,
  limit: Limit,
  held: number,
  fraction: number,
  hours: WorkingHours,
  calendar: Calendar,
): Due {
  if (!(fraction >= 0 && fraction <= 1)) throw new RangeError(`fraction must be 0 to 1: ${fraction}`);
  const from = checkedInstant(start, 'start');
  const used = Math.round(budget(from, limit, hours) * fraction) + checkedHeld(held);
  return after(from, used, limit.unit, hours, calendar);
}

/**
 * The deadline of a limit that starts at `start` and was held for `held` ms (in the unit's own ms, see `measure`). Never
 * outside the windows of its unit; exactly at a window's end it stays there.
 */
export function dueAt(
  start: Instant,
  limit: Limit,
  held: number,
  hours: WorkingHours,
  calendar: Calendar,
): Due {
  return pointAt(start, limit, held, 1, hours, calendar);
}

/** The deadline of `dueAt` with the figures it was computed from. */
export function describeDue(
  start: Instant,
  limit: Limit,
  held: number,
  hours: WorkingHours,
  calendar: Calendar,
): DueExplanation {
  const due = dueAt(start, limit, held, hours, calendar);
  const days = scaleOf(limit.unit, hours, calendar)?.days ?? EVERY_DAY;
  const first = dayOf(start);
  const end = dayOf(due.at) + 1;
  return {
    ...due,
    unit: limit.unit,
    amount: limit.amount,
    startedAt: Math.round(start),
    budgetMs: budget(start, limit, hours),
    heldMs: checkedHeld(held),
    skippedDays: end - first - (days.before(end) - days.before(first)),
  };
}

/** `now` inside working hours, else the moment they begin next: when somebody may be told without being woken. */
export function nextWorkingMoment(now: Instant, hours: WorkingHours, calendar: Calendar): Instant {
  const oneMs = 1 / HOUR_MS;
  return dueAt(now, { amount: oneMs, unit: 'working-hour' }, 0, hours, calendar).at - 1;
}
