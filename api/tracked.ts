/**
 * Routes that are open to whoever comes with a tracking code. Each of them looks the case up in her scope first, which is
 * that one case. Everything else is closed, also what is added one day.
 */
const OPEN = [
  '/v1/track',
  '/v1/me/data',
  '/v1/track/sessions/current',
  '/v1/disputes/:id',
  '/v1/disputes/:id/timeline',
  '/v1/disputes/:id/statements',
  '/v1/disputes/:id/consents',
  '/v1/tasks/:id',
  '/v1/tasks/:id/statements',
];
/** With all that lies below them. */
const WHOLE = ['/v1/disputes/:id/actions', '/v1/disputes/:id/attachments'];

/** `route` is the pattern, not the path. */
export const isOpenToCodes = (route: string): boolean =>
  OPEN.includes(route) || WHOLE.some((start) => route === start || route.startsWith(`${start}/`));
