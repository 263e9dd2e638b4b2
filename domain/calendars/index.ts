/**
 * The tables that ship with the engine, made by `node bin/make-calendar.ts`. The next year is loaded by upload when its
 * notice is published, usually in November.
 */
import type { Calendar, CalendarYear } from '../calendar.ts';
import cn2025 from './cn-2025.json' with { type: 'json' };
import cn2026 from './cn-2026.json' with { type: 'json' };

// Source and date stay in the file: an uploaded calendar has neither, and unknown fields are refused there.
const yearOf = ({ year, holidays, makeUpDays }: CalendarYear): CalendarYear => ({
  year,
  holidays,
  makeUpDays,
});

export const DEFAULT_CALENDAR: Calendar = {
  version: 'cn-2025-2026',
  years: [cn2025, cn2026].map(yearOf),
};
