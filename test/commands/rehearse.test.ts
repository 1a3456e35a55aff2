import { accountsForAll } from '../helpers/accounts.ts';
import { codeOf, differencesOf, refCount } from '../helpers/code-of.ts';
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { EmbeddedGitLab } from '../../sandbox/gitlab.ts';
import { seedSample } from '../../sandbox/seed/sample.ts';
import type { LoggedRequest } from '../../sandbox/server.ts';
import { settingsUnknown } from '../../src/commands/rehearse.ts';
import type { Result } from '../../src/model/result.ts';
import { runFolders } from '../../src/report/write.ts';
import { commitOn, git } from '../helpers/commits.ts';
import { met } from '../helpers/foresight.ts';
import { deadPort } from '../helpers/hosts.ts';
import { refsIn, testServers, type TestServers } from '../helpers/servers.ts';
import { gb2gl, itemOf, resultOf, smallServers, workplace } from '../helpers/small-server.ts';
import { commitPages } from '../helpers/wikis.ts';

/** Everything that somebody could have changed on the target. */
function contentsOf({ context, pushes }: EmbeddedGitLab): object {
  const { users, groups, projects, redirects } = context.state;
  const refs = projects.map((project) => refsIn(context.gitDir(project), ['refs']));
  return structuredClone({ users, groups, projects, redirects, refs, pushes: pushes.length });
}

/** Everything but GET, HEAD and questions for LFS objects; on the source git also asks for packs, by POST. */
function otherThanReads(requests: readonly LoggedRequest[], fetches: boolean): string[] {
  return requests
    .filter(({ method, url }) => !/^(?:GET|HEAD)$/.test(method) && !/\/git-lfs\/|\/objects\/batch$/.test(url))
    .filter(({ url }) => !(fetches && url.endsWith('/git-upload-pack')))
    .map(({ method, url }) => `${method} ${url}`);
}

/** Rehearses and demands that nothing was changed anywhere and nothing is left behind. */
async function rehearsed(
  servers: TestServers,
  flags: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<Result> {
  const { gitbucket, gitlab } = servers;
  const before = contentsOf(gitlab);
  gitlab.server.requests.length = 0;
  gitbucket.server.requests.length = 0;
  const run = await gb2gl(servers, ['rehearse', '--all', '--json', ...flags], env);
  expect(otherThanReads(gitlab.server.requests, false)).toEqual([]);
  expect(otherThanReads(gitbucket.server.requests, true)).toEqual([]);
  expect(contentsOf(gitlab)).toEqual(before);
  expect(await readdir(join(await workplace(servers), '.gb2gl'))).not.toContainEqual(
    expect.stringContaining('rehearsal'),
  );
  const result = resultOf(run);
  expect(result.command).toBe('rehearse');
  expect(run.code).toBe(result.exitCode);
  return result;
}

/** The rehearsal, then the migration: both must meet the same, and end alike. */
async function bothWays(
  servers: TestServers,
  flags: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<Result> {
  const rehearsal = await rehearsed(servers, flags, env);
  const migration = resultOf(await gb2gl(servers, ['migrate', '--all', '--json', '--yes', ...flags], env));
  const known = { ...rehearsal, warnings: rehearsal.warnings.filter((text) => text !== settingsUnknown) };
  expect(met(known)).toEqual(met(migration));
  expect(rehearsal.exitCode).toBe(migration.exitCode);
  expect(placesOf(rehearsal)).toEqual(placesOf(migration));
  return rehearsal;
}

/** What is told of each item besides: where it goes, what would be written, how it is proven. */
function placesOf(result: Result): unknown[] {
  return result.items.map(({ id, target, changed, state, steps }) => ({
    id,
    path: target.path,
    url: target.url,
    changed,
    state,
    checks: steps.map(({ step, check }) => [step, { ...check, asOf: typeof check?.asOf }]),
  }));
}

test('over the sample server a rehearsal meets what the migration then meets, and changes nothing', async () => {
  const servers = await testServers({ gitlab: { settings: { defaultBranchName: 'main' } } });
  const sample = await seedSample(servers.gitbucket);
  accountsForAll(servers);

  const rehearsal = await bothWays(servers);

  expect(rehearsal.items.filter(({ state }) => state === 'refused').length).toBeGreaterThan(1);
  expect(rehearsal.problems.map(({ object }) => object)).toContain(sample.broken);
  // Of what is not there yet no id is told.
  const made = rehearsal.items.filter(({ changed, kind }) => changed && kind === 'project');
  expect(made.length).toBeGreaterThan(20);
  expect(made.filter(({ target }) => target.id !== null)).toEqual([]);
  const folders = await runFolders(join(await workplace(servers), '.gb2gl', 'reports'));
  expect(folders.map(({ kind }) => kind)).toEqual(['migrate', 'rehearse']);
  const reports = folders[1]?.path ?? '';
  expect((await readdir(reports)).sort()).toEqual(['rehearse.html', 'rehearse.json', 'rehearse.md']);
  const ours = [servers.gitbucket.url, servers.gitlab.url];
  for (const name of ['rehearse.json', 'rehearse.md', 'rehearse.html']) {
    const text = await readFile(join(reports, name), 'utf8');
    expect(text).toContain(servers.gitlab.url);
    for (const url of text.match(/http:\/\/127\.0\.0\.1:\d+/g) ?? []) expect(ours).toContain(url);
  }
});

/** A commit that GitLab cannot take in portions. */
function addBigFile(gitDir: string): void {
  const file = join(gitDir, 'big.bin');
  writeFileSync(file, randomBytes(1_500_000));
  const blob = git(gitDir, 'hash-object', '-w', file);
  const tree = git(gitDir, 'rev-parse', 'main^{tree}');
  git(gitDir, 'read-tree', tree);
  git(gitDir, 'update-index', '--add', '--cacheinfo', `100644,${blob},big.bin`);
  const id = git(gitDir, 'commit-tree', git(gitDir, 'write-tree'), '-p', 'main', '-m', 'big');
  git(gitDir, 'update-ref', 'refs/heads/main', id);
  rmSync(file);
}

/** A commit without an author's address, as old tools made them: GitLab's git takes no pack that holds one. */
function addBadCommit(gitDir: string): void {
  const tree = git(gitDir, 'rev-parse', 'main^{tree}');
  const file = join(gitDir, 'bad-commit');
  writeFileSync(file, `tree ${tree}\nauthor Ada 1 +0000\ncommitter Ada 1 +0000\n\nold\n`);
  const id = git(gitDir, 'hash-object', '-t', 'commit', '-w', '--literally', file);
  git(gitDir, 'update-ref', 'refs/heads/old', id);
  rmSync(file);
}

/** A group with repositories, migrated once; then both sides change in every way that matters. */
async function partlyMigrated(): Promise<TestServers> {
  const servers = await testServers();
  const { gitbucket, gitlab } = servers;
  gitbucket.addGroup({ login: 'team', members: [{ login: 'root', manager: true }] });
  const names = ['ahead', 'rewritten', 'pruned', 'moved', 'tagged', 'same', 'archived'];
  for (const name of names) {
    gitbucket.addRepository({ owner: 'team', name, defaultBranch: 'main' });
    commitOn(gitbucket.gitDir('team', name), 'main', `first of ${name}`);
    commitOn(gitbucket.gitDir('team', name), 'topic', `topic of ${name}`);
  }
  const wiki = (name: string): string => gitbucket.wikiDir('team', name);
  for (const name of ['same', 'ahead', 'moved']) commitPages(wiki(name), 'main', { 'Home.md': name });
  const first = await gb2gl(servers, ['migrate', '--all', '--json', '--yes']);
  expect(first.code, first.stderr).toBe(0);
  await gitlab.settle();
  for (const name of ['ahead', 'moved']) commitPages(wiki(name), 'main', { 'Home.md': `more of ${name}` });
  commitPages(gitlab.wikiDir('team/moved'), 'main', { 'Home.md': 'edited on GitLab' });
  const source = (name: string): string => gitbucket.gitDir('team', name);
  commitOn(source('ahead'), 'main', 'second');
  commitOn(source('rewritten'), 'main', 'another beginning', { orphan: true });
  git(source('pruned'), 'update-ref', '-d', 'refs/heads/topic');
  commitOn(gitlab.gitDir('team/moved'), 'topic', 'somebody works on GitLab');
  commitOn(source('moved'), 'topic', 'and somebody on GitBucket');
  git(source('tagged'), 'tag', 'v1', 'main');
  git(source('tagged'), 'tag', 'free', 'main');
  gitlab.project('team/tagged').protectedTags.push({ name: 'v*', createAccessLevel: 0 });
  commitOn(source('archived'), 'main', 'second');
  gitlab.project('team/archived').archived = true;
  return servers;
}

test('a rehearsal knows what is on GitLab already: ours, moved, closed, foreign and too big', async () => {
  const servers = await partlyMigrated();
  const { gitbucket, gitlab } = servers;
  gitlab.addProject({ namespace: 'team', path: 'foreign' });
  commitOn(gitlab.gitDir('team/foreign'), 'main', 'of somebody else');
  for (const name of ['foreign', 'adopted', 'big', 'bad', 'fresh']) {
    gitbucket.addRepository({ owner: 'team', name, defaultBranch: 'main' });
    commitOn(gitbucket.gitDir('team', name), 'main', `first of ${name}`);
  }
  gitlab.addProject({ namespace: 'team', path: 'adopted' });
  git(gitlab.gitDir('team/adopted'), 'fetch', gitbucket.gitDir('team', 'adopted'), 'main:main');
  commitOn(gitbucket.gitDir('team', 'adopted'), 'main', 'second');
  addBigFile(gitbucket.gitDir('team', 'big'));
  addBadCommit(gitbucket.gitDir('team', 'bad'));
  gitlab.settings.git.receiveMaxInputSize = 1024 * 1024;

  const rehearsal = await bothWays(servers, ['--prune']);

  const states = Object.fromEntries(rehearsal.items.map(({ id, state }) => [id, state]));
  expect(states).toEqual({
    team: 'proven',
    'team/adopted': 'proven',
    'team/ahead': 'proven',
    'team/archived': 'blocked',
    'team/bad': 'refused',
    'team/big': 'refused',
    'team/foreign': 'blocked',
    'team/fresh': 'proven',
    'team/moved': 'diverged',
    'team/pruned': 'proven',
    'team/rewritten': 'proven',
    'team/same': 'proven',
    'team/tagged': 'refused',
  });
  expect(refCount(itemOf(rehearsal, 'team/pruned'), 'delete')).toBe(1);
  expect(itemOf(rehearsal, 'team/same').changed).toBe(false);
  expect(differencesOf(itemOf(rehearsal, 'team/tagged'))).toMatchObject([
    { ref: 'refs/tags/v1', reason: 'You are not allowed to create this tag as it is protected.' },
  ]);
  const { id } = gitlab.project('team/ahead');
  expect(itemOf(rehearsal, 'team/ahead').target.id).toBe(id);
});

test.each(['relay', 'mirror'])(
  'history that only the target still has is rewritten in the rehearsal through the %s as it will be',
  async (transport) => {
    const servers = await smallServers();
    const first = await gb2gl(servers, ['migrate', '--all', '--json', '--yes']);
    expect(first.code, first.stderr).toBe(0);
    await servers.gitlab.settle();
    const source = servers.gitbucket.gitDir('team-a', 'one');
    const old = git(source, 'rev-parse', 'main');
    commitOn(source, 'main', 'another beginning', { orphan: true });
    git(source, 'update-ref', '-d', 'refs/heads/topic');
    // The source has the old commits no more, not even as objects.
    git(source, 'reflog', 'expire', '--expire=all', '--all');
    git(source, 'gc', '--prune=now', '--quiet');
    expect(() => git(source, 'cat-file', '-e', old)).toThrow('cat-file');

    const rehearsal = await bothWays(servers, ['--prune', '--transport', transport]);

    const item = itemOf(rehearsal, 'team-a/one');
    expect(item.state).toBe('proven');
    expect(codeOf(item).counts).toMatchObject({ update: 1, delete: 1 });
  },
);

test('what somebody did on GitLab is told with the ids that it really has', async () => {
  const servers = await smallServers();
  await gb2gl(servers, ['migrate', '--all', '--yes']);
  const foreign = commitOn(servers.gitlab.gitDir('team-a/one'), 'topic', 'on GitLab');
  commitOn(servers.gitbucket.gitDir('team-a', 'one'), 'topic', 'on GitBucket');
  commitOn(servers.gitbucket.gitDir('team-a', 'one'), 'main', 'second');

  const rehearsal = await bothWays(servers);

  const item = itemOf(rehearsal, 'team-a/one');
  expect(differencesOf(item)).toMatchObject([
    {
      ref: 'refs/heads/topic',
      outcome: 'diverged',
      reason: expect.stringContaining(`target ${foreign}`) as string,
    },
  ]);
});

test('with a token that is no administrator the rehearsal has the same rights, and says what it could not read', async () => {
  const servers = await smallServers();
  const { gitbucket, gitlab } = servers;
  gitlab.addUser({ username: 'mover', email: 'mover@example.com' });
  gitlab.addGroup({ path: 'team-a', visibility: 'public' });
  gitlab.addMember('team-a', 'mover', 40);
  gitlab.addProject({ namespace: 'team-a', path: 'one', visibility: 'public' });
  gitlab.project('team-a/one').protectedBranches.push({
    id: 1,
    name: 'release/*',
    pushAccessLevel: 0,
    mergeAccessLevel: 0,
    allowForcePush: false,
  });
  const source = gitbucket.gitDir('team-a', 'one');
  git(gitlab.gitDir('team-a/one'), 'fetch', '--quiet', source, 'main:main');
  commitOn(source, 'release/1', 'closed to all');
  const env = { GITLAB_TOKEN: gitlab.token('mover', { scopes: ['api'] }) };

  const rehearsal = await bothWays(servers, [], env);

  expect(rehearsal.warnings).toContain(settingsUnknown);
  expect(itemOf(rehearsal, 'team-a/one')).toMatchObject({ state: 'refused' });
  expect(differencesOf(itemOf(rehearsal, 'team-a/one'))).toMatchObject([
    { ref: 'refs/heads/release/1', reason: expect.stringContaining('protected branches') as string },
  ]);
  expect(itemOf(rehearsal, 'team-b/three').state).toBe('proven');
});

test('an administrator whose token lacks the scope for Admin Mode meets it in the rehearsal', async () => {
  const servers = await smallServers();
  const { gitlab } = servers;
  gitlab.settings.adminMode = true;
  gitlab.addGroup({
    path: 'team-a',
    visibility: 'public',
    attributes: { project_creation_level: 'maintainer' },
  });
  gitlab.context.routes.group(gitlab.context.state.groups[0]?.id ?? 0)?.members.splice(0);
  const env = { GITLAB_TOKEN: gitlab.token('root', { scopes: ['api'] }) };

  const rehearsal = await bothWays(servers, [], env);

  expect(rehearsal.warnings).toContain(settingsUnknown);
  expect(rehearsal.items.map(({ id, state }) => `${id} ${state}`)).toEqual([
    'team-a proven',
    'team-b proven',
    'team-a/one blocked',
    'team-a/two blocked',
    'team-b/three proven',
  ]);
});

test('a proxy of the environment does not stand between the rehearsal and its own server', async () => {
  const servers = await smallServers();
  const { gitbucket, gitlab } = servers;
  const env = {
    HTTP_PROXY: `http://127.0.0.1:${await deadPort()}`,
    NO_PROXY: `127.0.0.1:${gitbucket.server.port},127.0.0.1:${gitlab.server.port}`,
  };
  const rehearsal = await rehearsed(servers, [], env);
  expect(rehearsal.exitCode).toBe(0);
});

test('people get the whole list and are told that nothing was written', async () => {
  const servers = await smallServers();
  const { gitbucket } = servers;
  for (let number = 1; number <= 12; number += 1) {
    gitbucket.addRepository({ owner: 'team-a', name: `odd-${number}`, defaultBranch: 'main' });
    const gitDir = gitbucket.gitDir('team-a', `odd-${number}`);
    git(gitDir, 'update-ref', 'refs/tags/-x', commitOn(gitDir, 'main', 'first'));
  }

  const run = await gb2gl(servers, ['rehearse', '--all']);

  expect(run.code, run.stderr).toBe(4);
  for (let number = 1; number <= 12; number += 1) expect(run.stdout).toContain(`team-a/odd-${number}\n`);
  expect(run.stdout).not.toContain('more in the report');
  expect(run.stdout).toContain(`nothing was written on ${servers.gitlab.url}`);
});
