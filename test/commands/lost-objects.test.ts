import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { differencesOf } from '../helpers/code-of.ts';
import { commitOn, git } from '../helpers/commits.ts';
import { refsIn, type TestServers } from '../helpers/servers.ts';
import { expectMoved, gb2gl, itemOf, resultOf, smallServers } from '../helpers/small-server.ts';

/** Takes an object out of a repository, as a broken disk does. */
function loseObject(gitDir: string, id: string): void {
  rmSync(join(gitDir, 'objects', id.slice(0, 2), id.slice(2)));
}

async function withLostTree(): Promise<{ servers: TestServers; gitDir: string; tree: string }> {
  const servers = await smallServers();
  const gitDir = servers.gitbucket.gitDir('team-a', 'one');
  for (const branch of ['a', 'b', 'c', 'd']) commitOn(gitDir, branch, `on ${branch}`, { orphan: true });
  git(gitDir, 'tag', 'v1', 'c');
  const tree = git(gitDir, 'rev-parse', 'c^{tree}');
  loseObject(gitDir, tree);
  return { servers, gitDir, tree };
}

test.each(['auto', 'relay', 'mirror'])(
  'one lost object keeps back the refs that lead to it and no other (%s), and a repaired repository is made whole',
  async (transport) => {
    const { servers, gitDir } = await withLostTree();
    const run = await gb2gl(servers, ['migrate', '--all', '--yes', '--json', '--transport', transport]);

    expect(run.code, run.stderr).toBe(1);
    const result = resultOf(run);
    expectMoved(servers, result, ['team-a/two', 'team-b/three']);
    const item = itemOf(result, 'team-a/one');
    expect([item.state, item.problem?.code]).toEqual(['failed', 'ref-lost']);
    expect(differencesOf(item).map(({ ref }) => ref)).toEqual(['refs/heads/c', 'refs/tags/v1']);
    // Its own words and not the progress in which they stand (GB-127).
    expect(item.problem?.message).toContain('internal server error');
    expect(item.problem?.message).not.toContain('Finding sources');
    expect(item.problem?.fix).toContain('git fsck');
    const arrived = refsIn(servers.gitlab.gitDir('team-a/one'));
    const names = ['a', 'b', 'd', 'main', 'topic'].map((name) => `refs/heads/${name}`);
    expect(arrived).toEqual(refsIn(gitDir, names));

    const verified = await gb2gl(servers, ['verify', '--all', '--json']);
    expect(verified.code, verified.stderr).toBe(1);

    commitOn(gitDir, 'again', 'on c', { orphan: true });
    git(gitDir, 'update-ref', '-d', 'refs/heads/again');
    const repaired = await gb2gl(servers, ['migrate', '--all', '--yes', '--json', '--transport', transport]);
    expect(repaired.code, repaired.stderr).toBe(0);
    expectMoved(servers, resultOf(repaired));
  },
);

test('a lost commit is named', async () => {
  const servers = await smallServers();
  const gitDir = servers.gitbucket.gitDir('team-a', 'one');
  const id = commitOn(gitDir, 'gone', 'to be lost', { orphan: true });
  // Only packed refs are shown although they lead nowhere (GB-124).
  git(gitDir, 'pack-refs', '--all');
  loseObject(gitDir, id);
  const run = await gb2gl(servers, ['migrate', '--all', '--yes', '--json']);

  expect(run.code, run.stderr).toBe(1);
  const { problem } = itemOf(resultOf(run), 'team-a/one');
  expect(problem?.code).toBe('ref-lost');
  expect(problem?.message).toContain('refs/heads/gone');
  expect(problem?.message).toContain(`its commit ${id} is lost`);
  const arrived = refsIn(servers.gitlab.gitDir('team-a/one')).map((line) => line.slice(41));
  expect(arrived.toSorted()).toEqual(['refs/heads/main', 'refs/heads/topic']);
});
