import Fastify from 'fastify';
import type pg from 'pg';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from '@temporalio/worker';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { add } from './bare-workflow.ts';

/** The least a report could cost: Fastify parses the body, one INSERT stores it. */
export async function bareIntake(pool: pg.Pool): Promise<{ address: string; stop: () => Promise<void> }> {
  await pool.query('CREATE TABLE bare_reports (id uuid PRIMARY KEY, body jsonb NOT NULL)');
  const app = Fastify();
  app.post('/reports', async (request, reply) => {
    const id = randomUUID();
    await pool.query({
      ...{ name: 'bare', text: 'INSERT INTO bare_reports (id, body) VALUES ($1, $2)' },
      values: [id, JSON.stringify(request.body)],
    });
    return reply.code(201).send({ id });
  });
  const address = await app.listen({ port: 0 });
  return { address, stop: () => app.close() };
}

export interface BareUpdates {
  /** One Update on the n-th workflow, answered by the workflow itself. */
  update(n: number): Promise<void>;
  stop(): Promise<void>;
}

/** The least an action could cost: a Temporal Update that a workflow answers at once, without any activity. */
export async function bareUpdates(address: string, workflows: number): Promise<BareUpdates> {
  const workflowsPath = fileURLToPath(new URL('./bare-workflow.ts', import.meta.url));
  const logger = new DefaultLogger('WARN');
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger });
  const native = await NativeConnection.connect({ address });
  const worker = await Worker.create({ connection: native, taskQueue: 'bare', workflowBundle });
  const running = worker.run();
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  const handles = await Promise.all(
    Array.from({ length: workflows }, () =>
      client.workflow.start('bare', { workflowId: `bare-${randomUUID()}`, taskQueue: 'bare' }),
    ),
  );
  return {
    async update(n) {
      await handles[n % workflows]!.executeUpdate(add, { args: [1] });
    },
    async stop() {
      worker.shutdown();
      await running;
      await connection.close();
      await native.close();
    },
  };
}
