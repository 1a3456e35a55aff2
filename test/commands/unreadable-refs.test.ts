import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Plan } from '../../src/model/plan.ts';
import { differencesOf } from '../helpers/code-of.ts';
import { commitOn, git, packBranches } from '../helpers/commits.ts';
import { refsIn } from '../helpers/servers.ts';
import { expectMoved, gb2gl, itemOf, migrateAll, resultOf, smallServers } from '../helpers/small-server.ts';

const damaged = 'refs/heads/caf\u{fffd}';

function latin1(name: string): Buffer {
  return Buffer.from(name, 'latin1');
}

test('two branches whose names are not UTF-8 are named and never proven; all others move, and no run deletes them', async () => {
  const servers = await smallServers();
  const gitDir = servers.gitbucket.gitDir('team-a', 'one');
  const ids = [commitOn(gitDir, 'x', 'e grave'), commitOn(gitDir, 'x', 'e acute')];
  git(gitDir, 'update-ref', '-d', 'refs/heads/x');
  packBranches(gitDir, [
    [latin1('caf\u00e8'), ids[0] ?? ''],
    [latin1('caf\u00e9'), ids[1] ?? ''],
  ]);
  const plan = await gb2gl(servers, ['plan', '--all', '--json']);
  expect(plan.code, plan.stderr).toBe(1);
  expect(plan.stdout).toContain('"ref-unreadable"');

  for (const command of [
    ['migrate', '--all', '--prune', '--yes'],
    ['verify', '--all'],
    ['migrate', '--all', '--yes'],
  ]) {
    const run = await gb2gl(servers, [...command, '--json']);
    expect(run.code, run.stderr).toBe(1);
    const result = resultOf(run);
    expectMoved(servers, result, ['team-a/two', 'team-b/three']);
    const item = itemOf(result, 'team-a/one');
    expect([item.state, item.problem?.code]).toEqual(['failed', 'ref-unreadable']);
    expect(item.problem?.fix).toContain('git for-each-ref');
    expect(differencesOf(item).map(({ ref }) => ref)).toEqual([damaged]);
    const arrived = refsIn(servers.gitlab.gitDir('team-a/one')).map((line) => line.slice(41));
    expect(arrived.toSorted()).toEqual(['refs/heads/main', 'refs/heads/topic']);
  }
});

test('what an earlier version brought under the broken name stays there, also with --prune', async () => {
  const servers = await smallServers();
  const gitDir = servers.gitbucket.gitDir('team-a', 'one');
  const id = commitOn(gitDir, 'caf\u{fffd}x', 'no damage but a name that looks like it');
  expect((await migrateAll(servers)).code).toBe(1);
  git(servers.gitlab.gitDir('team-a/one'), 'fetch', '-q', gitDir, `${id}:refs/heads/caf\u{fffd}x`);
  const run = await gb2gl(servers, ['migrate', '--all', '--prune', '--yes', '--json']);
  expect(run.code, run.stderr).toBe(1);
  expect(refsIn(servers.gitlab.gitDir('team-a/one'))).toContain(`${id} refs/heads/caf\u{fffd}x`);
});

test('a loose branch that git does not show is found by plan --deep, and healthy repositories cost no request more', async () => {
  const servers = await smallServers();
  const gitDir = servers.gitbucket.gitDir('team-a', 'one');
  const id = git(gitDir, 'rev-parse', 'main');
  const file = Buffer.concat([Buffer.from(join(gitDir, 'refs/heads/')), latin1('caf\u00e9')]);
  writeFileSync(file, `${id}\n`);
  const { requests } = servers.gitbucket.server;

  const plain = await gb2gl(servers, ['plan', '--all', '--json']);
  expect(plain.code, plain.stderr).toBe(0);
  // A branch by its name is asked for whether it is protected.
  expect(requests.filter(({ url }) => /\/branches(?:\?|$)|git\/refs/.test(url))).toEqual([]);

  const deep = await gb2gl(servers, ['plan', '--all', '--deep', '--json']);
  expect(deep.code, deep.stderr).toBe(1);
  const { problems } = JSON.parse(deep.stdout) as Plan;
  expect(problems.map(({ code, object }) => [code, object])).toEqual([
    ['ref-unreadable', `team-a/one ${damaged}`],
  ]);
});
