import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { legalPath, type PathLevel } from '../../../src/gitlab/rules/paths.ts';
import { pathBeside, suggestPath, withSuffix } from '../../../src/plan/free-names.ts';
import { blockedPath } from '../../../src/plan/groups.ts';

const level = fc.constantFrom<PathLevel>('top-group', 'subgroup', 'project');

describe('a suggested path', () => {
  test.each([
    ['c++', 'cplusplus'],
    ['libstdc+tests', 'libstdc-tests'],
    ['notepad++-conf', 'notepadplusplus-conf'],
    ['+x', 'plusx'],
    ['.dotfiles', 'dotfiles'],
    ['.emacs.d', 'emacs.d'],
    ['a--b', 'a-b'],
    ['a._b', 'a.b'],
    ['v1.-2', 'v1.2'],
    ['a..b', 'a.b'],
    ['end-', 'end'],
    ['foo_', 'foo'],
    ['x.git', 'x-git'],
    ['x.atom', 'x-atom'],
    ['raw', 'raw-repo'],
    ['Tree', 'Tree-repo'],
    ['-', 'repo'],
    ['..', 'repo'],
    ['日本', 'repo'],
    ['Zoë Müller', 'Zoe-Muller'],
    ['a@b/c\\d', 'a-b-c-d'],
    ['normal', 'normal'],
  ])('of the project %s is %s', (original, expected) => {
    expect(suggestPath(original, 'project')).toBe(expected);
  });

  test.each([
    ['x', 'x-group'],
    ['dashboard', 'dashboard-group'],
    ['a..b', 'a.b'],
    ['duo-bot', 'duo-bot'],
    ['me.json', 'me.json'],
    ['.', 'group'],
    ['blob', 'blob'],
    ['someone@example', 'someone-example'],
  ])('of the top-level group %s is %s', (original, expected) => {
    expect(suggestPath(original, 'top-group')).toBe(expected);
  });

  test('of a subgroup follows the words reserved below the top', () => {
    expect(suggestPath('dashboard', 'subgroup')).toBe('dashboard');
    expect(suggestPath('blob', 'subgroup')).toBe('blob-group');
  });

  test('is legal for any name whatever', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), level, (original, at) => {
        expect(legalPath(suggestPath(original, at), at)).toEqual([]);
      }),
    );
  });

  test('keeps a name that is legal already', () => {
    const legal = fc.stringMatching(/^[a-zA-Z0-9]{2,9}([._-][a-zA-Z0-9]{1,9}){0,3}$/);
    fc.assert(
      fc.property(legal, level, (original, at) => {
        fc.pre(legalPath(original, at).length === 0);
        expect(suggestPath(original, at)).toBe(original);
      }),
    );
  });

  test('fits the room that is left', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 300 }),
        level,
        fc.integer({ min: 20, max: 255 }),
        (original, at, room) => {
          const path = suggestPath(original, at, room);
          expect(path.length).toBeLessThanOrEqual(room);
          expect(legalPath(path, at)).toEqual([]);
        },
      ),
    );
  });
});

test('a suffix shortens the stem and leaves no double separator', () => {
  expect(withSuffix('abc-def', 'x1', 7)).toBe('abc-x1');
  expect(withSuffix('abc', 'x1', 255)).toBe('abc-x1');
  expect(withSuffix('abc', 'x1', 3)).toBe('x1');
});

test('what is proposed in the place of a taken path is free, and not the same for two owners', () => {
  expect(pathBeside('team/app', 'team/app', () => false)).toBe('team/app-gitbucket');
  const other = pathBeside('team/app', 'team/app', (path) => path === 'team/app-gitbucket');
  expect(other).toMatch(/^team\/app-gitbucket-[0-9a-f]{6}$/);

  const paths = new Map(['a', 'b'].map((login) => [login, { fullPath: 'shared/x' }]));
  const fixes = ['a', 'b'].map((login) => {
    const owner = { login, kind: 'group' as const, description: '', email: '' };
    return blockedPath(owner, 'shared/x', 'the path of a user', paths).fix;
  });
  const proposed = fixes.map((fix) => /"(shared\/x-gitbucket-[0-9a-f]{6})"/.exec(fix)?.[1]);
  expect(new Set(proposed).size).toBe(2);
  expect(proposed).not.toContain(undefined);
});
