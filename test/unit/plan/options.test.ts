import { describe, expect, test } from 'vitest';
import type { RepositoryOptions } from '../../../src/model/people.ts';
import { optionChanges, optionLosses, wantedOptions } from '../../../src/plan/options.ts';

const unknown: RepositoryOptions = {
  issues: null,
  externalIssues: null,
  wiki: null,
  externalWiki: null,
  forking: null,
  mergeMethods: null,
  defaultMergeMethod: null,
  safeMode: null,
};
const usual = {
  issues: 'enabled',
  wiki: 'enabled',
  forking: 'enabled',
  mergeMethod: 'merge',
  squash: 'default_off',
};

test('what the source does not tell is not set', () => {
  expect(wantedOptions(unknown)).toEqual({});
  expect(wantedOptions({ ...unknown, mergeMethods: [] })).toEqual({});
});

test('a new repository of GitBucket is what a new project of GitLab is', () => {
  const fresh: RepositoryOptions = {
    ...unknown,
    issues: 'collaborators',
    wiki: 'collaborators',
    forking: true,
    mergeMethods: ['merge-commit', 'squash', 'rebase'],
    defaultMergeMethod: 'merge-commit',
  };
  expect(wantedOptions(fresh)).toEqual(usual);
});

test.each([
  ['off', 'disabled'],
  ['developers', 'enabled'],
  ['everybody', 'enabled'],
  ['on', 'enabled'],
] as const)(
  'a tracker that is for %s is %s, since a lower level would hide it from readers',
  (use, level) => {
    expect(wantedOptions({ ...unknown, issues: use, wiki: use, forking: use !== 'off' })).toEqual({
      issues: level,
      wiki: level,
      forking: level,
    });
  },
);

test.each([
  [['merge-commit'], 'merge-commit', 'merge', 'never'],
  [['squash'], 'squash', 'ff', 'always'],
  [['rebase'], 'rebase', 'ff', 'never'],
  [['squash', 'rebase'], 'rebase', 'ff', 'default_off'],
  [['squash', 'rebase'], 'squash', 'ff', 'default_on'],
  [['merge-commit', 'squash'], 'squash', 'merge', 'default_on'],
  [['merge-commit', 'rebase'], 'rebase', 'ff', 'never'],
  [['squash', 'rebase'], null, 'ff', 'default_on'],
  // A default that is not among the methods counts for nothing.
  [['merge-commit', 'squash'], 'rebase', 'merge', 'default_off'],
] as const)(
  'methods %j with %s first become %s and squash %s',
  (mergeMethods, first, mergeMethod, squash) => {
    const given = { ...unknown, mergeMethods: [...mergeMethods], defaultMergeMethod: first };
    expect(wantedOptions(given)).toEqual({ mergeMethod, squash });
  },
);

describe('what differs', () => {
  const wanted = { issues: 'disabled', squash: 'never' };

  test('is set on a project that this tool made', () => {
    expect(optionChanges(wanted, usual, { known: {}, made: true })).toEqual({ set: wanted, kept: [] });
  });

  test('is kept on one that it found', () => {
    const changes = optionChanges(wanted, usual, { known: {}, made: false });
    expect(changes).toEqual({ set: {}, kept: ['issues', 'squash'] });
  });

  test('is set where it is still what this tool left, and kept where somebody changed it', () => {
    const current = { ...usual, issues: 'private', squash: 'always' };
    const changes = optionChanges(wanted, current, {
      known: { issues: 'enabled', squash: 'always' },
      made: true,
    });
    expect(changes).toEqual({ set: { squash: 'never' }, kept: ['issues'] });
  });

  test('is nothing where GitLab has no such option', () => {
    expect(optionChanges(wanted, {}, { known: {}, made: true })).toEqual({ set: {}, kept: [] });
  });
});

test('what GitLab cannot do as GitBucket does is told', () => {
  const options: RepositoryOptions = {
    ...unknown,
    externalIssues: 'https://t.example/',
    externalWiki: 'https://w.example/',
    mergeMethods: ['merge-commit', 'rebase'],
    defaultMergeMethod: 'rebase',
  };
  const messages = optionLosses('team/one', options).map(({ message }) => message);
  expect(messages).toHaveLength(3);
  expect(messages[0]).toContain('https://t.example/');
  expect(
    optionLosses('team/one', { ...unknown, mergeMethods: ['rebase'], defaultMergeMethod: 'rebase' }),
  ).toEqual([]);
});
