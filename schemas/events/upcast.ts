/** Turns the `data.event` of one version into that of the next. Pure: no clock, no I/O. */
export type Upcaster = (event: Record<string, unknown>) => Record<string, unknown>;

/** By event type without its version (`cn.fengqiao.dispute.rated`), then by the version it starts from. */
export type Upcasters = Readonly<Record<string, Readonly<Record<number, Upcaster>>>>;

/**
 * Empty while every event is in its first version. Old events stay in topics and in the event log as they were written;
 * they are brought up to date each time they are read, so a consumer knows the newest version only.
 */
export const UPCASTERS: Upcasters = {};

/** The steps that lead from a version to the newest, in order. An event without steps is as new as it gets. */
export function stepsFrom(base: string, version: number, upcasters: Upcasters): Upcaster[] {
  const known = Object.hasOwn(upcasters, base) ? upcasters[base] : undefined;
  const steps: Upcaster[] = [];
  for (let step = known?.[version]; step !== undefined; step = known?.[version + steps.length]) {
    steps.push(step);
  }
  return steps;
}
