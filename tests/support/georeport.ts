import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { pythonWith } from './python.ts';

const run = promisify(execFile);

/** A GeoReport client that others wrote: https://pypi.org/project/georeport. */
const CLIENT = 'georeport==0.3.1';

const SCRIPT = `
import json, sys
from georeport import GeoReport
client = GeoReport(sys.argv[1], jurisdiction=sys.argv[2] or None, output_format=sys.argv[3])
call = getattr(client, sys.argv[4])
print(json.dumps(call(**json.loads(sys.argv[5]))))
`;

export type Ask = (
  method: string,
  args?: object,
  options?: { format?: 'json' | 'xml'; jurisdiction?: string },
) => Promise<unknown>;

/** What calls the client on an address. Needs Python 3 with pip. */
export async function georeportClient(rootAddress: string): Promise<Ask> {
  const python = await pythonWith(CLIENT);
  const env = { ...python.env, NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' };
  return async (method, args = {}, { format = 'json', jurisdiction = '' } = {}) => {
    const argv = ['-c', SCRIPT, rootAddress, jurisdiction, format, method, JSON.stringify(args)];
    const { stdout } = await run(python.command, argv, { env });
    return JSON.parse(stdout) as unknown;
  };
}
