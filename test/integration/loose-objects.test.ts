import { join } from 'node:path';
import { expect, test } from 'vitest';
import { initBare } from '../../sandbox/gitbucket.ts';
import { looseEntry } from '../../sandbox/loose-objects.ts';
import { git } from '../helpers/commits.ts';
import { blobOf, commitOf, treeOf } from '../helpers/odd-objects.ts';
import { refIn, refsIn, setRef } from '../helpers/refs.ts';
import { tempDir } from '../helpers/temp-dir.ts';

async function repository(): Promise<{ gitDir: string; commit: string }> {
  const gitDir = join(await tempDir(), 'one.git');
  initBare(gitDir, 'main');
  const file = blobOf(gitDir, 'text\n');
  const folder = treeOf(gitDir, [{ mode: '100644', name: 'größe.txt', id: file }]);
  const tree = treeOf(gitDir, [
    { mode: '100644', name: 'a', id: file },
    { mode: '40000', name: 'docs', id: folder },
  ]);
  const commit = commitOf(gitDir, { tree });
  setRef(gitDir, 'refs/heads/main', commit);
  return { gitDir, commit };
}

test('what a commit has at a path is found without git, or git is asked', async () => {
  const { gitDir, commit } = await repository();
  for (const path of ['a', 'docs', 'docs/größe.txt'])
    expect(looseEntry(gitDir, commit, path)).toBe(git(gitDir, 'rev-parse', `${commit}:${path}`));
  for (const path of ['b', 'a/b', 'docs/a']) {
    expect(looseEntry(gitDir, commit, path)).toBe(null);
    expect(() => git(gitDir, 'rev-parse', '--verify', '--quiet', `${commit}:${path}`)).toThrow(
      'Command failed',
    );
  }
  expect(looseEntry(gitDir, 'main', 'a')).toBe(undefined);
  expect(looseEntry(gitDir, commit, './a')).toBe(undefined);
  expect(looseEntry(gitDir, 'd'.repeat(40), 'a')).toBe(undefined);
  git(gitDir, 'repack', '-a', '-d', '-q');
  expect(looseEntry(gitDir, commit, 'a')).toBe(undefined);
});

test('refs are read and put as git does it, loose, packed and beside each other', async () => {
  const { gitDir, commit } = await repository();
  const asGitSays = (): string[] =>
    git(gitDir, 'for-each-ref', '--format=%(objectname) %(refname)', 'refs/heads', 'refs/tags')
      .split('\n')
      .sort();
  git(gitDir, 'tag', '-a', '-m', 'one', 'v1', commit);
  setRef(gitDir, 'refs/heads/group/topic', commit);
  git(gitDir, 'pack-refs', '--all');
  const other = commitOf(gitDir, { tree: git(gitDir, 'rev-parse', `${commit}^{tree}`), message: 'other' });
  setRef(gitDir, 'refs/heads/main', other);
  expect(refsIn(gitDir)).toEqual(asGitSays());
  expect(refsIn(gitDir, ['refs/'])).toEqual(asGitSays());
  expect(refsIn(gitDir, ['refs/heads/group'])).toEqual([`${commit} refs/heads/group/topic`]);
  expect(refIn(gitDir, 'refs/heads/main')).toBe(other);
  expect(refIn(gitDir, 'refs/heads/group/topic')).toBe(commit);
  expect(refIn(gitDir, 'refs/heads/none')).toBe(null);
  git(gitDir, 'symbolic-ref', 'refs/heads/alias', 'refs/heads/main');
  expect(refsIn(gitDir)).toEqual(asGitSays());
});
