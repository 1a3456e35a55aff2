import { describe, expect, test } from 'vitest';
import {
  unknownName,
  unknownOwner,
  unmatchedRules,
  type KnownNames,
  type Unmatched,
} from '../../../src/engine/check-names.ts';
import { createSelection, type SelectionOptions } from '../../../src/plan/selection.ts';

const everything: KnownNames = {
  owners: [
    ...['team-a', 'team-ab', 'empty'].map((login) => ({ login, kind: 'group' as const })),
    ...['alice', 'bob'].map((login) => ({ login, kind: 'user' as const })),
  ].map((owner) => ({ ...owner, description: '', email: '' })),
  complete: true,
  listed: new Map([
    ['team-a', ['team-a/one', 'team-a/two']],
    ['team-ab', ['team-ab/one']],
    ['empty', []],
    ['alice', ['alice/one', 'alice/c++']],
  ]),
  selected: ['team-a/one', 'team-a/two', 'team-ab/one', 'alice/one', 'alice/c++'],
  failed: new Set(),
  moved: new Set(),
};

function unmatched(options: Partial<SelectionOptions>, over: Partial<KnownNames> = {}): Unmatched[] {
  const none = { all: false, groups: [], users: [], repositories: [], include: ['*/*'], exclude: [] };
  return unmatchedRules(createSelection({ ...none, ...options }), { ...everything, ...over });
}

/** In the form `option text -> nearest (note)`. */
function told(found: readonly Unmatched[]): string[] {
  return found.map(({ option, text, nearest, note }) => {
    const near = nearest === null ? '' : ` -> ${nearest}`;
    return `${option} ${text}${near}${note === null ? '' : ` (${note})`}`;
  });
}

describe('a name of the command line', () => {
  test('that matches nothing is told with its option and the nearest of its kind', () => {
    expect(told(unmatched({ groups: ['team-b'] }))).toEqual(['--group team-b -> team-a']);
    expect(told(unmatched({ groups: ['Team-A'] }))).toEqual(['--group Team-A -> team-a']);
    expect(told(unmatched({ users: ['zzzzzzzz'] }))).toEqual(['--user zzzzzzzz']);
    expect(told(unmatched({ groups: ['x*'] }))).toEqual(['--group x*']);
    expect(told(unmatched({ repositories: ['alice/oen'] }))).toEqual(['--repo alice/oen -> alice/one']);
    expect(told(unmatched({ repositories: ['Alice/one'] }))).toEqual(['--repo Alice/one -> alice/one']);
    expect(told(unmatched({ repositories: ['taem-a/*'] }))).toEqual(['--repo taem-a/* -> team-a/*']);
    expect(told(unmatched({ repositories: ['*/nothing'] }))).toEqual(['--repo */nothing']);
  });

  test('that is of the other kind is told with the option that takes it', () => {
    expect(told(unmatched({ groups: ['alice'] }))).toEqual([
      '--group alice (it is a user: use --user alice)',
    ]);
    expect(told(unmatched({ users: ['empty'] }))).toEqual([
      '--user empty (it is a group: use --group empty)',
    ]);
  });

  test('that is there but excluded is told as that', () => {
    const options = { repositories: ['team-a/one'], exclude: ['*/one'] };
    expect(told(unmatched(options, { selected: [] }))).toEqual([
      '--repo team-a/one (it exists but is excluded)',
    ]);
  });

  test('all that are wrong are found at once', () => {
    const options = {
      groups: ['team-a', 'team-x', '!taem-ab'],
      users: ['alise'],
      repositories: ['alice/two'],
    };
    expect(told(unmatched(options))).toEqual([
      '--group team-x -> team-a',
      '--user alise -> alice',
      '--repo alice/two -> alice/one',
      '--group !taem-ab -> !team-ab',
    ]);
  });

  test('that was found but could not be read is no mistake', () => {
    const options = { repositories: ['team-a/gone'] };
    expect(unmatched(options, { failed: new Set(['team-a/gone']) })).toEqual([]);
    expect(unmatched(options)).toHaveLength(1);
  });

  test('is a mistake although the journal knows it: what is named shall be moved', () => {
    expect(unmatched({ repositories: ['team-a/gone'] }, { moved: new Set(['team-a/gone']) })).toHaveLength(1);
  });

  test('whose likely owner was not read asks for that list', () => {
    const listed = new Map([['team-a', ['team-a/one']]]);
    const [found] = unmatched({ repositories: ['alcie/one'] }, { listed, selected: ['team-a/one'] });
    expect(found).toMatchObject({ nearest: null, askOwner: 'alice' });
  });
});

describe('a name in select', () => {
  test('is judged in include only when --all follows it, in exclude always', () => {
    const select = { include: ['taem-a/one'], exclude: ['team-a/twoo'] };
    expect(told(unmatched({ all: true, ...select }))).toEqual([
      'select.include taem-a/one -> team-a/one',
      'select.exclude team-a/twoo -> team-a/two',
    ]);
    expect(told(unmatched({ groups: ['team-a'], ...select }))).toEqual([
      'select.exclude team-a/twoo -> team-a/two',
    ]);
  });

  test('names an owner that exists, also before a glob', () => {
    expect(told(unmatched({ all: true, include: ['taem-a/*', 'team-?/o*', '*/*'] }))).toEqual([
      'select.include taem-a/* -> team-a/*',
    ]);
    expect(told(unmatched({ all: true, exclude: ['alise', 'bob', 'old*', '*/tmp-*'] }))).toEqual([
      'select.exclude alise -> alice',
    ]);
  });

  test('has to be OWNER/NAME in include', () => {
    expect(told(unmatched({ all: true, include: ['team-a'] }))).toEqual([
      'select.include team-a -> team-a/* (it must be OWNER/NAME)',
    ]);
    expect(told(unmatched({ all: true, include: ['c++'] }))).toEqual([
      'select.include c++ -> alice/c++ (it must be OWNER/NAME)',
    ]);
  });

  test('is no mistake when it was moved earlier and is gone by now', () => {
    const moved = new Set(['old-team/x', 'team-a/gone']);
    const select = { include: ['old-team/*', 'team-a/gone', '*/*'], exclude: [] };
    expect(unmatched({ all: true, ...select }, { moved })).toEqual([]);
    expect(unmatched({ all: true, ...select })).toHaveLength(2);
  });

  test('concerns nothing of this run when its owner was not read', () => {
    expect(unmatched({ repositories: ['team-a/one'], exclude: ['bob/nothing'] })).toEqual([]);
  });
});

function key(text: string): { option: string; text: string } {
  return { option: 'map', text };
}

describe('a key of a map', () => {
  test('has to name an owner, or a repository of one', () => {
    expect(unknownOwner(key('alice'), everything)).toBe(null);
    expect(unknownOwner(key('Alice'), everything)).toMatchObject({ nearest: 'alice' });
    expect(unknownName(key('alice/c++'), everything)).toBe(null);
    expect(unknownName(key('alice/c+'), everything)).toMatchObject({ nearest: 'alice/c++' });
    expect(unknownName(key('one'), everything)).toMatchObject({ nearest: 'team-a/one' });
  });

  test('of an owner whose list could not be read, or was not asked for, is not judged', () => {
    expect(unknownName(key('bob/anything'), everything)).toBe(null);
  });

  test('is not judged when the source cannot list its owners', () => {
    const old = { ...everything, complete: false };
    expect(unknownOwner(key('carol'), old)).toBe(null);
    expect(unknownName(key('carol/x'), old)).toBe(null);
    expect(unknownName(key('alice/x'), old)).not.toBe(null);
  });
});
