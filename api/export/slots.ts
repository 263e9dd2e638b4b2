import { Problem } from '../problem.ts';

/** Exports of one process at once: each reads the database as fast as it answers. */
export const EXPORTS_MAX = 4;
const AGAIN_S = 10;

/** Who is exporting: one export a person, some a process. */
export function createExportSlots(max = EXPORTS_MAX): (personId: string) => () => void {
  const busy = new Set<string>();
  /** Takes a slot and answers how to give it back. Throws a problem when there is none. */
  return (personId) => {
    if (busy.has(personId)) {
      throw new Problem({
        ...{ status: 429, code: 'too_many_requests', title: 'your last export is still running' },
        ...{ limit: 'exports', expected: 'one at a time', retryAfter_s: AGAIN_S },
      });
    }
    if (busy.size >= max) {
      throw new Problem({
        ...{ status: 503, code: 'overloaded', title: 'as many exports as can be are running' },
        ...{ expected: 'ask again', retryAfter_s: AGAIN_S },
      });
    }
    busy.add(personId);
    return () => busy.delete(personId);
  };
}
