/** The Temporal worker that runs cases, and the watchdog, as a process of its own. */
import { runPart } from './wiring/process.ts';
import { installTemporalRuntime, startWorker } from './wiring/worker.ts';

await runPart('worker', (resources) => {
  installTemporalRuntime(resources.logger);
  return startWorker(resources);
});
