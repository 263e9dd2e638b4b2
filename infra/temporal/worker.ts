import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import type { CaseActivities } from '../../activities/apply.types.ts';
import { bundleWorkflows } from './bundle.ts';
import { CASES_QUEUE } from '../../workflows/messages.ts';

export interface CaseWorkerOptions {
  connection: NativeConnection;
  activities: CaseActivities;
  namespace?: string;
  taskQueue?: string;
  /** Not more than the pool has connections. */
  maxConcurrentApplies?: number;
  /** Made once for many workers; otherwise each makes its own. */
  workflowBundle?: { code: string };
  dataConverter?: WorkerOptions['dataConverter'];
}

/** The worker that runs cases: workflows and their local activity, nothing else. */
export async function createCaseWorker(options: CaseWorkerOptions): Promise<Worker> {
  const { connection, activities, namespace, dataConverter } = options;
  const workflowBundle = options.workflowBundle ?? (await bundleWorkflows());
  return Worker.create({
    ...{ connection, activities: { apply: activities.apply }, taskQueue: options.taskQueue ?? CASES_QUEUE },
    ...(namespace !== undefined && { namespace }),
    ...(dataConverter !== undefined && { dataConverter }),
    workflowBundle,
    // A task for a case that a killed worker had in its cache is taken over after so long, like one it had begun.
    stickyQueueScheduleToStartTimeout: '3s',
    maxConcurrentLocalActivityExecutions: options.maxConcurrentApplies ?? 40,
  });
}
