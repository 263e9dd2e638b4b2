import { PasswordsBusyError } from '../ports/accounts.ts';
import { Problem } from './problem.ts';

/** Waits for work on a password; when there is too much of it at once, throws a problem that says so. */
export async function unlessBusy<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof PasswordsBusyError)) throw error;
    throw new Problem({
      ...{ status: 503, code: 'overloaded', title: 'too many logins at once, nothing was looked at' },
      retryAfter_s: 1,
    });
  }
}
