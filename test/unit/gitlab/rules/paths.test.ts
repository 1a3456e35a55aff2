import { describe, expect, test } from 'vitest';
import {
  legalFullPath,
  legalPath,
  legalPathIn,
  lookupById,
  type PathLevel,
} from '../../../../src/gitlab/rules/paths.ts';

const LEVELS: readonly PathLevel[] = ['top-group', 'subgroup', 'project'];

function rulesOf(path: string, level: PathLevel): string[] {
  return legalPath(path, level).map(({ rule }) => rule);
}

function ancestors(count: number): string {
  return Array.from({ length: count }, () => 'ab').join('/');
}

describe('a path component', () => {
  test.each(['ab', 'team-a', 'a.b_c-d', 'A1', '2048', 'x.gitx', 'a'.repeat(255)])(
    'takes %s at every level',
    (path) => {
      for (const level of LEVELS) expect(legalPath(path, level)).toEqual([]);
    },
  );

  test.each(['.github', 'a--b', 'a__b', 'a..b', 'a._b', 'lib-', 'foo_', '_foo', 'a-_b', 'v1.-2'])(
    'refuses the characters of %s at every level',
    (path) => {
      for (const level of LEVELS) expect(rulesOf(path, level)).toContain('characters');
    },
  );

  test.each([
    ['c++', ['characters', 'format']],
    ['x.git', ['format']],
    ['x.GIT', ['format']],
    ['x.atom', ['format']],
    ['a b', ['characters', 'format']],
    ['ü', ['characters', 'format']],
    ['a/b', ['characters', 'format']],
    ['', ['characters', 'format']],
    ['foo.', ['characters']],
    ['a'.repeat(256), ['format', 'long']],
    ['-', ['characters', 'format', 'reserved']],
  ])('names all broken rules of the project %s', (path, rules) => {
    expect(rulesOf(path, 'project')).toEqual(rules);
  });

  test('one character is enough for a project and too short for a group', () => {
    expect(rulesOf('x', 'project')).toEqual([]);
    expect(legalPath('x', 'top-group')).toEqual([
      { rule: 'short', message: 'is too short (minimum is 2 characters)' },
    ]);
    expect(rulesOf('x', 'subgroup')).toEqual(['short']);
  });

  test('a group must not end in a full stop by its format, a project only by its characters', () => {
    expect(rulesOf('foo.', 'top-group')).toEqual(['characters', 'format']);
    expect(rulesOf('foo.', 'project')).toEqual(['characters']);
  });

  test.each([
    ['dashboard', true, false],
    ['API', true, false],
    ['robots.txt', true, false],
    ['v2', true, false],
    ['blob', false, true],
    ['Wikis', false, true],
    ['create_dir', false, true],
    ['files', false, true],
    ['folders', false, false],
    ['environments', false, false],
    ['graphql', false, false],
  ])('%s is reserved at the top: %s, below: %s', (path, atTop, below) => {
    expect(rulesOf(path, 'top-group').includes('reserved')).toBe(atTop);
    expect(rulesOf(path, 'subgroup').includes('reserved')).toBe(below);
    expect(rulesOf(path, 'project').includes('reserved')).toBe(below);
  });

  test('a reserved name is refused in the words of GitLab', () => {
    expect(legalPath('raw', 'project')).toEqual([{ rule: 'reserved', message: 'raw is a reserved name' }]);
  });
});

describe('a path in its place', () => {
  test.each([
    ['top/environments', 'folders', true],
    ['top/deep/Environments', 'Folders', true],
    ['top/gitlab-lfs', 'objects', true],
    ['top/info/lfs', 'objects', true],
    ['environments', 'folders', false],
    ['top/lfs', 'objects', false],
    ['top/my-environments', 'folders', false],
  ])('%s/%s ends in a reserved sequence: %s', (parent, path, reserved) => {
    const rules = legalPathIn(parent, path, 'project').map(({ rule }) => rule);
    expect(rules).toEqual(reserved ? ['reserved'] : []);
  });

  test('255 characters in all are the limit', () => {
    const parent = 'p'.repeat(200);
    expect(legalPathIn(parent, 'x'.repeat(54), 'project')).toEqual([]);
    expect(legalPathIn(parent, 'x'.repeat(55), 'project').map(({ rule }) => rule)).toEqual(['long']);
  });

  test('a group may have twenty ancestors', () => {
    expect(legalPathIn(ancestors(20), 'ab', 'subgroup')).toEqual([]);
    expect(legalPathIn(ancestors(21), 'ab', 'subgroup')).toEqual([
      { rule: 'deep', message: 'has too deep level of nesting' },
    ]);
    expect(legalPathIn(ancestors(21), 'ab', 'project')).toEqual([]);
  });
});

describe('a full path', () => {
  test('is judged component by component, each at its own level', () => {
    expect(legalFullPath('platform/team-a', 'group')).toEqual([]);
    expect(legalFullPath('blob/dashboard/x', 'project')).toEqual([]);
    expect(legalFullPath('dashboard/blob/raw', 'project').map(({ message }) => message)).toEqual([
      '"dashboard" dashboard is a reserved name',
      '"blob" blob is a reserved name',
      '"raw" raw is a reserved name',
    ]);
  });

  test('of a project needs a namespace', () => {
    expect(legalFullPath('solo', 'project')).toEqual([
      { rule: 'format', message: '"solo" has no namespace' },
    ]);
    expect(legalFullPath('solo', 'group')).toEqual([]);
  });

  test('with an empty component is illegal', () => {
    expect(legalFullPath('a1//b', 'project')).not.toEqual([]);
    expect(legalFullPath('', 'group')).not.toEqual([]);
  });
});

test.each([
  ['12345', true],
  ['0', true],
  ['1a', false],
  ['1.2', false],
])('the group %s can only be found by its id: %s', (path, expected) => {
  expect(lookupById(path)).toBe(expected);
});
