import type { TaskEvent } from '../../../domain/task/task.ts';
import type { ContractsOf, Differing, None } from '../contract.ts';
import { taskAnswered } from './task-answered.ts';
import { taskCancelled } from './task-cancelled.ts';
import { taskFellSilent } from './task-fell-silent.ts';
import { taskOpened } from './task-opened.ts';
import { taskOwnerReplaced } from './task-owner-replaced.ts';
import { taskReportedIn } from './task-reported-in.ts';
import { taskReturned } from './task-returned.ts';

/** The contracts of what can happen to a task, clocks aside. */
export const TASK_EVENTS = {
  'task-opened': taskOpened,
  'task-reported-in': taskReportedIn,
  'task-answered': taskAnswered,
  'task-returned': taskReturned,
  'task-cancelled': taskCancelled,
  'task-fell-silent': taskFellSilent,
  'task-owner-replaced': taskOwnerReplaced,
} satisfies ContractsOf<TaskEvent>;

/** Compiles only while every schema says exactly what the domain says; an event that differs is named here. */
export type DifferingTaskEvents = None<Differing<typeof TASK_EVENTS, TaskEvent>>;
