import { randomUUID } from 'node:crypto';
import type { PublicAction } from '../../schemas/api/actions.ts';
import type { Report, ReportTaken } from '../../schemas/api/reports.ts';
import { poll } from '../../infra/local/wait.ts';
import type { ApiAnswer, ApiSession, AskOptions } from '../wiring/api-client.ts';

/** What plays share: the way in for each person, and the end of everybody's patience. */
export interface World {
  as: (login: string) => Promise<ApiSession>;
  signal: AbortSignal;
}

/** What a play reads of a dispute between its acts. */
export interface Seen {
  stage: string;
  level: string;
  clocks: { id: string; kind: string; state: string }[];
  agreements: { id: string; effectiveAt: number | null; confirmation: string }[];
  commitments: { id: string; kind: string; status: string }[];
  staff: {
    policyVersion: string;
    tasks: { id: string; status: string; silent: boolean }[];
    conferences: { id: string; status: string }[];
    proceedings: { id: string }[];
  };
}

interface WorkItem {
  kind: string;
  caseId: string;
  disputeId: string | null;
}

/** Sees every case of the demo's district. */
export const READER = 'district-1';
const PATIENCE_MS = 120_000;
const LOOK_MS = 250;

/** One case while it is played: whoever acts does so through her own session, over HTTP. */
export class Play {
  id = '';
  itemIds: string[] = [];
  /** When the present step really happened, if it is told afterwards. */
  occurredAt: number | null = null;
  private readonly partyIds = new Map<string, string>();
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  /** Ids of parties by the short names the report gave them; all of them without a name. */
  parties(...refs: string[]): string[] {
    if (refs.length === 0) return [...this.partyIds.values()];
    return refs.map((ref) => {
      const id = this.partyIds.get(ref);
      if (id === undefined) throw new Error(`the report names nobody ${ref}`);
      return id;
    });
  }

  party(ref: string): string {
    return this.parties(ref)[0]!;
  }

  /** Ids of items by their place in the report, from 0. */
  item(place: number): string {
    return this.itemIds[place]!;
  }

  /** Reports the case. */
  async report(login: string, body: Omit<Report, 'kind'>): Promise<void> {
    const at = this.occurredAt === null ? {} : { occurredAt: this.occurredAt };
    const taken = await this.ask<ReportTaken>(login, '/v1/reports', { kind: 'dispute', ...body, ...at });
    this.id = taken.id;
    this.itemIds = taken.itemIds;
    for (const { ref, id } of taken.parties) this.partyIds.set(ref, id);
  }

  /** An action on the dispute. Throws with the problem when it is refused. */
  act(login: string, action: PublicAction, body: object = {}): Promise<unknown> {
    const query = this.occurredAt === null ? {} : { query: { occurredAt: this.occurredAt } };
    return this.ask(login, `/v1/disputes/${this.id}/actions/${action}`, body, query);
  }

  /** The dispute as staff of the district see it. */
  async look(): Promise<Seen> {
    const session = await this.world.as(READER);
    const { status, body } = await session.get<Seen>(`/v1/disputes/${this.id}`);
    if (status !== 200) throw new Error(`${READER} cannot read ${this.id}: ${status}`);
    return body;
  }

  /** Waits until the dispute is as `check` wants it. */
  async until(what: string, check: (seen: Seen) => boolean): Promise<Seen> {
    return this.wait(what, async () => {
      const seen = await this.look();
      return check(seen) ? seen : undefined;
    });
  }

  /** Waits until something of that kind stands in the person's list of work; returns the case it is about. */
  async waits(login: string, kinds: string[], caseId?: string): Promise<string> {
    const session = await this.world.as(login);
    const item = await this.wait(`${kinds.join(' or ')} waits for ${login}`, async () => {
      const pages = await Promise.all(
        kinds.map((kind) => session.get<{ items: WorkItem[] }>(`/v1/work?kind=${kind}&limit=200`)),
      );
      return pages
        .flatMap(({ body }) => body.items ?? [])
        .find((one) => one.disputeId === this.id && (caseId === undefined || one.caseId === caseId));
    });
    return item.caseId;
  }

  /** A task in the person's list: reported in, answered, and known by the dispute to be answered. */
  async answers(login: string, answer: string): Promise<void> {
    const taskId = await this.waits(login, ['task', 'stabilise']);
    const session = await this.world.as(login);
    const { body } = await session.get<{ allowedActions: string[] }>(`/v1/tasks/${taskId}`);
    if (body.allowedActions.includes('report-in'))
      await this.ask(login, `/v1/tasks/${taskId}/actions/report-in`, {});
    await this.ask(login, `/v1/tasks/${taskId}/actions/answer`, { answer });
    await this.until(`the dispute knows the answer of ${login}`, ({ staff }) =>
      staff.tasks.some(({ id, status }) => id === taskId && status === 'answered'),
    );
  }

  /** A body's reply to the conference it was called to. */
  async confirms(login: string, bodyId: string, standIn = false): Promise<void> {
    const conferenceId = await this.waits(login, ['confirm-attendance']);
    await this.ask(login, `/v1/conferences/${conferenceId}/actions/confirm`, { bodyId, standIn });
  }

  /** The conference's minutes; waits until its decisions have come back to the dispute. */
  async minutes(login: string, body: object): Promise<void> {
    const conferenceId = await this.waits(login, ['prepare-conference']);
    await this.ask(login, `/v1/conferences/${conferenceId}/actions/record-minutes`, body);
    await this.until('the dispute knows what the conference decided', ({ staff }) =>
      staff.conferences.some(({ id, status }) => id === conferenceId && status === 'held'),
    );
  }

  /** Asks until there is an answer: while a case is busy the same key is asked again. */
  private async ask<T>(login: string, path: string, body: object, options: AskOptions = {}): Promise<T> {
    const session = await this.world.as(login);
    const key = randomUUID();
    const answer = await this.wait<ApiAnswer<T>>(`an answer to ${login}`, async () => {
      const got = await session.post<T>(path, body, { ...options, key });
      return got.status === 503 ? undefined : got;
    });
    if (answer.status < 300) return answer.body;
    const { code, title, field } = answer.body as Record<string, string | undefined>;
    const what = path.split('/').at(-1)!;
    throw new Error(`${login} ${what}: ${answer.status} ${code}, ${title}${field ? ` (${field})` : ''}`);
  }

  private async wait<T>(what: string, attempt: () => Promise<T | undefined>): Promise<T> {
    const { signal } = this.world;
    const watched = (): Promise<T | undefined> => {
      signal.throwIfAborted();
      return attempt();
    };
    const found = await poll(watched, { deadline_ms: PATIENCE_MS, interval_ms: LOOK_MS });
    if (found === undefined) throw new Error(`never happened: ${what}`);
    return found;
  }
}
