import type { FastifyBaseLogger } from 'fastify';
import type { Registry } from 'prom-client';
import type { Calendar } from '../domain/calendar.ts';
import type { Directory } from '../domain/duty.ts';
import type { Policy } from '../domain/policy.ts';
import type { AccountDesk, Accounts } from '../ports/accounts.ts';
import type { DeadLetterDesk, Health, RulesStore } from '../ports/admin.ts';
import type { Attachments } from '../ports/attachments.ts';
import type { Audit } from '../ports/audit.ts';
import type { ApiKeys } from '../ports/api-keys.ts';
import type { CaseCommands } from '../ports/case-commands.ts';
import type { ChangeFeed } from '../ports/changes.ts';
import type { DirectoryDesk, DirectoryReads } from '../ports/directory-desk.ts';
import type { Intake } from '../ports/intake.ts';
import type { Issuer } from '../ports/issuer.ts';
import type { Open311Register } from '../ports/open311.ts';
import type { Privacy } from '../ports/privacy.ts';
import type { ReadsFor, Records } from '../ports/reads.ts';
import type { SavedFilters } from '../ports/saved-filters.ts';
import type { Sessions } from '../ports/sessions.ts';
import type { Statements } from '../ports/statements.ts';
import type { Tracking } from '../ports/tracking.ts';

/** What the API is given; everything behind it is somebody else's. */
export interface ApiDeps {
  reads: ReadsFor;
  records: Records;
  savedFilters: SavedFilters;
  intake: Intake;
  open311: Open311Register;
  attachments: Attachments;
  commands: CaseCommands;
  accounts: Accounts;
  accountDesk: AccountDesk;
  sessions: Sessions;
  apiKeys: ApiKeys;
  /** Null: no identity provider. */
  issuer: Issuer | null;
  tracking: Tracking;
  statements: Statements;
  privacy: Privacy;
  directory: () => Promise<Directory>;
  directoryReads: DirectoryReads;
  directoryDesk: DirectoryDesk;
  rules: { policy(version: string | null): Promise<Policy>; calendar(): Promise<Calendar> };
  rulesStore: RulesStore;
  deadLetters: DeadLetterDesk;
  changes: ChangeFeed;
  audit: Audit;
  health: Health;
  metrics: Registry;
  sessionSecret: string;
  sessionHours: number;
  /** Requests a minute of one account or key, of one address without a session, and logins of one address; 0: no limit. */
  ratePerMinute: number;
  addressPerMinute: number;
  loginsPerMinute: number;
  /** Reports without an account an hour of one address; 0: no limit. */
  publicReportsPerHour: number;
  /** Addresses and networks of proxies whose X-Forwarded headers are believed. */
  trustProxy: string[];
  corsOrigins: string[];
  /** Ids that are the same for the same principal, case and key; bodies that are the same for the same JSON. */
  commandIdOf: (principal: string, caseId: string, key: string) => string;
  bodyHashOf: (body: unknown) => string;
  idsFrom: (seed: string) => (prefix: string) => string;
  logger?: FastifyBaseLogger;
  clock?: () => number;
}
