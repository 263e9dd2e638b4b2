import { condition, continueAsNew, defineUpdate, setHandler, workflowInfo } from '@temporalio/workflow';

export const add = defineUpdate<number, [number]>('add');

/** A workflow that only counts: the baseline for what an action costs. */
export async function bare(): Promise<void> {
  let sum = 0;
  setHandler(add, (n: number) => (sum += n));
  await condition(() => workflowInfo().continueAsNewSuggested);
  await continueAsNew<typeof bare>();
}
