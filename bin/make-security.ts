/** Writes the table of roles and operations into docs/security.md; `--check` only says whether it agrees. */
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { accessOf, actionOf, isOpenTo, mayAct, type Access } from '../api/access.ts';
import { disputeMachine } from '../domain/dispute/dispute.ts';
import { regionAt, type Level } from '../domain/regions.ts';
import { ROLES, type Actor, type Role } from '../domain/roles.ts';
import { reported } from '../schemas/events/dispute/reported.ts';
import { contractOfApi } from './wiring/contract.ts';

const FILE = new URL('../docs/security.md', import.meta.url);
const [START, END] = ['<!-- made by npm run generate -->', '<!-- end -->'];

/** Where somebody of this role is posted whose post covers the dispute of the example. */
const LEVEL_OF: Partial<Record<Role, Level>> = {
  'grid-worker': 'grid',
  'grid-head': 'community',
  'community-officer': 'community',
  'district-officer': 'district',
  administrator: 'district',
  inspector: 'district',
  evaluator: 'district',
};

const example = { ...reported.example } as never;
const dispute = disputeMachine.evolve(disputeMachine.initial, example, 0);

const someone = (role: Role): Actor => ({
  id: 'somebody',
  posts: role === 'resident' ? [] : [{ role, region: regionAt(dispute.region, LEVEL_OF[role] ?? 'street') }],
});

/** May she, by her post alone and not because a case names her? */
function cell(operation: string, access: Access, role: Role): string {
  const actor = someone(role);
  if (!isOpenTo(access, actor)) return '–';
  const action = actionOf(operation);
  if (action !== null) return mayAct(action, dispute, actor) ? '●' : '○';
  if (access.about === undefined) return '●';
  return access.asStaff === true && role === 'resident' ? '–' : '◐';
}

const document = await contractOfApi();
const rows = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { operationId }]) => {
    const access = accessOf(operationId)!;
    const cells = ROLES.map((role) => cell(operationId, access, role));
    return `| \`${method.toUpperCase()} ${path}\` | ${access.who === 'anyone' ? '●' : '–'} | ${cells.join(' | ')} |`;
  }),
);
const head = ['operation', 'no session', ...ROLES];
const lines = [`| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`, ...rows];
// A column as wide as its widest cell would make a file that nobody can compare with another.
const table = `<!-- prettier-ignore -->\n${lines.join('\n')}`;
const text = readFileSync(FILE, 'utf8');
const [before = '', rest = ''] = text.split(START);
const after = rest.split(END)[1] ?? '';
const made = await format(`${before}${START}\n\n${table}\n\n${END}${after}`, {
  ...(await resolveConfig(FILE)),
  parser: 'markdown',
});
if (!process.argv.includes('--check')) writeFileSync(FILE, made);
else if (text !== made) {
  console.error('docs/security.md differs from api/access.ts and the lifecycle: run npm run generate');
  process.exitCode = 1;
}
process.exit();
