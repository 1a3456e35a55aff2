import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Migrate } from '../../../src/config/migrate.ts';
import type { PlannedPerson } from '../../../src/model/plan.ts';
import { levelName } from '../../../src/model/levels.ts';
import {
  highest,
  reasonsOf,
  resolveRoles,
  rolesOfCollaborators,
  rolesOfMembers,
  whyUnusable,
} from '../../../src/plan/roles.ts';
import { plannedPerson } from '../report/samples.ts';

function person(login: string, part: Partial<PlannedPerson> = {}): [string, PlannedPerson] {
  return [login, plannedPerson(login, part)];
}

const active = { id: 7, username: 'ada', state: 'active', external: false };

describe('roles', () => {
  test('of members: who manages owns, the others are what the config says', () => {
    const members = [
      { login: 'a', manager: true },
      { login: 'b', manager: false },
      { login: 'c', manager: null },
    ];
    const levels = (config: object): number[] =>
      rolesOfMembers(members, Migrate.parse(config)).map(({ level }) => level);
    expect(levels({})).toEqual([50, 30, 30]);
    expect(levels({ memberRole: 'maintainer' })).toEqual([50, 40, 40]);
  });

  test('of collaborators: people and groups apart, the highest of each, and those whose role nobody tells', () => {
    const found = rolesOfCollaborators([
      { name: 'a', kind: 'user', role: 'guest' },
      { name: 'a', kind: 'user', role: 'admin' },
      { name: 'g', kind: 'group', role: 'developer' },
      { name: 'x', kind: 'user', role: null },
    ]);
    expect(found).toEqual({
      people: [{ login: 'a', level: 40 }],
      groups: [{ login: 'g', level: 30 }],
      unknown: ['x'],
    });
  });

  test('have the names of GitLab', () => {
    expect([20, 30, 40, 50].map(levelName)).toEqual(['Reporter', 'Developer', 'Maintainer', 'Owner']);
  });

  test('are one for each, and never less than any that was there', () => {
    const role = fc.record({
      login: fc.constantFrom('a', 'b', '__proto__', 'constructor'),
      level: fc.constantFrom(20, 30, 40, 50),
    });
    fc.assert(
      fc.property(fc.array(role), (roles) => {
        const found = highest(roles);
        expect(new Set(found.map(({ login }) => login)).size).toBe(found.length);
        for (const { login, level } of roles)
          expect(found.find((each) => each.login === login)?.level).toBeGreaterThanOrEqual(level);
        for (const { login, level } of found) expect(roles).toContainEqual({ login, level });
      }),
    );
  });
});

describe('who gets a role', () => {
  const people = new Map([
    person('used', { action: 'use', existing: active }),
    person('made', { action: 'create', existing: null }),
    person('asked', { action: 'ask', existing: null }),
    person('none', { action: 'none', existing: null }),
    person('banned', { action: 'use', existing: { ...active, state: 'banned' } }),
    person('sleeping', { action: 'use', existing: { ...active, id: 8, state: 'deactivated' } }),
    person('left', {
      action: 'use',
      existing: active,
      person: { ...plannedPerson('left').person, disabled: true },
    }),
  ]);
  const wanted = [...people.keys(), 'stranger'].map((login) => ({ login, level: 30 }));

  test('is who has an account that can use it, or is going to have one', () => {
    expect(resolveRoles(wanted, people).roles).toEqual([
      { login: 'used', level: 30, account: 7 },
      { login: 'made', level: 30, account: null },
      { login: 'sleeping', level: 30, account: 8 },
    ]);
  });

  test('or else it is said of everybody why not', () => {
    expect(reasonsOf(resolveRoles(wanted, people).without).split('; ')).toEqual([
      'asked: it must be decided which account is theirs',
      'none: no account on GitLab',
      'banned: the account ada is banned on GitLab',
      'left: disabled on GitBucket',
      'stranger: nobody of that name is known on GitBucket',
    ]);
  });

  test.each([
    ['active', null],
    ['deactivated', null],
    ['blocked', 'the account ada is blocked on GitLab'],
    ['ldap_blocked', 'the account ada is blocked on GitLab by LDAP'],
    ['blocked_pending_approval', 'the account ada waits for approval on GitLab'],
  ])('an account that is %s', (state, why) => {
    expect(whyUnusable({ ...active, state })).toBe(why);
  });
});
