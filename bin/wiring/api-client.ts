import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** Any answer of the API; `problem` where it is not a success. */
export interface ApiAnswer<T = Record<string, unknown>> {
  status: number;
  body: T;
  etag: string | null;
  retryAfter: string | null;
}

export interface AskOptions {
  key?: string;
  ifMatch?: string;
  query?: Record<string, string | number>;
}

export interface SessionOptions {
  /** How long a call that is answered 503 is asked again, with the same key; not at all by default. */
  patience_ms?: number;
}

/** What renews a session: the access token ends at `expiresAt` (milliseconds). */
export interface Renewal {
  refreshToken: string;
  expiresAt: number;
}

/** An access token is renewed that long before it ends. */
const RENEWED_BEFORE_MS = 60_000;

/** One person's way into the API, over real HTTP: what the demo, the tests and the benches act through. */
export class ApiSession {
  readonly id: string;
  private readonly base: string;
  private readonly patience_ms: number;
  private token: string;
  private renewal: Renewal | undefined;
  private renewing: Promise<void> | undefined;

  constructor(
    base: string,
    id: string,
    token: string,
    renewal?: Renewal,
    { patience_ms = 0 }: SessionOptions = {},
  ) {
    this.patience_ms = patience_ms;
    this.base = base;
    this.id = id;
    this.token = token;
    this.renewal = renewal;
  }

  /** What proves who is asking, for a client of one's own; good for a minute at least after any call. */
  headers(): Record<string, string> {
    return { authorization: `Bearer ${this.token}` };
  }

  get<T = Record<string, unknown>>(path: string): Promise<ApiAnswer<T>> {
    return this.ask('GET', path);
  }

  post<T = Record<string, unknown>>(
    path: string,
    body: unknown,
    options: AskOptions = {},
  ): Promise<ApiAnswer<T>> {
    return this.ask('POST', path, body, options);
  }

  put<T = Record<string, unknown>>(path: string, body: unknown): Promise<ApiAnswer<T>> {
    return this.ask('PUT', path, body);
  }

  patch<T = Record<string, unknown>>(
    path: string,
    body: unknown,
    options: AskOptions = {},
  ): Promise<ApiAnswer<T>> {
    return this.ask('PATCH', path, body, options);
  }

  delete<T = Record<string, unknown>>(path: string): Promise<ApiAnswer<T>> {
    return this.ask('DELETE', path);
  }

  /** An action on a dispute. */
  act<T = Record<string, unknown>>(
    disputeId: string,
    action: string,
    body: object = {},
    options: AskOptions = {},
  ): Promise<ApiAnswer<T>> {
    return this.post(`/v1/disputes/${disputeId}/actions/${action}`, body, options);
  }

  /** A body as it is, for whoever wants to send what is no JSON. */
  async raw(path: string, body: string, headers: Record<string, string>): Promise<Response> {
    await this.renewed();
    const authorization = `Bearer ${this.token}`;
    return fetch(this.base + path, { method: 'POST', headers: { authorization, ...headers }, body });
  }

  /** An open connection, for the stream of hints. */
  async open(path: string, signal: AbortSignal): Promise<Response> {
    await this.renewed();
    return fetch(this.base + path, { headers: { authorization: `Bearer ${this.token}` }, signal });
  }

  private async ask<T>(
    method: string,
    path: string,
    body?: unknown,
    options: AskOptions = {},
  ): Promise<ApiAnswer<T>> {
    await this.renewed();
    const headers: Record<string, string> = { authorization: `Bearer ${this.token}` };
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (method === 'POST') headers['idempotency-key'] = options.key ?? randomUUID();
    if (options.ifMatch !== undefined) headers['if-match'] = options.ifMatch;
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(options.query ?? {})) query.set(name, String(value));
    const url = query.size > 0 ? `${this.base}${path}?${query.toString()}` : this.base + path;
    return patiently(this.patience_ms, async () =>
      answerOf<T>(
        await fetch(url, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }),
      ),
    );
  }

  /** A refresh token is good once, so calls at the same time share one renewal. Without one the call says what is wrong. */
  private async renewed(): Promise<void> {
    if (this.renewal === undefined || Date.now() < this.renewal.expiresAt - RENEWED_BEFORE_MS) return;
    this.renewing ??= this.renew(this.renewal.refreshToken).finally(() => (this.renewing = undefined));
    await this.renewing;
  }

  private async renew(refreshToken: string): Promise<void> {
    const response = await fetch(`${this.base}/v1/sessions/refresh`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify({ refreshToken }),
    });
    const { status, body } = await answerOf<Issued>(response);
    // The session is over: whatever is asked next is answered 401.
    if (status === 401) this.renewal = undefined;
    if (status !== 200) return;
    this.token = body.token;
    this.renewal = { refreshToken: body.refreshToken, expiresAt: body.expiresAt };
  }
}

/** Asks again for as long as the answer is 503, when it says to. */
async function patiently<T>(patience_ms: number, ask: () => Promise<ApiAnswer<T>>): Promise<ApiAnswer<T>> {
  const end = performance.now() + patience_ms;
  for (;;) {
    const answer = await ask();
    if (answer.status !== 503 || performance.now() >= end) return answer;
    await sleep(Number(answer.retryAfter ?? 1) * 1_000);
  }
}

interface Issued extends Renewal {
  token: string;
}

export async function answerOf<T>(response: Response): Promise<ApiAnswer<T>> {
  const text = await response.text();
  const body = (text === '' ? {} : JSON.parse(text)) as T;
  return {
    ...{ status: response.status, body, etag: response.headers.get('etag') },
    retryAfter: response.headers.get('retry-after'),
  };
}

/** Logs in. Throws when the API refuses. */
export async function logIn(
  base: string,
  login: string,
  password: string,
  options: SessionOptions = {},
): Promise<ApiSession> {
  const ask = (): Promise<Response> =>
    fetch(`${base}/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ login, password }),
    });
  const { status, body } = await patiently(options.patience_ms ?? 0, async () =>
    answerOf<Issued & { person: { id: string } }>(await ask()),
  );
  if (status !== 201) throw new Error(`${login} cannot log in: ${status}`);
  return new ApiSession(base, body.person.id, body.token, body, options);
}
