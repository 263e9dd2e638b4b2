/** Every consumer group, and the intake of reports from the bus, as a process of its own. */
import { startHandlers } from './wiring/handlers.ts';
import { runPart } from './wiring/process.ts';

await runPart('handlers', (resources) => startHandlers(resources));
