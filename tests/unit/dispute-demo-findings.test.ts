import { describe, expect, test } from 'vitest';
import { allowedActions } from '../../domain/commands/decide.ts';
import type { DisputeCommand } from '../../domain/dispute/commands.ts';
import { disputeMachine } from '../../domain/dispute/dispute.ts';
import { ROUTES } from '../../domain/dispute/events.ts';
import { act } from '../../domain/machine.ts';
import { Case, actorOf, REGION } from '../support/street.ts';

/** What playing whole cases found: each was refused to the person whose task it is. */

const failed: DisputeCommand = { action: 'fail-mediation', reason: 'txt', routesTold: [...ROUTES] };
const director = (bodyId: string) => ({
  id: `director of ${bodyId}`,
  posts: [{ role: 'committee-director' as const, region: REGION.street, bodyId }],
});

describe('a dispute that is brought to the district', () => {
  const brought = () => new Case({ channel: 'department', level: 'district' }, undefined, 'district');

  test('given it lies at the district, when the district officer triages, then it is triaged there', () => {
    const dispute = brought().as('district', {
      ...{ action: 'triage', category: 'D11', difficulty: 'complex', duplicatesChecked: true },
    });
    expect(dispute.state).toMatchObject({ triage: 'done', level: 'district' });
  });

  test('given it is ten or more people’s, then the district officer may do what the street may', () => {
    const { state } = new Case(
      {
        channel: 'department',
        level: 'district',
        danger: { people: 100, crossDepartment: true, repeat: true },
      },
      undefined,
      'district',
    );
    expect(state.grade).toBe('orange');
    const allowed = allowedActions(state, { actor: actorOf('district') });
    expect(allowed).toEqual(
      expect.arrayContaining([
        ...['triage', 'merge', 'mark-out-of-scope', 'transfer'],
        ...['assign-leader', 'convene-conference'],
      ]),
    );
  });
});

describe('the committee of another level', () => {
  test('given mediation failed, when its director accepts a new one, then that committee mediates', () => {
    const failing = new Case().toMediation().as('mediator', failed);
    const { state } = failing;
    const context = failing.context(director('housing'));
    expect(state.mediation.status).toBe('failed');
    const command: DisputeCommand = { action: 'accept', kind: 'peoples', committeeId: 'housing' };
    const accepted = act(disputeMachine, state, command, context);
    expect(accepted).toMatchObject({ state: { mediation: { status: 'accepted', committeeId: 'housing' } } });
  });

  test('given mediation runs, then the director of another committee has no say in it', () => {
    const { state } = new Case().toMediation();
    expect(allowedActions(state, { actor: director('housing') })).not.toContain('recuse');
    expect(allowedActions(state, { actor: director('committee') })).toContain('recuse');
  });

  test('given an agreement ended mediation, then only the own director reviews its register', () => {
    const dispute = new Case().toMediation().as('mediator', {
      action: 'record-oral-agreement',
      scope: 'whole',
      register: { partyIds: ['a', 'b'], terms: [], register: 'txt' },
    });
    expect(allowedActions(dispute.state, { actor: director('housing') })).not.toContain('review-register');
    expect(allowedActions(dispute.state, { actor: director('committee') })).toContain('review-register');
  });
});
