/** The Temporal bundle: one pattern under four names, so that lists and metrics tell the kinds apart. */
export { runCase as dispute, runCase as task, runCase as conference, runCase as commitment } from './case.ts';
