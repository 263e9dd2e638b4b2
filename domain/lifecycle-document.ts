import type { DisputeAction } from './dispute/commands.ts';
import { ACTION_GROUPS, LIFECYCLE } from './lifecycle.ts';

const ANYWHERE = ['any', 'any open', 'same'];

/** The lifecycle as Markdown: a Mermaid diagram of what moves a case, then every action with who and condition. */
export function lifecycleDocument(): string {
  const actions = Object.keys(LIFECYCLE) as DisputeAction[];
  const edges = actions.flatMap((action) => {
    const { from, to } = LIFECYCLE[action];
    if (ANYWHERE.includes(to)) return [];
    const starts = ANYWHERE.includes(from) ? ['open'] : from.split(', ');
    return starts.flatMap((start) =>
      to.split(', ').map((end) => `  ${node(start)} --> ${node(end)}: ${action}`),
    );
  });
  const tables = ACTION_GROUPS.flatMap((group) => [
    `### ${group}`,
    '',
    '| action | who | from | to | condition |',
    '| --- | --- | --- | --- | --- |',
    ...actions
      .filter((action) => LIFECYCLE[action].group === group)
      .map((action) => {
        const { who, from, to, condition } = LIFECYCLE[action];
        return `| \`${action}\` | ${who.join(', ')} | ${from} | ${to} | ${condition} |`;
      }),
    '',
  ]);
  return [
    '# Lifecycle of a dispute',
    '',
    'Generated from `domain/lifecycle.ts` by `npm run generate`; do not edit. Mediation, consent, level and closing are',
    'independent of each other, so one dispute can stand in several of these states at once.',
    '',
    '```mermaid',
    'stateDiagram-v2',
    '  [*] --> reported: report',
    ...new Set(edges),
    '```',
    '',
    ...tables,
  ].join('\n');
}

const node = (name: string): string => name.replaceAll(/[^a-z]+/gi, '_').replace(/^_|_$/g, '');
