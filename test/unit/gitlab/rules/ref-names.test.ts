import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isWellFormed,
  refKind,
  refusal,
  shortName,
  travelling,
  travels,
  type NameContext,
} from '../../../../src/gitlab/rules/ref-names.ts';

const SHA = '267208abfe40e546f5e847444276f7d43a39503e';
const CONTEXT: NameContext = { repository: 'team/app', reserved: 'main' };

const BRANCH_IS_ID = 'You cannot create a branch with a SHA-1 or SHA-256 branch name.';
const BRANCH_IS_INVALID = 'You cannot create a branch with an invalid name.';
const TAG_IS_ID = 'You cannot create a tag with a SHA-1 or SHA-256 tag name.';
const TAG_IS_INVALID = 'You cannot create a tag with a prohibited pattern.';
const TAG_IS_DEFAULT = 'You cannot use default branch name to create a tag';

function gitAccepts(name: string): boolean {
  return spawnSync('git', ['check-ref-format', `refs/heads/${name}`]).status === 0;
}

describe('what a migration moves', () => {
  test('is no copy where all of it travels', () => {
    const all = new Map([['refs/heads/main', SHA]]);
    expect(travelling(all, { notes: false })).toBe(all);
    expect(travelling(new Map([...all, ['refs/pull/1/head', SHA]]), { notes: true })).toEqual(all);
  });

  test.each([
    ['refs/heads/main', true],
    ['refs/heads/refs/pull/1/head', true],
    ['refs/tags/v1', true],
    ['refs/pull/1/head', false],
    ['refs/pull/1/merge', false],
    ['refs/changes/01/1/1', false],
    ['refs/remote-temp/o/r/main', false],
    ['refs/remotes/origin/main', false],
    ['refs/merge-requests/1/head', false],
    ['refs/original/refs/heads/main', false],
    ['refs/replace/0123', false],
    ['refs/stash', false],
    ['refs/headsup', false],
    ['HEAD', false],
  ])('%s travels: %s', (ref, expected) => {
    expect(travels(ref, { notes: true })).toBe(expected);
  });

  test.each([
    ['refs/review/1', true],
    ['refs/review/deep/er', true],
    ['refs/review/', false],
    ['refs/reviews/1', false],
    ['refs/meta/config', true],
    ['refs/meta/config/x', false],
    ['refs/cl/7/head', true],
    ['refs/cl/7/merge', false],
  ])('%s travels by the patterns of the config: %s', (ref, expected) => {
    const refs = ['refs/review/*', 'refs/meta/config', 'refs/cl/*/head'];
    expect(travels(ref, { notes: false, refs })).toBe(expected);
  });

  test('notes travel only when asked for', () => {
    expect(travels('refs/notes/commits', { notes: true })).toBe(true);
    expect(travels('refs/notes/commits', { notes: false })).toBe(false);
  });

  test('kinds and short names', () => {
    expect(refKind('refs/notes/x')).toBe('note');
    expect(shortName('refs/heads/feature/x')).toBe('feature/x');
    expect(shortName('refs/tags/rel/2.0')).toBe('rel/2.0');
    expect(shortName('refs/stash')).toBe('refs/stash');
  });
});

describe('a branch', () => {
  test.each([
    [SHA, BRANCH_IS_ID],
    [`${SHA}-fix`, BRANCH_IS_ID],
    [SHA.toUpperCase(), BRANCH_IS_ID],
    ['a'.repeat(64), BRANCH_IS_ID],
    ['HEAD', BRANCH_IS_INVALID],
    ['-x', BRANCH_IS_INVALID],
    ['refs/heads/x', BRANCH_IS_INVALID],
    ['refs/remotes/origin/x', BRANCH_IS_INVALID],
    ['a..b', BRANCH_IS_INVALID],
    ['a.lock', BRANCH_IS_INVALID],
    ['a.lock/b', BRANCH_IS_INVALID],
    ['', BRANCH_IS_INVALID],
  ])('called %s is refused: %s', (name, reason) => {
    expect(refusal(`refs/heads/${name}`, CONTEXT)?.reason).toBe(reason);
  });

  test.each([
    'main',
    'head',
    'HEAD/x',
    'x-HEAD',
    'refs/tags/x',
    'refs/pull/1',
    'x/-y',
    SHA.slice(1),
    `x${SHA}`,
    '@',
    'ünï/🚀',
    'a%b',
    'a#b',
    'a+b',
    'a;b',
    "it's",
    '$(x)',
    'x/refs/heads/y',
  ])('called %s is taken', (name) => {
    expect(refusal(`refs/heads/${name}`, CONTEXT)).toBeNull();
  });
});

describe('a tag', () => {
  test.each([
    [SHA, TAG_IS_ID],
    [`${SHA}1`, TAG_IS_ID],
    ['HEAD', TAG_IS_INVALID],
    ['-x', TAG_IS_INVALID],
    ['refs/heads/x', TAG_IS_INVALID],
    ['refs/remotes/x', TAG_IS_INVALID],
    ['refs/tags/x', TAG_IS_INVALID],
    ['main', TAG_IS_DEFAULT],
  ])('called %s is refused: %s', (name, reason) => {
    expect(refusal(`refs/tags/${name}`, CONTEXT)?.reason).toBe(reason);
  });

  test.each(['v1.0', 'rel/2.0', 'Main', 'main/x', 'master'])('called %s is taken', (name) => {
    expect(refusal(`refs/tags/${name}`, CONTEXT)).toBeNull();
  });

  test('like another branch than the default one is taken', () => {
    expect(refusal('refs/tags/main', { ...CONTEXT, reserved: 'trunk' })).toBeNull();
    expect(refusal('refs/tags/main', { ...CONTEXT, reserved: null })).toBeNull();
  });

  test('that exists already may be moved though it is named like the default branch', () => {
    expect(refusal('refs/tags/main', { ...CONTEXT, creates: false })).toBeNull();
    expect(refusal('refs/tags/HEAD', { ...CONTEXT, creates: false })?.reason).toBe(TAG_IS_INVALID);
  });
});

test('notes only have to be well-formed', () => {
  expect(refusal(`refs/notes/${SHA}`, CONTEXT)).toBeNull();
  expect(refusal('refs/notes/a..b', CONTEXT)?.reason).toBe('funny refname');
});

describe('long names', () => {
  test.each([
    ['x'.repeat(250), null],
    ['x'.repeat(251), 'File name too long'],
    ['é'.repeat(125), null],
    ['é'.repeat(126), 'File name too long'],
    [`${'x'.repeat(255)}/y`, null],
    [`${'x'.repeat(256)}/y`, 'File name too long'],
    [`y/${'x'.repeat(251)}`, 'File name too long'],
    ['x/'.repeat(200) + 'x', null],
  ])('%s: %s', (name, reason) => {
    for (const space of ['heads', 'tags', 'notes'])
      expect(refusal(`refs/${space}/${name}`, CONTEXT)?.reason ?? null).toBe(reason);
  });

  test('the advice is a name that GitLab takes, and another one for each', () => {
    const advised = ['x'.repeat(251), `${'x'.repeat(250)}y`, `${'é'.repeat(200)}/y`, '🚀'.repeat(100)].map(
      (name) => {
        const fix = JSON.parse(`{${refusal(`refs/heads/${name}`, CONTEXT)?.fix}}`) as {
          map: { refs: Record<string, Record<string, string>> };
        };
        return fix.map.refs['team/app']?.[`refs/heads/${name}`] ?? '';
      },
    );
    expect(advised.map((ref) => refusal(ref, CONTEXT))).toEqual([null, null, null, null]);
    expect(new Set(advised).size).toBe(4);
    expect(advised[2]).toMatch(/^refs\/heads\/branch-é+-[0-9a-f]{8}\/y$/);
  });
});

describe('well-formed names', () => {
  const DOTS = 'a . .. .a a/.b a. a./b a..b a.lock a.lock/b a.locks .lock'.split(' ');
  const SIGNS = 'a/b a//b a/ /a @ a@ @{ a@{b a{b a~b a^b a:b a?b a*b a[b a]b a\\b -a HEAD'.split(' ');
  const OTHERS = 'ü 🚀 a\'b a"b a$b a`b a|b a<b a,b a\u0080b a\u0001b a\tb a\u007Fb'.split(' ');

  test.each([...DOTS, ...SIGNS, ...OTHERS, 'a b', ''])('are those that git itself accepts: %j', (name) => {
    expect(isWellFormed(name)).toBe(gitAccepts(name));
  });

  test('are those that git itself accepts, for arbitrary names', () => {
    const name = fc.stringMatching(/^([a.@{/~[\\ -]|\.lock|\.\.|\/){1,6}$/);
    fc.assert(
      fc.property(name, (candidate) => {
        expect(isWellFormed(candidate)).toBe(gitAccepts(candidate));
      }),
      { numRuns: 100 },
    );
  });
});
