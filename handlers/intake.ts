import type { Handler } from '../ports/handler.ts';

/** Starts the workflow of every case that begins. Reports that arrive on the bus are taken in by `reports.ts`. */
export const intake: Handler = {
  group: 'fengqiao.intake',
  // A case that began through an Update has its workflow already; starting it again changes nothing.
  starts: ({ data }) => (data.version === 1 ? [{ kind: data.caseKind, id: data.caseId }] : []),
  concerns: () => false,
  handle: () => [],
};
