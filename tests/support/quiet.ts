import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import { bundleWorkflows } from '../../infra/temporal/bundle.ts';

const logger = new DefaultLogger('WARN');

let installed = false;
let bundle: Promise<{ code: string }> | undefined;

// The test server is an old one by its own account, which the core finds worth a warning for every worker.
const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });

/** Temporal's runtime with warnings only. Before anything that would install the talkative default one; once a process. */
export function quietRuntime(): void {
  if (!installed) Runtime.install({ logger, telemetryOptions: { logging: { filter } } });
  installed = true;
}

/** The workflow bundle, made once for all workers and replays of a test file. */
export function workflowBundle(): Promise<{ code: string }> {
  return (bundle ??= bundleWorkflows());
}
