import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';

/** What one measurement found; figures carry their unit in the name. */
export type Figures = Record<string, number | string>;

/** Prints a measurement and writes it as JSON under bench/results/. */
export function publish(name: string, figures: Figures): void {
  const folder = new URL('./results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const machine = {
    cores: availableParallelism(),
    memory_gib: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
  const result = { name, at: new Date().toISOString(), machine, figures };
  writeFileSync(new URL(`${name}.local.json`, folder), `${JSON.stringify(result, null, 2)}\n`);
  process.stdout.write(`\n${name}\n`);
  for (const [figure, value] of Object.entries(figures)) {
    const shown = typeof value === 'number' ? Number(value.toPrecision(3)) : value;
    process.stdout.write(`  ${figure.padEnd(34)} ${shown}\n`);
  }
}

export function quantile(values: number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

export const median = (values: number[]): number => quantile(values, 0.5);

/** Runs `one` in `lanes` loops for so long; how many were done a second. */
export async function throughput(
  lanes: number,
  duration_ms: number,
  one: (lane: number, n: number) => Promise<void>,
): Promise<number> {
  const begin = performance.now();
  let done = 0;
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      for (let n = 0; performance.now() - begin < duration_ms; n++) {
        await one(lane, n);
        done += 1;
      }
    }),
  );
  return (done * 1000) / (performance.now() - begin);
}

/** How long each of `count` calls takes, one after another, in milliseconds. */
export async function latencies(count: number, one: (n: number) => Promise<void>): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < count; n++) {
    const begin = performance.now();
    await one(n);
    times.push(performance.now() - begin);
  }
  return times;
}

export interface Compared {
  ours: number;
  bare: number;
  ratio: number;
}

/**
 * Measures ours and the bare baseline in turns, so that what else the machine does falls on both, and compares medians.
 */
export async function compared(
  rounds: number,
  ours: () => Promise<number>,
  bare: () => Promise<number>,
): Promise<Compared> {
  const results: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
  for (let round = 0; round < rounds; round++) {
    results.bare.push(await bare());
    results.ours.push(await ours());
  }
  const [a, b] = [median(results.ours), median(results.bare)];
  return { ours: a, bare: b, ratio: a / b };
}
