import { describe, expect, test } from 'vitest';
import type { Owner, Repository } from '../../../src/model/forge.ts';
import {
  globMatcher,
  createSelection,
  type Selection,
  type SelectionOptions,
} from '../../../src/plan/selection.ts';

const names = ['team-a/one', 'team-a/two', 'team-ab/one', 'alice/one', 'alice/c++'];
const groups = ['team-a', 'team-ab', 'empty'];

function owner(login: string): Owner {
  return { login, kind: groups.includes(login) ? 'group' : 'user', description: '', email: '' };
}

function repository(id: string): Repository {
  const [login = '', name = ''] = id.split('/');
  return { owner: login, name, description: '', private: false, defaultBranch: 'main' };
}

const owners = [...groups, 'alice'].map(owner);

function selection(options: Partial<SelectionOptions>): Selection {
  const none = { all: false, groups: [], users: [], repositories: [], include: ['*/*'], exclude: [] };
  return createSelection({ ...none, ...options });
}

function chosen(options: Partial<SelectionOptions>): string[] {
  const made = selection(options);
  return names.filter((id) => {
    const entry = repository(id);
    return made.repositorySelected(entry, owner(entry.owner).kind);
  });
}

function chosenOwners(options: Partial<SelectionOptions>): string[] {
  const made = selection(options);
  return owners.filter((each) => made.ownerSelected(each)).map(({ login }) => login);
}

describe('a glob', () => {
  test('takes a star for anything but a slash and a question mark for one sign', () => {
    expect(globMatcher('team-*')('team-a')).toBe(true);
    expect(globMatcher('*')('a/b')).toBe(false);
    expect(globMatcher('*/*')('a/b')).toBe(true);
    expect(globMatcher('a?c')('abc')).toBe(true);
    expect(globMatcher('a?c')('a/c')).toBe(false);
    expect(globMatcher('team-?/*')('team-ab/one')).toBe(false);
  });

  test('takes everything else literally, signs of regular expressions included', () => {
    expect(globMatcher('c++')('c++')).toBe(true);
    expect(globMatcher('a.b')('axb')).toBe(false);
    expect(globMatcher('[ab]')('a')).toBe(false);
    expect(globMatcher('a')('A')).toBe(false);
    expect(globMatcher('ab')('xabx')).toBe(false);
  });
});

test('--all takes every repository, and every group, also empty ones', () => {
  expect(chosen({ all: true })).toEqual(names);
  expect(chosenOwners({ all: true })).toEqual(groups);
});

test('--all is narrowed by the config, excluded owners lose their group too', () => {
  expect(chosen({ all: true, include: ['team-a/*'] })).toEqual(['team-a/one', 'team-a/two']);
  expect(chosenOwners({ all: true, include: ['team-a/*'] })).toEqual(['team-a']);
  expect(chosenOwners({ all: true, include: ['team-a/one'] })).toEqual([]);
  expect(chosen({ all: true, exclude: ['*/one'] })).toEqual(['team-a/two', 'alice/c++']);
  expect(chosen({ all: true, exclude: ['team-a/*', 'alice'] })).toEqual(['team-ab/one']);
  expect(chosenOwners({ all: true, exclude: ['team-a/*', 'empty'] })).toEqual(['team-ab']);
});

test('--group, --user and --repo add up, and each means its own kind', () => {
  expect(chosen({ groups: ['team-a'], repositories: ['alice/c++'] })).toEqual([
    'team-a/one',
    'team-a/two',
    'alice/c++',
  ]);
  expect(chosen({ users: ['alice'] })).toEqual(['alice/one', 'alice/c++']);
  expect(chosen({ users: ['team-a'] })).toEqual([]);
  expect(chosen({ groups: ['team-*', '!team-ab'] })).toEqual(['team-a/one', 'team-a/two']);
  expect(chosen({ repositories: ['*/one', '!alice/*'] })).toEqual(['team-a/one', 'team-ab/one']);
});

test("the config's exclusions hold for named repositories as well, its inclusions do not narrow them", () => {
  expect(chosen({ groups: ['team-a'], exclude: ['team-a/two'], include: ['nothing/*'] })).toEqual([
    'team-a/one',
  ]);
});

test('an owner of whom nothing can be meant need not be listed', () => {
  const made = selection({ repositories: ['team-a/one'] });
  expect(made.ownerMatters(owner('team-a'))).toBe(true);
  expect(made.ownerMatters(owner('team-ab'))).toBe(false);
  expect(made.ownerSelected(owner('team-a'))).toBe(false);
  expect(made.named).toEqual({ owners: [], repositories: ['team-a/one'] });
  expect(selection({ groups: ['team-a', 'x*'] }).named.owners).toEqual(['team-a']);
});

test('the only names of an owner are known as long as neither a pattern nor the owner itself is selected', () => {
  const [group, user] = [owner('team-a'), owner('alice')];
  const exact = selection({ repositories: ['team-a/one', 'team-a/c++', 'alice/one'] });
  expect(exact.onlyNamed(group)).toEqual(['one', 'c++']);
  expect(exact.onlyNamed(user)).toEqual(['one']);
  expect(selection({ repositories: ['team-a/one'], groups: ['team-*'] }).onlyNamed(group)).toBeNull();
  expect(selection({ repositories: ['team-a/one'], users: ['team-a'] }).onlyNamed(group)).toEqual(['one']);
  expect(selection({ repositories: ['team-a/one', '*/two'] }).onlyNamed(group)).toBeNull();
  expect(selection({ all: true }).onlyNamed(group)).toBeNull();
  expect(selection({ all: true, include: ['team-a/one'] }).onlyNamed(group)).toEqual(['one']);
});
