import type { Client } from '@temporalio/client';
import type { BusLogger } from '../../ports/event-bus.ts';
import type { CaseKey } from '../../ports/handler.ts';
import { isCaseFailure, sendOneOfMany, startCase } from './client.ts';

/** Brings cases and stored commands to their workflows; safe to repeat. Gives up when `signal` ends, and throws its reason. */
export interface CaseStarter {
  start(keys: CaseKey[], signal?: AbortSignal): Promise<void>;
  /** Commands of one case in the order given, cases side by side. */
  send(
    commands: { commandId: string; kind: CaseKey['kind']; id: string }[],
    signal?: AbortSignal,
  ): Promise<void>;
}

const AT_ONCE = 16;

/**
 * Throws what Temporal throws when it is away. A command that its case does not carry out (a bug, a lock, a full queue) is logged and
 * left unanswered, where the watchdog and its metric show it: it must not hold up the others.
 */
export function createCaseStarter(client: Client, logger: BusLogger): CaseStarter {
  return {
    start: (keys, signal) => atMost(AT_ONCE, keys, ({ kind, id }) => startCase(client, { kind, id }, signal)),
    async send(commands, signal) {
      const byCase = Map.groupBy(commands, ({ kind, id }) => `${kind}:${id}`);
      await atMost(AT_ONCE, [...byCase.values()], async (queue) => {
        for (const command of queue) {
          try {
            await sendOneOfMany(client, command, signal);
          } catch (error) {
            if (!isCaseFailure(error)) throw error;
            logger.error({ kind: command.kind, id: command.id }, 'a command cannot be carried out');
          }
        }
      });
    },
  };
}

/** Runs `work` over the list, at most `limit` at once; the first failure is thrown after all that run have ended. */
export async function atMost<T>(limit: number, list: T[], work: (one: T) => Promise<void>): Promise<void> {
  const queue = list.values();
  const failures: unknown[] = [];
  const runner = async (): Promise<void> => {
    for (const one of queue) {
      if (failures.length > 0) return;
      await work(one).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, list.length) }, runner));
  if (failures.length > 0) throw failures[0];
}
