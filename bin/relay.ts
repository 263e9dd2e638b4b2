/** The relay as a process of its own; a second one stands by. */
import { runPart } from './wiring/process.ts';
import { startRelay } from './wiring/relay.ts';

await runPart('relay', async (resources) => startRelay(resources));
