import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { FAILURE_CONVERTER_PATH } from './codec.ts';

const workflowsPath = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));

const MAP_COMMENT = '//# sourceMappingURL=data:';
const EMPTY_MAP = { version: 3, file: 'workflows.js', sources: [], names: [], mappings: '' };

/**
 * Bundles the workflows, without their source map. The SDK asks it for every frame of every promise a workflow makes, which
 * took half of a worker's time for workflows; a trace then names functions and lines of the bundle, which is readable.
 */
export async function bundleWorkflows(): Promise<{ code: string }> {
  const { code } = await bundleWorkflowCode({
    ...{ workflowsPath, failureConverterPath: FAILURE_CONVERTER_PATH, logger: new DefaultLogger('WARN') },
  });
  const script = code.slice(0, code.lastIndexOf(MAP_COMMENT));
  const map = Buffer.from(JSON.stringify(EMPTY_MAP)).toString('base64');
  return { code: `${script}${MAP_COMMENT}application/json;charset=utf-8;base64,${map}` };
}
