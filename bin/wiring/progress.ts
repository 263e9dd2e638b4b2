const EVERY_MS = 1_000;

/** A line a second that says how far a job is; on standard error, so that results can be piped. */
export function progress(what: string, total: number): { add: (n: number) => void; end: () => void } {
  let done = 0;
  let last = performance.now();
  const show = (): void => void process.stderr.write(`${what}: ${done} of ${total}\n`);
  return {
    add(n) {
      done += n;
      if (performance.now() - last < EVERY_MS) return;
      last = performance.now();
      show();
    },
    end: show,
  };
}
