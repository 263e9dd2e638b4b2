import { homeOf, strangerFault } from '../domain/directory/jurisdiction.ts';
import { levelOf, rank } from '../domain/regions.ts';
import type { Actor } from '../domain/roles.ts';
import type { ApiDeps } from './deps.ts';
import { Problem, refusedProblem } from './problem.ts';

/**
 * Throws a problem unless the administrator may decide over the account of that id: a member of staff belongs to her
 * regions, and whoever belongs to none (a resident, a system without posts) to the administrators of a district or city.
 */
export async function mayAdminister(
  { directory }: Pick<ApiDeps, 'directory'>,
  actor: Actor,
  accountId: string,
): Promise<void> {
  const current = await directory();
  const person = current.staff.get(accountId);
  if (person !== undefined && homeOf(person) !== null) {
    const fault = strangerFault(actor, person, current);
    if (fault !== null) throw refusedProblem(fault);
    return;
  }
  if (administersDistrict(actor)) return;
  throw new Problem({
    ...{
      status: 403,
      code: 'outside_jurisdiction',
      title: 'this account belongs to no member of your staff',
    },
    expected: 'enter the person as staff first, or ask an administrator of the district',
  });
}

const administersDistrict = ({ posts }: Actor): boolean =>
  posts.some(({ role, region }) => role === 'administrator' && rank(levelOf(region)) >= rank('district'));
