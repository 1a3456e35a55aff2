import { codeOf, differencesOf, refCount } from '../helpers/code-of.ts';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ItemResult } from '../../src/model/result.ts';
import { parseResult } from '../../src/report/schema.ts';
import { commitOn, git } from '../helpers/commits.ts';
import { runProgram } from '../helpers/run-program.ts';
import { refsIn, testServers, writesOf, type TestServers } from '../helpers/servers.ts';

type Place = TestServers & { cwd: string; source: string; target: string };

/** A repository with the branches main and a, and the tag v1, migrated once. */
async function migratedOnce(): Promise<Place> {
  const servers = await testServers();
  servers.gitbucket.addGroup({ login: 'team', members: [{ login: 'root', manager: true }] });
  servers.gitbucket.addRepository({ owner: 'team', name: 'one' });
  const source = servers.gitbucket.gitDir('team', 'one');
  commitOn(source, 'main', 'first');
  commitOn(source, 'a', 'topic');
  git(source, 'tag', 'v1', 'main');
  const cwd = join(servers.folder, 'work');
  await mkdir(cwd);
  await migrate({ ...servers, cwd, source, target: '' }, 0);
  return { ...servers, cwd, source, target: servers.gitlab.gitDir('team/one') };
}

async function migrate({ cwd, env }: Place, code: number, ...more: string[]): Promise<ItemResult> {
  const run = await runProgram(['migrate', '--all', '--yes', '--json', ...more], { cwd, env });
  expect({ code: run.code, stderr: run.stderr }).toMatchObject({ code });
  const item = parseResult(JSON.parse(run.stdout)).items.find(({ kind }) => kind === 'project');
  if (!item) throw new Error('no project in the result');
  return item;
}

function names(gitDir: string): string[] {
  return refsIn(gitDir)
    .map((line) => line.slice(41))
    .sort();
}

test('a branch that is deleted on the source stays on the target until --prune is given', async () => {
  const place = await migratedOnce();
  git(place.source, 'update-ref', '-d', 'refs/heads/a');
  git(place.source, 'update-ref', '-d', 'refs/tags/v1');

  expect(refCount(await migrate(place, 0), 'kept')).toBe(2);
  expect(names(place.target)).toEqual(['refs/heads/a', 'refs/heads/main', 'refs/tags/v1']);

  expect(refCount(await migrate(place, 0, '--prune'), 'delete')).toBe(2);
  expect(names(place.target)).toEqual(['refs/heads/main']);
});

test('--prune leaves alone what somebody else made or moved on the target', async () => {
  const place = await migratedOnce();
  commitOn(place.target, 'a', 'work on GitLab');
  commitOn(place.target, 'made-on-gitlab', 'work on GitLab');
  git(place.source, 'update-ref', '-d', 'refs/heads/a');

  expect(refCount(await migrate(place, 0, '--prune'), 'kept')).toBe(2);

  expect(names(place.target)).toEqual([
    'refs/heads/a',
    'refs/heads/made-on-gitlab',
    'refs/heads/main',
    'refs/tags/v1',
  ]);
});

test('without a terminal a migration wants to be confirmed, and does nothing before that', async () => {
  const place = await migratedOnce();
  git(place.source, 'update-ref', '-d', 'refs/heads/a');
  place.gitlab.server.requests.length = 0;

  const run = await runProgram(['migrate', '--all', '--prune'], place);

  expect(run.code).toBe(2);
  expect(run.stderr).toContain('--yes');
  expect(writesOf(place.gitlab.server.requests)).toEqual([]);
});

test('a branch whose name becomes a folder is refused while the old one stays, and moved once --prune takes it away', async () => {
  const place = await migratedOnce();
  git(place.source, 'update-ref', '-d', 'refs/heads/a');
  commitOn(place.source, 'a/b', 'in a folder');

  const first = await migrate(place, 4);
  expect(differencesOf(first)).toMatchObject([{ ref: 'refs/heads/a/b', outcome: 'refused' }]);
  expect(names(place.target)).toEqual(['refs/heads/a', 'refs/heads/main', 'refs/tags/v1']);

  const second = await migrate(place, 0, '--prune');
  expect(codeOf(second).counts).toMatchObject({ delete: 1, create: 1 });
  expect(refsIn(place.target)).toEqual(refsIn(place.source));
});

test('and back again, in one run', async () => {
  const place = await migratedOnce();
  git(place.source, 'update-ref', '-d', 'refs/heads/a');
  commitOn(place.source, 'a/b', 'in a folder');
  await migrate(place, 0, '--prune');
  git(place.source, 'update-ref', '-d', 'refs/heads/a/b');
  commitOn(place.source, 'a', 'a branch again');

  await migrate(place, 0, '--prune');

  expect(refsIn(place.target)).toEqual(refsIn(place.source));
});

test('a source that shows no ref at all deletes nothing, even with --prune', async () => {
  const place = await migratedOnce();
  for (const ref of names(place.source)) git(place.source, 'update-ref', '-d', ref);

  await migrate(place, 0, '--prune');

  expect(names(place.target)).toEqual(['refs/heads/a', 'refs/heads/main', 'refs/tags/v1']);
});
