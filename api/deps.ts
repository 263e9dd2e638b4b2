import type { FastifyBaseLogger } from 'fastify';
import type { Registry } from 'prom-client';
import type { Calendar } from '../domain/calendar.ts';
import type { Directory } from '../domain/duty.ts';
import type { Policy } from '../domain/policy.ts';
import type { Accounts } from '../ports/accounts.ts';
import type { DeadLetterDesk, Health, RulesStore } from '../ports/admin.ts';
import type { CaseCommands } from '../ports/case-commands.ts';
import type { ChangeFeed } from '../ports/changes.ts';
import type { Intake } from '../ports/intake.ts';
import type { Reads } from '../ports/reads.ts';

/** What the API is given; everything behind it is somebody else's. */
export interface ApiDeps {
  reads: Reads;
  intake: Intake;
  commands: CaseCommands;
  accounts: Accounts;
  directory: () => Promise<Directory>;
  rules: { policy(version: string | null): Promise<Policy>; calendar(): Promise<Calendar> };
  rulesStore: RulesStore;
  deadLetters: DeadLetterDesk;
  changes: ChangeFeed;
  health: Health;
  metrics: Registry;
  sessionSecret: string;
  sessionHours: number;
  /** Ids that are the same for the same principal, case and key; bodies that are the same for the same JSON. */
  commandIdOf: (principal: string, caseId: string, key: string) => string;
  bodyHashOf: (body: unknown) => string;
  idsFrom: (seed: string) => (prefix: string) => string;
  logger?: FastifyBaseLogger;
  clock?: () => number;
}
