/** The parts of a day in which working and service clocks run. */
import type { Problem } from './calendar.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;

/** A part of a day, 'HH:MM' to 'HH:MM' of the same day; '24:00' is its end. */
export interface DayWindow {
  from: string;
  to: string;
}

export interface WorkingHours {
  /** The parts of a working day that are worked, in order, not overlapping. */
  windows: DayWindow[];
  /** When service hours count: every day, holidays included. */
  service: DayWindow;
}

/** A lunch break between two windows, 7.5 hours a day; first contact and urgent duties run 07-22 [ours]. */
export const DEFAULT_HOURS: WorkingHours = {
  windows: [
    { from: '09:00', to: '12:00' },
    { from: '13:30', to: '18:00' },
  ],
  service: { from: '07:00', to: '22:00' },
};

interface Span {
  from: number;
  to: number;
}
export interface Spans {
  list: Span[];
  /** Milliseconds a day. */
  length: number;
}
export interface CompiledHours {
  working: Spans;
  service: Spans;
}

function timeOfDay(text: unknown): number | undefined {
  if (typeof text !== 'string' || !/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/.test(text)) return undefined;
  return Number(text.slice(0, 2)) * HOUR_MS + Number(text.slice(3)) * MINUTE_MS;
}

/** Everything that is wrong with working hours, as paths like `windows.1.from`; empty means they may be used. */
export function validateHours(hours: WorkingHours): Problem[] {
  const problems: Problem[] = [];
  const check = ({ from, to }: DayWindow, field: string, notBefore: number): number => {
    const start = timeOfDay(from);
    const end = timeOfDay(to);
    if (start === undefined) problems.push({ field: `${field}.from`, message: 'must be a time HH:MM' });
    else if (start < notBefore)
      problems.push({ field: `${field}.from`, message: 'must not be before the previous window ends' });
    if (end === undefined) problems.push({ field: `${field}.to`, message: 'must be a time HH:MM' });
    else if (start !== undefined && end <= start)
      problems.push({ field: `${field}.to`, message: 'must be later than from, on the same day' });
    return end ?? notBefore;
  };
  if (hours.windows.length === 0)
    problems.push({ field: 'windows', message: 'must hold at least one window' });
  hours.windows.reduce((previousEnd, window, i) => check(window, `windows.${i}`, previousEnd), 0);
  check(hours.service, 'service', 0);
  return problems;
}

const spansOf = (windows: DayWindow[]): Spans => {
  const list = windows.map(({ from, to }) => ({ from: timeOfDay(from)!, to: timeOfDay(to)! }));
  return { list, length: list.reduce((sum, span) => sum + span.to - span.from, 0) };
};

const compiled = new WeakMap<WorkingHours, { windows: DayWindow[]; hours: CompiledHours }>();

/**
 * Working hours as milliseconds since midnight. Throws when they are not valid. Cached per object and compared by content
 * on each call, like the calendar: hours edited in place must not be answered from the old ones.
 */
export function compileHours(hours: WorkingHours): CompiledHours {
  const cached = compiled.get(hours);
  const unchanged = (window: DayWindow, i: number): boolean =>
    window.from === cached?.windows[i]?.from && window.to === cached?.windows[i]?.to;
  if (
    cached?.windows.length === hours.windows.length + 1 &&
    hours.windows.every(unchanged) &&
    unchanged(hours.service, hours.windows.length)
  )
    return cached.hours;
  const [problem] = validateHours(hours);
  if (problem !== undefined) throw new RangeError(`working hours: ${problem.field} ${problem.message}`);
  const result = { working: spansOf(hours.windows), service: spansOf([hours.service]) };
  compiled.set(hours, {
    windows: [...hours.windows, hours.service].map((window) => ({ ...window })),
    hours: result,
  });
  return result;
}
