import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { isDisputeAction } from '../../domain/commands/decide.ts';
import { LIFECYCLE } from '../../domain/lifecycle.ts';
import { ACTION_BODIES, ENGINE_ACTIONS } from '../../schemas/api/actions.ts';
import { NARRATIVE_MAX, TEXT_MAX } from '../../schemas/parts.ts';
import { takeTexts } from '../../schemas/texts.ts';

const ajv = new Ajv({ allErrors: true, strict: true, keywords: ['x-text'] });
const valid = (action: keyof typeof ACTION_BODIES, body: unknown): boolean =>
  ajv.validate(ACTION_BODIES[action], body);

test('every action of the lifecycle has a body, but for those of the engine', () => {
  const actions = [...Object.keys(ACTION_BODIES), ...ENGINE_ACTIONS];
  expect(actions.sort()).toEqual(Object.keys(LIFECYCLE).sort());
  expect(actions.every(isDisputeAction)).toBe(true);
});

describe('bodies are strict and small', () => {
  test.each(Object.keys(ACTION_BODIES))('%s refuses a field it does not know', (action) => {
    ajv.validate(ACTION_BODIES[action as keyof typeof ACTION_BODIES], { unheardOf: 1 });
    expect(ajv.errors?.map((error) => error.keyword)).toContain('additionalProperties');
  });

  test('text is accepted at its limit and refused one past it', () => {
    expect(valid('unmerge', { reason: '字'.repeat(TEXT_MAX) })).toBe(true);
    expect(valid('unmerge', { reason: '字'.repeat(TEXT_MAX + 1) })).toBe(false);
    expect(valid('unmerge', { reason: '' })).toBe(false);
    const session = { channel: 'visit', partyIds: ['a'], joint: false, result: 'progress' };
    expect(valid('record-session', { ...session, record: '记'.repeat(NARRATIVE_MAX) })).toBe(true);
    expect(valid('record-session', { ...session, record: '记'.repeat(NARRATIVE_MAX + 1) })).toBe(false);
  });

  test('an unknown word is refused', () => {
    expect(valid('triage', { category: 'D77', difficulty: 'simple', duplicatesChecked: true })).toBe(false);
    expect(valid('triage', { category: 'D02', difficulty: 'simple', duplicatesChecked: true })).toBe(true);
    expect(valid('mark-resolved', { kind: 'on-spot', reason: 'x', reporterTold: true })).toBe(false);
  });
});

describe('taking texts out of a body', () => {
  const term = {
    kind: 'term',
    promisedBy: { type: 'party', id: 'b' },
    what: '周五前付清',
    dueAt: 1_772_000_000_000,
  };
  const body = { scope: 'whole', register: { partyIds: ['a', 'b'], terms: [term], register: '双方同意' } };
  const taken = () => {
    let n = 0;
    return takeTexts(ACTION_BODIES['record-oral-agreement'], body, () => `txt_${++n}`);
  };

  test('given nested text, then each is replaced by its reference and nothing else changes', () => {
    expect(taken().value).toEqual({
      scope: 'whole',
      register: { partyIds: ['a', 'b'], terms: [{ ...term, what: 'txt_1' }], register: 'txt_2' },
    });
    expect(taken().texts).toEqual([
      { id: 'txt_1', body: '周五前付清' },
      { id: 'txt_2', body: '双方同意' },
    ]);
    expect(body.register.register).toBe('双方同意');
  });
});
