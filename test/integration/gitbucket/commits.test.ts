import { describe, expect, test } from 'vitest';
import type { GitBucketVersion } from '../../../sandbox/gitbucket.ts';
import { sourceOf } from '../../helpers/adapters.ts';
import { commitOn, git } from '../../helpers/commits.ts';
import { testServers } from '../../helpers/servers.ts';

const NOWHERE = '0123456789'.repeat(4);
const APP = { owner: 'root', name: 'app' };

/** A repository with main (two commits), topic (on the first one) and an annotated tag; gives the ids. */
async function repository(version: GitBucketVersion) {
  const { gitbucket } = await testServers({ gitbucket: { version } });
  gitbucket.addRepository({ owner: 'root', name: 'app', private: true, defaultBranch: 'main' });
  const dir = gitbucket.gitDir('root', 'app');
  const first = commitOn(dir, 'main', 'first\n\nwith a body');
  git(dir, 'update-ref', 'refs/heads/topic', first);
  const second = commitOn(dir, 'main', 'second');
  const dropped = commitOn(dir, 'gone', 'dropped', { orphan: true });
  git(dir, 'update-ref', '-d', 'refs/heads/gone');
  git(dir, 'tag', '-a', '-m', 'annotated', 'v1', first);
  const tag = git(dir, 'rev-parse', 'refs/tags/v1');
  const blob = git(dir, 'rev-parse', `${first}:file.txt`);
  const source = sourceOf(gitbucket);
  await source.connect();
  return { gitbucket, source, first, second, dropped, tag, blob };
}

describe('single objects', () => {
  test('are known when the source has them, branches or not; what is missing or no commit is 500 on GitBucket', async () => {
    const { source, first, dropped, tag, blob } = await repository('4.47');
    const has = (id: string) => source.hasCommit(APP, id);
    expect(await Promise.all([first, dropped, tag, NOWHERE, blob].map(has))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  test('tell the tips of the branches that hold them', async () => {
    const { source, first, second, dropped } = await repository('4.47');
    const tips = (id: string) => source.branchTipsWith(APP, id);
    expect(await tips(first)).toEqual([second, first]);
    expect(await tips(second)).toEqual([second]);
    expect(await tips(dropped)).toEqual([]);
    expect(await tips(NOWHERE)).toBe('absent');
  });

  test('tell no branches before 4.35, but whether they are there', async () => {
    const { source, first } = await repository('4.30');
    expect(await source.branchTipsWith(APP, first)).toBe(null);
    expect(await source.hasCommit(APP, first)).toBe(true);
  });
});

test('the commit of the API has a short message, its own id as tree, and what it changed', async () => {
  const { gitbucket, second, first } = await repository('4.47');
  const answer = await fetch(`${gitbucket.url}/api/v3/repos/root/app/commits/${second}`, {
    headers: { authorization: `token ${gitbucket.token('root')}` },
  });
  expect(await answer.json()).toMatchObject({
    sha: second,
    commit: { message: 'second', tree: { sha: second }, author: { name: 'Ada', email: 'ada@example.com' } },
    author: null,
    parents: [{ sha: first }],
    files: [{ filename: 'file.txt', status: 'modified' }],
  });
  const hidden = await fetch(`${gitbucket.url}/api/v3/repos/root/app/commits/${second}`);
  expect(hidden.status).toBe(401);
});
