import type { KeyScope } from '../schemas/api/identity.ts';

/** What a key of another system may ask for, by method and route. What is not named here no key may do. */
const NEEDED: Record<string, KeyScope | 'any'> = {
  'GET /v1/sessions/current': 'any',
  'POST /v1/reports': 'reports:write',
  'GET /v1/disputes': 'disputes:read',
  'GET /v1/disputes/:id': 'disputes:read',
  'GET /v1/disputes/:id/timeline': 'disputes:read',
  'GET /v1/tasks/:id': 'disputes:read',
  'GET /v1/conferences/:id': 'disputes:read',
  'GET /v1/commitments/:id': 'disputes:read',
  'POST /v1/disputes/:id/actions/*': 'disputes:act',
  'POST /v1/tasks/:id/actions/*': 'disputes:act',
  'POST /v1/conferences/:id/actions/*': 'disputes:act',
  'GET /v1/work': 'work:read',
  'GET /v1/notices': 'work:read',
  'GET /v1/stream': 'events:read',
  'GET /v1/policies': 'admin:read',
  'GET /v1/dead-letters': 'admin:read',
  'GET /v1/accounts': 'admin:read',
  'GET /v1/accounts/:id': 'admin:read',
  'GET /v1/api-keys': 'admin:read',
};

export const SCOPED_OPERATIONS: readonly string[] = Object.keys(NEEDED);

/** The scope that a key needs for an operation; null where none is enough. `route` is the pattern, not the path. */
export function scopeNeeded(method: string, route: string): KeyScope | 'any' | null {
  const pattern = route.replace(/\/actions\/[^/]+$/, '/actions/*');
  const name = `${method === 'HEAD' ? 'GET' : method} ${pattern}`;
  return Object.hasOwn(NEEDED, name) ? NEEDED[name]! : null;
}
