import { administersDistrict, beyondFault, homeOf, strangerFault } from '../domain/directory/jurisdiction.ts';
import type { Actor } from '../domain/roles.ts';
import type { AmongAccounts } from '../ports/accounts.ts';
import type { ApiDeps } from './deps.ts';
import { Problem, refusedProblem } from './problem.ts';

/**
 * Throws a problem unless the administrator may decide over the account of that id: a member of staff belongs to her
 * regions, and whoever belongs to none (a resident, a system without posts) to the administrators of a district or city.
 */
export async function mayAdminister(
  { directory, clock = Date.now }: Pick<ApiDeps, 'directory' | 'clock'>,
  actor: Actor,
  accountId: string,
): Promise<void> {
  const current = await directory();
  const person = current.staff.get(accountId);
  if (person !== undefined && homeOf(person) !== null) {
    // Whoever holds her password holds all her posts, wherever they are.
    const fault = strangerFault(actor, person, current) ?? beyondFault(actor, person, clock());
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

/** The accounts she may see: of her regions, her own, and, as in `mayAdminister`, those that belong to no region. */
export async function accountsOf(
  { directory }: Pick<ApiDeps, 'directory'>,
  actor: Actor,
): Promise<AmongAccounts> {
  const current = await directory();
  const homed = [...current.staff.values()].filter((person) => homeOf(person) !== null);
  const hers = (person: (typeof homed)[number]): boolean =>
    person.id === actor.id || strangerFault(actor, person, current) === null;
  return administersDistrict(actor)
    ? { only: null, except: homed.filter((person) => !hers(person)).map(({ id }) => id) }
    : { only: [actor.id, ...homed.filter(hers).map(({ id }) => id)], except: [] };
}
