import { allNoticesOf, codeOf, differencesOf, refCount } from '../helpers/code-of.ts';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ItemResult } from '../../src/model/result.ts';
import { parseResult } from '../../src/report/schema.ts';
import { commitOn, git } from '../helpers/commits.ts';
import { runProgram } from '../helpers/run-program.ts';
import { refsIn, testServers, writesOf, type TestServers } from '../helpers/servers.ts';

type Place = TestServers & { cwd: string; source: string };

async function migratedOnce(): Promise<Place> {
  const servers = await testServers();
  servers.gitbucket.addGroup({ login: 'team', members: [{ login: 'root', manager: true }] });
  servers.gitbucket.addRepository({ owner: 'team', name: 'one' });
  const source = servers.gitbucket.gitDir('team', 'one');
  const first = commitOn(source, 'main', 'first');
  commitOn(source, 'topic', 'topic');
  git(source, 'tag', 'moving', 'main');
  git(source, 'notes', 'add', '-m', 'a note', first);
  const cwd = join(servers.folder, 'work');
  await mkdir(cwd);
  const where = { ...servers, cwd, source };
  await migrate(where, 0);
  return where;
}

async function migrate({ cwd, env }: Place, code: number): Promise<ItemResult> {
  const run = await runProgram(['migrate', '--all', '--yes', '--json'], { cwd, env });
  expect({ code: run.code, stderr: run.stderr }).toMatchObject({ code });
  const item = parseResult(JSON.parse(run.stdout)).items.find(({ id }) => id === 'team/one');
  if (!item) throw new Error('no project in the result');
  return item;
}

const KINDS = ['refs/heads', 'refs/tags', 'refs/notes'];

test('moved tags, new notes and another default branch follow, for they are still as they were written', async () => {
  const where = await migratedOnce();
  const { gitbucket, gitlab, source } = where;
  const second = commitOn(source, 'main', 'second');
  git(source, 'tag', '-f', 'moving', 'main');
  git(source, 'notes', 'add', '-m', 'another note', second);
  git(source, 'symbolic-ref', 'HEAD', 'refs/heads/topic');
  const record = gitbucket.context.repository('team', 'one');
  if (record) record.defaultBranch = 'topic';
  await gitlab.settle();

  const item = await migrate(where, 0);

  expect(codeOf(item).counts).toMatchObject({ update: 3, unchanged: 1 });
  expect(refsIn(gitlab.gitDir('team/one'), KINDS)).toEqual(refsIn(source, KINDS));
  expect(git(gitlab.gitDir('team/one'), 'symbolic-ref', 'HEAD')).toBe('refs/heads/topic');
});

test('a new branch becomes the default one although GitLab learns of it some time after the push (GL-166)', async () => {
  const where = await migratedOnce();
  const { gitbucket, gitlab, source } = where;
  commitOn(source, 'next', 'next');
  git(source, 'symbolic-ref', 'HEAD', 'refs/heads/next');
  const record = gitbucket.context.repository('team', 'one');
  if (record) record.defaultBranch = 'next';
  await gitlab.settle();
  gitlab.settings.asyncDelayMs = 600_000;
  const edit = { method: 'PUT', url: /\/api\/v4\/projects\/\d+$/ };
  // The job comes between the first try and the second.
  gitlab.server.faults.add({
    ...edit,
    skip: 1,
    action: { kind: 'notice', call: () => void gitlab.settle() },
  });

  const item = await migrate(where, 0);

  expect(item.state).toBe('proven');
  expect(differencesOf(item)).toEqual([]);
  expect(git(gitlab.gitDir('team/one'), 'symbolic-ref', 'HEAD')).toBe('refs/heads/next');
});

test('a default branch that somebody chose on GitLab stays, with a warning', async () => {
  const where = await migratedOnce();
  await where.gitlab.settle();
  git(where.gitlab.gitDir('team/one'), 'symbolic-ref', 'HEAD', 'refs/heads/topic');

  const item = await migrate(where, 0);

  expect(allNoticesOf(item).join()).toContain('default branch was changed on GitLab');
  expect(git(where.gitlab.gitDir('team/one'), 'symbolic-ref', 'HEAD')).toBe('refs/heads/topic');
});

test('without its work directory a run finds everything in place again, makes nothing twice and writes nothing', async () => {
  const where = await migratedOnce();
  await rm(join(where.cwd, '.gb2gl'), { recursive: true });
  where.gitlab.server.requests.length = 0;

  const item = await migrate(where, 0);

  expect(item.state).toBe('proven');
  expect(writesOf(where.gitlab.server.requests)).toEqual([]);
  expect(where.gitlab.context.state.projects.length).toBe(1);
});

test('without its journal a run still takes branches forward, but leaves rewritten history to a human', async () => {
  const where = await migratedOnce();
  await rm(join(where.cwd, '.gb2gl'), { recursive: true });
  await where.gitlab.settle();
  const target = where.gitlab.gitDir('team/one');
  const before = git(target, 'rev-parse', 'topic');
  const main = commitOn(where.source, 'main', 'second');
  // The old tip stays in the source's history, so that the project is known to be the same.
  git(where.source, 'update-ref', 'refs/heads/old', before);
  commitOn(where.source, 'topic', 'rewritten', { orphan: true });

  const item = await migrate(where, 4);

  expect(differencesOf(item)).toMatchObject([{ ref: 'refs/heads/topic', outcome: 'diverged' }]);
  expect(git(target, 'rev-parse', 'topic', 'main')).toBe(`${before}\n${main}`);
});

test('the mirrors may be removed between two runs', async () => {
  const where = await migratedOnce();
  await rm(join(where.cwd, '.gb2gl', 'mirrors'), { recursive: true, force: true });
  commitOn(where.source, 'topic', 'more');

  expect(refCount(await migrate(where, 0), 'update')).toBe(1);

  expect(refsIn(where.gitlab.gitDir('team/one'))).toEqual(refsIn(where.source));
});
