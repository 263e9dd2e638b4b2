import { createIntake } from '../../activities/intake.ts';
import { createNumbers } from '../../infra/db/numbers.ts';
import type { Intake } from '../../ports/intake.ts';
import type { Resources } from './resources.ts';

/** The intake of this process; `onCommitted` wakes a relay that runs beside it. */
export function intakeOf({ pool, rules, directory, cipher }: Resources, onCommitted?: () => void): Intake {
  return createIntake({
    ...{ pool, rules, directory, cipher, nextNumber: createNumbers(pool) },
    ...(onCommitted !== undefined && { onCommitted }),
  });
}
