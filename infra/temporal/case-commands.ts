import type { Client } from '@temporalio/client';
import type pg from 'pg';
import type { Answer } from '../../activities/apply.types.ts';
import type { BusLogger } from '../../ports/event-bus.ts';
import { isPassing } from '../../ports/failures.ts';
import type { CaseCommands, SendCommand, Sent } from '../../ports/case-commands.ts';
import { recordCommand, type Recorded } from '../db/store.ts';
import { CaseBusyError, sendCommand } from './client.ts';

export interface CaseCommandsDeps {
  pool: pg.Pool;
  client: Client;
  logger: BusLogger;
  clock?: () => number;
}

/**
 * Stores a command, then sends its id to the case's workflow and waits for the answer. Because it is stored first, a
 * command whose answer did not come in time is not lost: the same key asks for its answer, and the watchdog sends it again.
 */
export function createCaseCommands(deps: CaseCommandsDeps): CaseCommands {
  const { pool, client, logger, clock = Date.now } = deps;
  return {
    async send(command) {
      const recorded = await record(pool, command, clock()).catch((error: unknown) => {
        // What will fail again however often it is asked is no reason to ask again.
        if (!isPassing(error)) throw error;
        logger.warn({ action: command.action, error }, 'a command could not be stored');
        return null;
      });
      if (recorded === null) return { outcome: 'unavailable' };
      if (recorded.known) {
        if (!recorded.sameBody || recorded.caseId !== command.caseId) return { outcome: 'key-reused' };
        if (recorded.answer !== null) return { outcome: 'answered', answer: recorded.answer as Answer };
      }
      const target = { kind: command.kind, id: command.caseId, commandId: command.commandId };
      try {
        return { outcome: 'answered', answer: await sendCommand(client, target) };
      } catch (error) {
        return fate(error, command, logger);
      }
    },
  };
}

const record = (pool: pg.Pool, command: SendCommand, now: number): Promise<Recorded> => {
  const { texts, ...rest } = command;
  return recordCommand(pool, { ...rest, hop: 0, recordedAt: now }, texts);
};

function fate(error: unknown, { action }: SendCommand, logger: BusLogger): Sent {
  if (error instanceof CaseBusyError) return { outcome: 'busy' };
  logger.warn({ action, error }, 'a stored command has no answer yet');
  return { outcome: 'recording' };
}
