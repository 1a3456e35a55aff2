import { describe, expect, test } from 'vitest';
import type { Protections } from '../../../src/gitlab/rules/protections.ts';
import type { RefChange } from '../../../src/model/plan.ts';
import { countOutcomes, planRefs, type RefPlanInput } from '../../../src/plan/refs.ts';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const C = 'c'.repeat(40);
const TAG_IS_DEFAULT = 'You cannot use default branch name to create a tag';

type Simple = Record<string, string>;

function plan(
  source: Simple,
  target: Simple,
  options: Partial<RefPlanInput> & { ours?: Record<string, string[]>; head?: string } = {},
): RefChange[] {
  const { ours = {}, head = null, ...rest } = options;
  return planRefs({
    repository: 'team/app',
    source: { refs: new Map(Object.entries(source)), head },
    target: new Map(Object.entries(target)),
    written: new Map(Object.entries(ours).map(([ref, ids]) => [ref, new Set(ids)])),
    empty: Object.keys(target).length === 0,
    defaultBranch: 'main',
    initialBranch: 'main',
    notes: true,
    prune: false,
    ...rest,
  });
}

function outcomes(changes: readonly RefChange[]): Simple {
  return Object.fromEntries(changes.map(({ ref, outcome }) => [ref, outcome]));
}

describe('refs of the source', () => {
  test('are created where they are absent', () => {
    expect(plan({ 'refs/heads/main': A }, {})).toEqual([
      { ref: 'refs/heads/main', outcome: 'create', old: null, new: A, force: false, afterOthers: false },
    ]);
  });

  test('are left alone where they are equal, even under a name that GitLab would refuse', () => {
    const refs = { 'refs/heads/main': A, 'refs/tags/main': B, [`refs/heads/${C}`]: C };
    expect(Object.values(outcomes(plan(refs, refs)))).toEqual(['unchanged', 'unchanged', 'unchanged']);
  });

  test.each(['refs/heads/main', 'refs/tags/v1', 'refs/notes/commits'])(
    '%s follows any rewriting as long as the target holds what we wrote',
    (ref) => {
      expect(plan({ [ref]: B }, { [ref]: A }, { ours: { [ref]: [C, A] } })).toEqual([
        { ref, outcome: 'update', old: A, new: B, force: true, afterOthers: false },
      ]);
    },
  );

  test.each(['refs/heads/main', 'refs/notes/commits'])(
    '%s is only moved forward from a foreign id',
    (ref) => {
      const [change] = plan({ [ref]: B }, { [ref]: A }, { ours: { [ref]: [C] } });
      expect(change).toMatchObject({ outcome: 'update', old: A, new: B, force: false });
      expect(change?.reason).toContain('only a fast-forward');
    },
  );

  test('a tag with a foreign id diverged', () => {
    const [change] = plan({ 'refs/tags/v1': B }, { 'refs/tags/v1': A });
    expect(change).toMatchObject({ outcome: 'diverged', old: A, new: B, force: false });
    expect(change?.fix).toContain('git push origin :refs/tags/v1');
  });

  test('what we wrote under another ref does not count', () => {
    const [change] = plan({ 'refs/tags/v1': B }, { 'refs/tags/v1': A }, { ours: { 'refs/tags/v2': [A] } });
    expect(change?.outcome).toBe('diverged');
  });

  test('GitBucket keeps its own refs to itself', () => {
    const source = {
      'refs/pull/1/head': A,
      'refs/changes/1': A,
      'refs/remote-temp/o/r/b': A,
      'refs/stash': A,
    };
    expect(plan(source, {})).toEqual([]);
    expect(plan({ 'refs/notes/commits': A }, {}, { notes: false })).toEqual([]);
  });

  test('come with the default branch first, then branches, tags and notes by name, late ones last', () => {
    const names = [
      'heads/zeta',
      'heads/Alpha',
      'heads/trunk',
      'tags/main',
      'tags/a',
      'notes/commits',
      'heads/10',
    ];
    const source = Object.fromEntries(names.map((name) => [`refs/${name}`, A]));
    const changes = plan(source, {}, { defaultBranch: 'trunk', initialBranch: 'main' });
    expect(changes.map(({ ref }) => ref.slice('refs/'.length))).toEqual([
      'heads/trunk',
      'heads/10',
      'heads/Alpha',
      'heads/zeta',
      'tags/a',
      'notes/commits',
      'tags/main',
    ]);
  });

  test('x and X are two branches', () => {
    expect(plan({ 'refs/heads/x': A, 'refs/heads/X': B }, {}).map((change) => change.outcome)).toEqual([
      'create',
      'create',
    ]);
  });
});

describe('refused names', () => {
  test('do not stop the others', () => {
    const source = { 'refs/heads/main': A, 'refs/heads/HEAD': A, 'refs/heads/-x': A, [`refs/tags/${A}`]: A };
    const changes = plan(source, {});
    expect(outcomes(changes)).toEqual({
      'refs/heads/main': 'create',
      'refs/heads/HEAD': 'refused',
      'refs/heads/-x': 'refused',
      [`refs/tags/${A}`]: 'refused',
    });
    for (const change of changes) expect(change.fix === undefined).toBe(change.outcome !== 'refused');
  });

  test('are refused for an update as well, with both ids', () => {
    const [change] = plan(
      { 'refs/heads/HEAD': B },
      { 'refs/heads/HEAD': A },
      { ours: { 'refs/heads/HEAD': [A] } },
    );
    expect(change).toMatchObject({ outcome: 'refused', old: A, new: B });
  });

  test('the advice avoids names that exist on either side', () => {
    const source = { 'refs/heads/HEAD': A, 'refs/heads/branch-HEAD': A };
    const [, change] = plan(source, { 'refs/heads/branch-HEAD-2': A, 'refs/heads/branch-HEAD': A });
    expect(change?.fix).toContain('"refs/heads/HEAD":"refs/heads/branch-HEAD-3"');
  });
});

describe('a tag named like a default branch', () => {
  test('comes first into a project without branches, since GitLab takes it until one exists', () => {
    const source = { 'refs/heads/a': A, 'refs/heads/main': A, 'refs/tags/main': B };
    const changes = plan(source, {}, { initialBranch: null });
    expect(changes.map(({ ref, outcome, afterOthers }) => [ref, outcome, afterOthers])).toEqual([
      ['refs/tags/main', 'create', false],
      ['refs/heads/main', 'create', false],
      ['refs/heads/a', 'create', false],
    ]);
    const beside = plan(source, { 'refs/tags/v1': A }, { initialBranch: null });
    expect(beside[0]).toMatchObject({ ref: 'refs/tags/main', outcome: 'create' });
  });

  test('is refused when group or server set that name', () => {
    const changes = plan({ 'refs/heads/main': A, 'refs/tags/main': B }, {}, { initialBranch: 'main' });
    expect(outcomes(changes)).toEqual({ 'refs/heads/main': 'create', 'refs/tags/main': 'refused' });
  });

  test('is refused once the project has that default branch', () => {
    const source = { 'refs/heads/main': A, 'refs/tags/main': B };
    const changes = plan(source, { 'refs/heads/main': A }, { initialBranch: null });
    expect(changes[1]).toMatchObject({ ref: 'refs/tags/main', outcome: 'refused', reason: TAG_IS_DEFAULT });
  });

  test('is taken as long as another branch is the default one', () => {
    const source = { 'refs/heads/trunk': A, 'refs/heads/old': A, 'refs/tags/trunk': B };
    const target = { 'refs/heads/old': A };
    const changes = plan(source, target, { defaultBranch: 'trunk', targetDefault: 'old' });
    expect(outcomes(changes)).toMatchObject({ 'refs/tags/trunk': 'create' });
  });

  test('waits for the branches when it is only what GitLab would assume', () => {
    const source = { 'refs/heads/trunk': A, 'refs/tags/main': B };
    const late = plan(source, {}, { defaultBranch: 'trunk' })[1];
    expect(late).toMatchObject({ ref: 'refs/tags/main', outcome: 'create', afterOthers: true });
    const soon = plan(source, { 'refs/heads/trunk': A }, { defaultBranch: 'trunk' })[1];
    expect(soon).toMatchObject({ ref: 'refs/tags/main', outcome: 'create', afterOthers: false });
  });

  test('still waits when the target has nothing but tags', () => {
    const source = { 'refs/heads/trunk': A, 'refs/tags/main': B, 'refs/tags/v1': A };
    const changes = plan(source, { 'refs/tags/v1': A }, { defaultBranch: 'trunk' });
    expect(changes.at(-1)).toMatchObject({ ref: 'refs/tags/main', afterOthers: true });
  });

  test('is refused for good in a project that gets no branch only when that name is set', () => {
    const source = { 'refs/tags/main': A, 'refs/tags/v1': A };
    const preset = plan(source, {}, { defaultBranch: null, initialBranch: 'main' });
    expect(outcomes(preset)).toEqual({ 'refs/tags/main': 'refused', 'refs/tags/v1': 'create' });
    const free = plan(source, {}, { defaultBranch: null, initialBranch: null });
    expect(outcomes(free)).toEqual({ 'refs/tags/main': 'create', 'refs/tags/v1': 'create' });
  });

  test('comes first when GitLab falls back to that branch, the wanted one being refused', () => {
    const source = { 'refs/heads/HEAD': A, 'refs/heads/master': A, 'refs/heads/a': A, 'refs/tags/master': B };
    const changes = plan(source, {}, { defaultBranch: 'HEAD', initialBranch: null });
    expect(outcomes(changes)).toMatchObject({ 'refs/tags/master': 'create', 'refs/heads/HEAD': 'refused' });
    expect(changes.slice(0, 2).map(({ ref }) => ref)).toEqual(['refs/tags/master', 'refs/heads/master']);
  });

  test('is refused while the target has not changed its default branch yet', () => {
    const source = { 'refs/heads/trunk': A, 'refs/heads/old': A, 'refs/tags/old': B };
    const target = { 'refs/heads/old': A };
    const change = plan(source, target, { defaultBranch: 'trunk', targetDefault: 'old' }).at(-1);
    expect(change).toMatchObject({ ref: 'refs/tags/old', outcome: 'refused', reason: TAG_IS_DEFAULT });
    expect(change?.fix).toContain('make trunk the default branch');
  });

  test('is refused when GitLab falls back to that branch, a better one being deleted', () => {
    const source = { 'refs/heads/HEAD': A, 'refs/heads/z': A, 'refs/tags/z': B };
    const options = { ours: { 'refs/heads/main': [A] }, prune: true, defaultBranch: 'HEAD' };
    expect(outcomes(plan(source, { 'refs/heads/main': A }, options))).toMatchObject({
      'refs/heads/main': 'delete',
      'refs/tags/z': 'refused',
    });
  });

  test('still waits when the project says that it is empty', () => {
    const source = { 'refs/heads/trunk': A, 'refs/tags/main': B };
    const options = { defaultBranch: 'trunk', empty: true };
    expect(plan(source, { 'refs/heads/trunk': A }, options)[1]).toMatchObject({
      outcome: 'create',
      afterOthers: true,
    });
  });

  test('is moved when it exists already', () => {
    const target = { 'refs/heads/main': A, 'refs/tags/main': A };
    const changes = plan({ ...target, 'refs/tags/main': B }, target, { ours: { 'refs/tags/main': [A] } });
    expect(changes[1]).toMatchObject({ outcome: 'update', force: true });
  });
});

describe('refs that exist only on the target', () => {
  const source = { 'refs/heads/main': A };
  const target = { ...source, 'refs/heads/gone': B };
  const ours = { 'refs/heads/gone': [B] };

  test('are kept when they are not ours, with and without --prune', () => {
    for (const prune of [true, false]) {
      const change = plan(source, target, { prune }).find(({ new: id }) => id === null);
      expect(change).toMatchObject({
        outcome: 'kept',
        old: B,
        reason: 'only on the target; not created by this tool',
      });
    }
  });

  test('are kept without --prune though they are ours, and say so', () => {
    expect(plan(source, target, { ours }).at(0)?.ref).toBe('refs/heads/main');
    expect(plan(source, target, { ours }).at(1)).toMatchObject({
      outcome: 'kept',
      fix: 'run again with --prune',
    });
  });

  test('are deleted with --prune when the target still holds what we wrote', () => {
    expect(plan(source, target, { ours, prune: true }).at(1)).toEqual({
      ref: 'refs/heads/gone',
      outcome: 'delete',
      old: B,
      new: null,
      force: true,
      afterOthers: false,
    });
  });

  test('are kept when somebody moved them since', () => {
    const change = plan(source, target, { ours: { 'refs/heads/gone': [A] }, prune: true }).at(1);
    expect(change?.outcome).toBe('kept');
    expect(change?.reason).toContain('changed on the target since');
  });

  test('are never deleted on the word of a source that shows nothing', () => {
    const changes = plan({ 'refs/pull/1/head': A }, target, { ours, prune: true, defaultBranch: null });
    expect(outcomes(changes)).toEqual({ 'refs/heads/main': 'kept', 'refs/heads/gone': 'kept' });
    expect(changes.find(({ ref }) => ref === 'refs/heads/gone')?.reason).toContain(
      'the source lists no refs',
    );
  });

  test('are kept when it is the default branch, which GitLab does not delete', () => {
    const change = plan(source, target, { ours, prune: true, targetDefault: 'gone' }).at(1);
    expect(change).toMatchObject({
      outcome: 'kept',
      reason: 'The default branch of a project cannot be deleted.',
    });
  });

  test('are kept when GitLab falls back to that branch, its HEAD naming none', () => {
    const options = { ours, prune: true, targetDefault: 'never-there' };
    expect(plan({ 'refs/tags/v1': A }, { 'refs/heads/gone': B }, options).at(0)?.outcome).toBe('kept');
  });

  test('do not include what GitLab makes for itself, nor notes when they stay behind', () => {
    const internal = { 'refs/merge-requests/1/head': B, 'refs/keep-around/x': B, 'refs/notes/commits': B };
    const changes = plan(source, { ...source, ...internal }, { notes: false });
    expect(changes.map(({ ref }) => ref)).toEqual(['refs/heads/main']);
  });
});

describe('a name inside another name', () => {
  test('waits until the old one, which is ours, has been deleted', () => {
    const ours = { 'refs/heads/a': [A] };
    const changes = plan(
      { 'refs/heads/main': A, 'refs/heads/a/b': B },
      { 'refs/heads/a': A },
      { ours, prune: true },
    );
    expect(changes.map(({ ref, outcome, afterOthers }) => [ref, outcome, afterOthers])).toEqual([
      ['refs/heads/main', 'create', false],
      ['refs/heads/a', 'delete', false],
      ['refs/heads/a/b', 'create', true],
    ]);
  });

  test('is refused without --prune, and the fix is --prune', () => {
    const change = plan(
      { 'refs/heads/a': B },
      { 'refs/heads/a/b/c': A },
      { ours: { 'refs/heads/a/b/c': [A] } },
    ).at(0);
    expect(change).toMatchObject({ ref: 'refs/heads/a', outcome: 'refused', fix: 'run again with --prune' });
    expect(change?.reason).toContain('refname conflict: refs/heads/a/b/c exists on the target');
  });

  test('is refused beside a foreign one, and the fix removes that one', () => {
    const change = plan({ 'refs/tags/a/b': B }, { 'refs/tags/a': A }, { prune: true }).find(
      ({ new: id }) => id === B,
    );
    expect(change).toMatchObject({ outcome: 'refused' });
    expect(change?.fix).toContain('git push origin :refs/tags/a');
  });

  test('is refused when only one of several stays', () => {
    const target = { 'refs/heads/a/1': A, 'refs/heads/a/2': A };
    const ours = { 'refs/heads/a/1': [A] };
    const changes = plan({ 'refs/heads/a': B }, target, { ours, prune: true });
    expect(outcomes(changes)).toEqual({
      'refs/heads/a': 'refused',
      'refs/heads/a/1': 'delete',
      'refs/heads/a/2': 'kept',
    });
  });

  test('does not matter between branches and tags', () => {
    expect(outcomes(plan({ 'refs/tags/a/b': B }, { 'refs/heads/a': A }))['refs/tags/a/b']).toBe('create');
  });
});

test('outcomes are counted', () => {
  const source = { 'refs/heads/main': A, 'refs/heads/HEAD': A, 'refs/tags/v1': A };
  const counts = countOutcomes(
    plan(source, { 'refs/tags/v1': B, 'refs/tags/v2': B }).map(({ outcome }) => outcome),
  );
  expect(counts).toEqual({ create: 1, update: 0, delete: 0, unchanged: 0, kept: 1, refused: 1, diverged: 1 });
});

function protectionOf(pattern: string, push: number[]): Protections['branches'][number] {
  return { pattern, push, merge: [40], forcePush: false };
}

describe('the protections of a project', () => {
  const rights = { tags: [], level: 40, rewritten: new Set<string>() };

  test('keep a branch, which then stands in the way of one inside its name', () => {
    const protections = { ...rights, branches: [protectionOf('a', [40])] };
    const options = { ours: { 'refs/heads/a': [A] }, prune: true, protections };
    expect(outcomes(plan({ 'refs/heads/a/b': B }, { 'refs/heads/a': A }, options))).toEqual({
      'refs/heads/a': 'kept',
      'refs/heads/a/b': 'refused',
    });
  });

  test('keep nobody out while it has no branch', () => {
    const protections = { ...rights, branches: [protectionOf('*', [0])] };
    expect(outcomes(plan({ 'refs/heads/main': A }, {}, { protections }))).toEqual({
      'refs/heads/main': 'create',
    });
  });
});
