import { execFileSync } from 'node:child_process';
import { copyFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commitOn, git } from '../helpers/commits.ts';
import { planOf } from '../helpers/foresight.ts';
import { expectMoved, gb2gl, itemOf, resultOf, smallServers } from '../helpers/small-server.ts';

test('a shallow repository is foreseen by --deep and fails alone at once, by every transport, with the way out that helps', async () => {
  const servers = await smallServers();
  const source = servers.gitbucket.gitDir('team-a', 'one');
  for (const text of ['second', 'third', 'fourth']) commitOn(source, 'main', text);
  const [whole, shallow] = [join(servers.folder, 'whole.git'), join(servers.folder, 'shallow.git')];
  execFileSync('git', ['clone', '-q', '--mirror', source, whole]);
  const depth = ['--depth=2', '--no-single-branch'];
  execFileSync('git', ['clone', '-q', '--bare', ...depth, `file://${whole}`, shallow]);
  copyFileSync(join(shallow, 'shallow'), join(source, 'shallow'));
  rmSync(join(source, 'objects'), { recursive: true });
  renameSync(join(shallow, 'objects'), join(source, 'objects'));

  const { problems } = await planOf(servers, ['--deep']);
  expect(problems).toMatchObject([{ code: 'history-incomplete', object: 'team-a/one' }]);
  for (const transport of ['auto', 'mirror', 'relay']) {
    const run = await gb2gl(servers, [
      'migrate',
      '--all',
      '--yes',
      '--json',
      '--verbose',
      '--transport',
      transport,
    ]);
    expect(run.code, run.stderr).toBe(1);
    expect(run.stderr).not.toContain('retrying in');
    const result = resultOf(run);
    expectMoved(servers, result, ['team-a/two', 'team-b/three']);
    const { problem } = itemOf(result, 'team-a/one');
    expect(problem?.code, problem?.message).toBe('history-incomplete');
    expect(problem?.fix).toContain('git fetch --unshallow');
    expect(problem?.fix).not.toMatch(/git fsck|same command|receive\.fsck/);
  }

  git(source, 'fetch', '-q', '--unshallow', whole);
  const run = await gb2gl(servers, ['migrate', '--all', '--yes', '--json']);
  expect(run.code, run.stderr).toBe(0);
  expectMoved(servers, resultOf(run));
});
