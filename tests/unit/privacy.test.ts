import { describe, expect, test } from 'vitest';
import { inspectedView } from '../../api/views/inspected.ts';
import type { Dispute } from '../../domain/dispute/state.ts';
import { DEFAULT_POLICY } from '../../domain/default-policy.ts';
import {
  disclosedParties,
  isAtWork,
  maskedWords,
  mayHandlePerson,
  NAME_MASK,
  needsMinorConsent,
  NUMBER_MASK,
} from '../../domain/privacy.ts';
import { cutoffs, DEFAULT_RETENTION, INBOX_DAYS_MIN, KINDS_OF_DATA } from '../../domain/retention.ts';
import type { Actor } from '../../domain/roles.ts';
import { checkPolicy } from '../../schemas/policy.ts';
import { actorOf, Case, MONDAY, REGION } from '../support/street.ts';

describe('words without people', () => {
  test.each([
    ['a mobile number', 'call 13800004701 now', `call ${NUMBER_MASK} now`],
    ['one with blanks', 'call 138 0000 4701', `call ${NUMBER_MASK}`],
    ['one with dashes', '0571-8888-1234 rings', `${NUMBER_MASK} rings`],
    ['an ID number', '身份证11010519491231002X。', `身份证${NUMBER_MASK}。`],
    ['full-width digits', '电话１３８００００４７０１', `电话${NUMBER_MASK}`],
    ['five digits', 'about 12345 yuan', `about ${NUMBER_MASK} yuan`],
    ['four digits', 'since 2026 in room 1204', 'since 2026 in room 1204'],
    ['two short numbers', 'room 12, floor 34', 'room 12, floor 34'],
    ['a name in any case', 'ANNA and Anna', `${NAME_MASK} and ${NAME_MASK}`],
    ['the longer of two names', '王小明到了', `${NAME_MASK}到了`],
    ['a name with signs of a pattern', 'A.(B) and AxB', `${NAME_MASK} and AxB`],
  ])('%s', (_, text, expected) => {
    expect(maskedWords(text, ['Anna', '王小', '王小明', 'A.(B)', '王', ' '])).toBe(expected);
  });

  test('a name of one character blots out nothing', () => {
    expect(maskedWords('王法', ['王'])).toBe('王法');
  });
});

describe('who works on a dispute', () => {
  const works = (who: string, quarrel = new Case()): boolean => isAtWork(quarrel.state, actorOf(who));

  test('its owner and whoever is above, not another desk, a body or an administrator', () => {
    for (const who of ['grid', 'community', 'street', 'leader', 'district'])
      expect([who, works(who)]).toEqual([who, true]);
    for (const who of ['handler', 'mediator', 'zhang', 'resident'])
      expect([who, works(who)]).toEqual([who, false]);
    const clerk: Actor = { id: 'clerk', posts: [{ role: 'counter-clerk', region: REGION.street }] };
    const inspector: Actor = { id: 'inspector', posts: [{ role: 'inspector', region: REGION.district }] };
    for (const actor of [clerk, inspector]) expect(isAtWork(new Case().state, actor)).toBe(false);
    const admin: Actor = { id: 'admin', posts: [{ role: 'administrator', region: REGION.district }] };
    expect([isAtWork(new Case().state, admin), mayHandlePerson(new Case().state, admin)]).toEqual([
      false,
      true,
    ]);
    const elsewhere: Actor = { id: 'admin', posts: [{ role: 'administrator', region: '110106' }] };
    expect(mayHandlePerson(new Case().state, elsewhere)).toBe(false);
  });

  test('a director once her committee has it, a mediator once it is hers', () => {
    expect(works('director')).toBe(false);
    const mediated = new Case().toMediation();
    expect([works('director', mediated), works('mediator', mediated), works('mediator2', mediated)]).toEqual([
      ...[true, true, false],
    ]);
  });

  test('nobody works on her own quarrel, nor decides over her own data as an administrator', () => {
    const { state } = new Case();
    const own = state.parties.find(({ accountId }) => accountId !== null)!.accountId!;
    const posts: Actor['posts'] = [
      { role: 'leader', region: REGION.street },
      { role: 'administrator', region: REGION.district },
    ];
    expect([isAtWork(state, { id: own, posts }), mayHandlePerson(state, { id: own, posts })]).toEqual([
      false,
      false,
    ]);
  });
});

describe('parties', () => {
  const { state } = new Case();
  const [first] = state.parties;
  const guardian = (id: string, accused: boolean) => ({
    ...{ ...first!, id, kind: 'guardian' as const, actsFor: [first!.id], accused, accountId: null },
  });

  test('somebody under a guardian needs consent, unless one of the guardians is the accused', () => {
    const needs = (...guardians: ReturnType<typeof guardian>[]): boolean =>
      needsMinorConsent({ ...state, parties: [...state.parties, ...guardians] }, first!.id);
    expect([needs(), needs(guardian('g', false)), needs(guardian('g', true))]).toEqual([false, true, false]);
    expect(needs(guardian('g', false), guardian('h', true))).toBe(false);
  });

  test('an applicant is told of when she agreed, by her last word; a reporter who is no party never', () => {
    const applicant = { ...first!, accountId: 'anna' };
    const agreed = {
      ...{ ...state, reportedBy: 'anna', applicantConsentsToDisclosure: true },
      parties: [applicant, ...state.parties.slice(1)],
    };
    const told = (of: typeof agreed, said: [string, boolean][] = []): string[] =>
      disclosedParties(of, new Map(said)).map(({ id }) => id);
    expect(told(agreed)).toEqual([applicant.id]);
    expect(told({ ...agreed, applicantConsentsToDisclosure: false })).toEqual([]);
    expect(told({ ...agreed, applicantConsentsToDisclosure: false }, [[applicant.id, true]])).toEqual([
      applicant.id,
    ]);
    expect(told(agreed, [[applicant.id, false]])).toEqual([]);
    expect(told({ ...agreed, reportedBy: 'somebody' })).toEqual([]);
    expect(told({ ...agreed, parties: [{ ...applicant, consent: 'replaced' as const }] })).toEqual([]);
  });
});

test('an inspector is shown no account, no holder, no name and no number, at any depth', () => {
  const quarrel = new Case();
  const { state } = quarrel;
  const told: Dispute = { ...state, title: 'txt_1', reportedBy: 'track:one' };
  const shown = inspectedView({
    ...{ region: state.region, names: ['Anna'], texts: { txt_1: 'Anna says 13800004701' } },
    state: told,
    entries: [
      {
        ...{ version: 1, type: 'reported', recordedAt: 1, occurredAt: null, actorId: 'track:one' },
        data: {
          ...{
            type: 'reported',
            reportedBy: 'track:one',
            narrative: 'txt_1',
            missing: 'txt_2',
            by: 'track:one',
          },
          origin: { channel: 'hotline', externalNumber: '13800004701' },
          parties: [{ id: 'a', accountId: 'zhang' }],
        },
      },
    ],
  });
  expect(shown.title).toBe(`${NAME_MASK} says ${NUMBER_MASK}`);
  expect(shown.timeline[0]).toMatchObject({
    actorId: null,
    data: {
      narrative: shown.title,
      missing: null,
      by: null,
      origin: { channel: 'hotline' },
      parties: [{ id: 'a' }],
    },
  });
  expect(JSON.stringify(shown)).not.toMatch(/Anna|track:|1380000|zhang/);
});

describe('how long data is kept', () => {
  test('each kind has its own moment, and a policy from before keeps the usual ones', () => {
    const day = 24 * 3_600_000;
    const found = cutoffs({ ...DEFAULT_RETENTION, notices: 1 }, MONDAY);
    expect(Object.keys(found).sort()).toEqual([...KINDS_OF_DATA].sort());
    expect([found.notices, found.inbox]).toEqual([MONDAY - day, MONDAY - 30 * day]);
    expect(cutoffs(undefined, MONDAY)).toEqual(cutoffs(DEFAULT_RETENTION, MONDAY));
  });

  test('an inbox shorter than Kafka keeps events is refused', () => {
    const policy = { ...DEFAULT_POLICY, retention: { ...DEFAULT_RETENTION, inbox: INBOX_DAYS_MIN - 1 } };
    expect(checkPolicy(policy)).toMatchObject({ ok: false, faults: [{ field: 'retention.inbox' }] });
  });
});
