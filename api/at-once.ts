import { Problem } from './problem.ts';

/** Lets at most `max` of something be at work in this process; one more is answered 503. Leaving twice counts once. */
export function atOnce(max: number, what: string): { enter(): () => void } {
  let current = 0;
  return {
    enter() {
      if (current >= max) {
        throw new Problem({
          ...{ status: 503, code: 'overloaded', title: `too many ${what} at once` },
          ...{ expected: 'ask again', retryAfter_s: 5 },
        });
      }
      current += 1;
      let inside = true;
      return () => {
        if (inside) current -= 1;
        inside = false;
      };
    },
  };
}
