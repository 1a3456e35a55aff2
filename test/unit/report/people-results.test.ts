import { describe, expect, it } from 'vitest';
import { peopleResults } from '../../../src/engine/people-results.ts';
import type { PersonResult } from '../../../src/model/result.ts';
import { renderMarkdown } from '../../../src/report/markdown.ts';
import { nextSteps } from '../../../src/ui/messages.ts';
import { rolesLine } from '../../../src/ui/people-messages.ts';
import { group, plan, plannedGroup, plannedPerson, result } from './samples.ts';

const part = {
  roles: [
    { login: 'alice', level: 50, account: 7, now: 0, kept: false },
    { login: 'bob', level: 30, account: null, now: 0, kept: true },
  ],
  shares: [],
  fresh: false,
  held: false,
  open: null,
  without: ['bob'],
};
const planned = plan(
  [
    plannedGroup({
      id: 'team',
      steps: [
        {
          step: 'group-members',
          title: 'Roles',
          changes: true,
          state: 'proven',
          counts: {},
          notices: [],
          part,
        },
      ],
    }),
  ],
  [],
  {
    people: [
      plannedPerson('alice'),
      plannedPerson('bob', { action: 'none', evidence: 'nothing', existing: null, fullPath: '' }),
      plannedPerson('root', { action: 'ask', evidence: 'nothing', existing: null, fullPath: '' }),
    ],
  },
);

function resultStep(step: string) {
  return {
    step,
    title: step,
    state: 'proven' as const,
    changed: true,
    ms: 1,
    bytes: 0,
    counts: {},
    notices: [],
    check: null,
  };
}

function resultsWith(state: 'proven' | 'failed') {
  const step = { ...resultStep('group-members'), state };
  const alice = { ...group({ id: '@alice' }), target: { path: 'alice', id: 7, url: null } };
  return peopleResults(planned, [alice, { ...group({ id: 'team' }), steps: [step] }]);
}

describe('what people got', () => {
  it('says who has which account and role, by which evidence, and what is not proven', () => {
    expect(resultsWith('proven')).toMatchObject([
      {
        login: 'alice',
        account: 'alice',
        evidence: 'mail',
        roles: [{ at: 'team', level: 50, proven: true }],
      },
      { login: 'bob', account: null, roles: [], missed: ['team'] },
      { login: 'root', account: null, roles: [], missed: [] },
    ]);
    expect(resultsWith('failed')[0]?.roles).toEqual([{ at: 'team', level: 50, proven: false }]);
  });

  it('names no role that an account which waits for approval was not given', () => {
    const waiting = { ...resultStep('account'), state: 'refused' as const };
    const alice = {
      ...group({ id: '@alice' }),
      target: { path: 'alice', id: 7, url: null },
      steps: [waiting],
    };
    const team = { ...group({ id: 'team' }), steps: [resultStep('group-members')] };
    expect(peopleResults(planned, [alice, team])[0]).toMatchObject({ roles: [], missed: ['team'] });
  });

  it('is told by place, the highest role first', () => {
    const roles: PersonResult['roles'] = [
      { at: 'a', level: 30, proven: true },
      { at: 'b', level: 50, proven: true },
      { at: 'c', level: 30, proven: true },
      { at: 'd', level: 40, proven: false },
    ];
    expect(rolesLine(roles)).toBe('Owner in b; Maintainer (not proven) in d; Developer in a, c');
  });

  it('stands in the report with whoever is left, and what to write for them', () => {
    const told = result([group()], { people: resultsWith('proven') });
    const markdown = renderMarkdown(told);
    expect(markdown).toContain('| `alice` |  | `alice` | same mail address | Owner in team |');
    expect(markdown).toContain('| `bob` |  | `-` | no account |  |');
    expect(nextSteps(told).join('\n')).toContain(
      '1 person has no account that is known to be theirs, and so no roles: bob. Write',
    );
    expect(nextSteps(result([group()])).join('\n')).not.toContain('people.csv');
  });
});
