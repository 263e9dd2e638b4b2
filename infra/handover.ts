import type pg from 'pg';
import { mediatorIsAbsent, ownerIsAbsent, type Directory, type Owner } from '../domain/duty.ts';
import { isInForce, isServing } from '../domain/posts.ts';
import type { CaseKind } from '../domain/machine.ts';
import type { RegionCode } from '../domain/regions.ts';
import { loadDirectory } from './db/directory.ts';
import { recordCommand } from './db/store.ts';

const BATCH = 200;
/** Under which the commands are kept until they are answered, also when this process dies before it sends them. */
const CAUSE = 'handover';
const ACTOR = { id: 'system:handover', posts: [], system: true };

interface Held {
  kind: CaseKind;
  id: string;
  version: number;
  region: RegionCode;
  owner: Pick<Owner, 'staffId' | 'level' | 'via'> | null;
  mediatorIds: string[];
}

/**
 * Stores a command for each open case whose owner or mediator no longer holds the post: she left, or the post ended. It is
 * asked again only when the case has moved since. Returns what is to be sent.
 */
export async function handOver(
  pool: pg.Pool,
  now: number,
): Promise<{ kind: CaseKind; id: string; commandId: string }[]> {
  const directory = await loadDirectory(pool);
  const ended = endedStaff(directory, now);
  const commands: { kind: CaseKind; id: string; commandId: string }[] = [];
  if (ended.length === 0) return commands;
  for (let after = { kind: '', id: '' }; ;) {
    const { rows } = await pool.query<Held>({
      name: 'handover-candidates',
      text: `SELECT kind, id, version, region, state -> 'owner' AS owner,
          array_remove(array_append(ARRAY(SELECT jsonb_array_elements_text(state -> 'mediation' -> 'coMediatorIds')),
            state -> 'mediation' ->> 'mediatorId'), NULL) AS "mediatorIds"
        FROM cases WHERE kind IN ('dispute', 'task') AND NOT final AND members && $1 AND (kind, id) > ($2, $3)
        ORDER BY kind, id LIMIT ${BATCH}`,
      values: [ended, after.kind, after.id],
    });
    for (const held of rows.filter((one) => isLeft(directory, one, now))) {
      const { kind, id, version } = held;
      const commandId = `${CAUSE}:${kind}:${id}:${version}`;
      const recorded = await recordCommand(pool, {
        ...{ commandId, kind, caseId: id, action: 'replace-absent', body: {}, bodyHash: '', actor: ACTOR },
        ...{ expectedVersion: null, occurredAt: null, hop: 0, recordedAt: now, cause: CAUSE },
      });
      if (!recorded.known) commands.push({ kind, id, commandId });
    }
    const last = rows.at(-1);
    if (last === undefined) return commands;
    after = last;
  }
}

/** Whoever has left, or has a post that is over: nobody else can have lost a case. */
const endedStaff = ({ staff }: Directory, now: number): string[] =>
  [...staff.values()]
    .filter((person) => {
      const over = person.posts.some((post) => !isInForce(post, now) && (post.from ?? 0) <= now);
      return over || !isServing(person, now);
    })
    .map(({ id }) => id);

const isLeft = (directory: Directory, { owner, mediatorIds, region }: Held, now: number): boolean =>
  (owner !== null && ownerIsAbsent(directory, owner, region, now)) ||
  mediatorIds.some((id) => mediatorIsAbsent(directory, id, now));
