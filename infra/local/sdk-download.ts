import { TestWorkflowEnvironment } from '@temporalio/testing';

// Run as `node sdk-download.ts cli|test-server <folder>`. The SDK can only download by starting the
// server; it is ended at once and the program stays in the folder.
const [kind, downloadDir] = process.argv.slice(2);
if (downloadDir === undefined) throw new Error('usage: sdk-download.ts cli|test-server <folder>');
const server = { executable: { type: 'cached-download' as const, downloadDir } };
const environment =
  kind === 'cli'
    ? await TestWorkflowEnvironment.createLocal({ server })
    : await TestWorkflowEnvironment.createTimeSkipping({ server });
await environment.teardown();
