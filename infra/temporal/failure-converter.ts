import { DefaultFailureConverter } from '@temporalio/common';

/**
 * Puts messages and stack traces of failures among the payloads, where the codec encrypts them. In a file of its own
 * because Temporal loads it by its path, once for the client and worker and once into the bundle of the workflows.
 */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
