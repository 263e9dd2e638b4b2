/** The API as a process of its own. */
import { startApi } from './wiring/api.ts';
import { runPart } from './wiring/process.ts';

await runPart('api', (resources) => startApi(resources, { port: resources.config.port }));
