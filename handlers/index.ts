import type { Handler } from '../ports/handler.ts';
import { community } from './community.ts';
import { grid } from './grid.ts';
import { intake } from './intake.ts';
import { links } from './links.ts';
import { notifier } from './notifier.ts';
import { street } from './street.ts';

/** Every consumer group of `fengqiao.disputes.v1`. */
export const HANDLERS: readonly Handler[] = [intake, links, grid, community, street, notifier];
