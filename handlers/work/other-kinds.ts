import type { Commitment } from '../../domain/commitment/commitment.ts';
import type { Conference } from '../../domain/conference/conference.ts';
import { ROLES_OF_LEVEL } from '../../domain/roles.ts';
import type { Task } from '../../domain/task/task.ts';
import type { WorkItem } from '../../ports/handler.ts';
import { dueOf, inQueue } from './item.ts';

/** A task waits for the body or the duty owner it was given to, until it is answered or returned. */
export function taskWork(state: Task): WorkItem[] {
  if (state.status !== 'open' && state.status !== 'reported-in') return [];
  const { bodyId, region, level } = state.target;
  const dueAt = dueOf(state, 'task-report-in', 'task-answer', 'stabilise', 'attention');
  const kind = state.kind === 'stabilise' ? 'stabilise' : 'task';
  const detail = { task: state.kind, status: state.status, silences: state.silences };
  const roles = bodyId === null ? ROLES_OF_LEVEL[level] : [];
  const grade = state.kind === 'stabilise' ? ('red' as const) : null;
  const assigneeId = bodyId === null ? (state.owner?.staffId ?? null) : null;
  return [inQueue(level, region, { kind, bodyId, assigneeId, roles, dueAt, detail, grade })];
}

/** The convening level prepares it; each body that was called confirms. */
export function conferenceWork(state: Conference): WorkItem[] {
  if (state.status !== 'convened') return [];
  const { level, region, agenda, at } = state;
  const roles = [...ROLES_OF_LEVEL[level], 'leader' as const];
  const dueAt = dueOf(state, 'conference-schedule', 'conference-minutes', 'attention');
  const prepare = inQueue(level, region, {
    kind: 'prepare-conference',
    roles,
    dueAt,
    detail: { agenda, at },
  });
  const calls = state.participants
    .filter(({ reply }) => reply === 'none')
    .map(({ bodyId }) => {
      const confirmBy = dueOf(state, 'conference-confirm');
      const who = { subject: bodyId, bodyId, roles: [] };
      return inQueue(level, region, {
        kind: 'confirm-attendance',
        ...who,
        dueAt: confirmBy,
        detail: { agenda, at },
      });
    });
  return [prepare, ...calls];
}

/** Once a promise is due, somebody looks whether it was kept. */
export function commitmentWork(state: Commitment): WorkItem[] {
  if (state.status !== 'fell-due') return [];
  const { level, region, kind, dueAt: promisedFor } = state;
  const dueAt = dueOf(state, 'commitment-check', 'attention');
  return [
    inQueue(level, region, { kind: 'check-commitment', dueAt, detail: { commitment: kind, promisedFor } }),
  ];
}
