import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createRedactor } from '../../../src/net/redact.ts';
import { readTarget } from '../../../src/rehearse/read-target.ts';
import type { Snapshot } from '../../../src/rehearse/snapshot.ts';
import { stageRefs } from '../../../src/rehearse/stage-projects.ts';
import { openStage, type Stage } from '../../../src/rehearse/stage.ts';
import { commitOn, git } from '../../helpers/commits.ts';
import { preparedWith, quietRuntime } from '../../helpers/prepared.ts';
import { refsIn, testServers, type TestServers } from '../../helpers/servers.ts';
import { smallServers } from '../../helpers/small-server.ts';

type Staged = Awaited<ReturnType<typeof preparedWith>> & { seen: Snapshot; stage: Stage };

/** The plan, what was read of the real GitLab, and the stage that was set from it. */
async function staged(servers: TestServers, token: string): Promise<Staged> {
  const { prepared, options } = await preparedWith(servers, token);
  const seen = await readTarget(prepared, options.target);
  const stage = await openStage(seen, {
    ...options,
    real: { url: servers.gitlab.url, version: prepared.identity.version },
    folder: join(servers.folder, 'stage'),
    redactor: createRedactor(),
  });
  onTestFinished(() => stage.close());
  return { prepared, options, seen, stage };
}

/** Reads the real GitLab, sets the stage, and reads that in the same way. */
async function readTwice(
  servers: TestServers,
  token: string,
): Promise<{ seen: Snapshot; again: Snapshot; stage: Stage }> {
  const { prepared, seen, stage } = await staged(servers, token);
  const identity = await stage.target.connect();
  return { seen, again: await readTarget({ ...prepared, identity }, stage.target), stage };
}

function byId<T extends { id: number }>(list: T[]): T[] {
  return list.toSorted((a, b) => a.id - b.id);
}

/** In any order. */
function sorted(seen: Snapshot): Snapshot {
  return { ...seen, users: byId(seen.users), groups: byId(seen.groups), projects: byId(seen.projects) };
}

test('the stage holds what the real GitLab holds: settings, rights, groups, subgroups, projects, protections', async () => {
  const servers = await smallServers({ gitlab: { version: '17.11.2-ee' } });
  const { gitbucket, gitlab } = servers;
  Object.assign(gitlab.settings, {
    defaultBranchName: 'trunk',
    defaultBranchProtection: 3,
    defaultProjectCreation: 'maintainer',
    restrictedVisibilities: ['public'],
    maxAttachmentSize: 7 * 1024 * 1024,
  });
  gitlab.settings.git.receiveMaxInputSize = 5 * 1024 * 1024;
  gitlab.settings.git.repositorySizeLimit = 90_000_000;
  gitbucket.addGroup({ login: '2024', members: [{ login: 'root', manager: true }] });
  gitbucket.addRepository({ owner: '2024', name: 'numbers', defaultBranch: 'main' });
  commitOn(gitbucket.gitDir('2024', 'numbers'), 'main', 'first');
  for (let number = 0; number < 3; number += 1)
    gitlab.addUser({ username: `u${number}`, email: 'u@example.com' });
  gitlab.addGroup({ path: '2024', visibility: 'internal' });
  gitlab.addGroup({
    path: 'team-a',
    visibility: 'public',
    description: 'A',
    attributes: { project_creation_level: 'owner', default_branch: 'dev', default_branch_protection: 1 },
  });
  gitlab.addGroup({ path: 'Sub', parent: 'team-a' });
  const one = gitlab.addProject({
    namespace: 'team-a',
    path: 'one',
    visibility: 'public',
    lfsEnabled: false,
  });
  git(gitlab.gitDir('team-a/one'), 'fetch', '--quiet', gitbucket.gitDir('team-a', 'one'), 'main:main');
  one.protectedBranches.push({
    id: 9,
    name: 'rel/*',
    pushAccessLevel: 0,
    mergeAccessLevel: 30,
    allowForcePush: true,
  });
  one.protectedTags.push({ name: 'v*', createAccessLevel: 0 });
  const other = gitlab.addProject({ namespace: 'team-a', path: 'other', visibility: 'public' });
  Object.assign(other, { archived: true, forkedFromId: one.id });

  const { seen, again, stage } = await readTwice(servers, gitlab.token('root'));

  expect(sorted(again)).toEqual(sorted(seen));
  expect(seen.settingsHidden).toBe(false);
  expect(seen.settings).toMatchObject({
    defaultBranchName: 'trunk',
    defaultBranchProtection: 3,
    defaultProjectCreation: 'maintainer',
    restrictedVisibilities: ['public'],
    maxAttachmentSize: 7 * 1024 * 1024,
    git: { receiveMaxInputSize: 5 * 1024 * 1024, repositorySizeLimit: 90_000_000 },
  });
  expect(seen.groups.map(({ fullPath }) => fullPath).sort()).toEqual(['2024', 'team-a', 'team-a/Sub']);
  expect(sorted(seen).projects).toMatchObject([
    {
      id: one.id,
      lfsEnabled: false,
      protectedBranches: [{ name: 'rel/*', pushAccessLevel: 0, mergeAccessLevel: 30, allowForcePush: true }],
      protectedTags: [{ name: 'v*', createAccessLevel: 0 }],
    },
    { fullPath: 'team-a/other', archived: true, forkedFromId: one.id },
  ]);
  expect(await stage.target.findProject('team-a/one')).toMatchObject({
    id: one.id,
    webUrl: `${gitlab.url}/team-a/one`,
  });
});

test('a user keeps role and limits, and the token its scopes', async () => {
  const servers = await smallServers();
  const { gitlab } = servers;
  gitlab.addUser({ username: 'mover', email: 'mover@example.com', projectsLimit: 3, external: true });
  gitlab.addGroup({ path: 'team-a', visibility: 'public' });
  gitlab.addMember('team-a', 'mover', 40);
  const token = gitlab.token('mover', { scopes: ['api', 'read_user'] });

  const { seen, again } = await readTwice(servers, token);

  expect(sorted(again)).toEqual(sorted(seen));
  expect(seen.me).toMatchObject({ username: 'mover', projectsLimit: 3, external: true, admin: false });
  expect(seen.scopes).toEqual(['api', 'read_user']);
  expect(seen.settingsHidden).toBe(true);
  expect(seen.groups).toMatchObject([{ fullPath: 'team-a', accessLevel: 40 }]);
});

test('an administrator’s personal namespaces of others come with their limits', async () => {
  const servers = await testServers();
  const { gitbucket, gitlab } = servers;
  gitbucket.addUser({ login: 'alice', email: 'alice@example.com' });
  gitbucket.addRepository({ owner: 'alice', name: 'notes', defaultBranch: 'main' });
  commitOn(gitbucket.gitDir('alice', 'notes'), 'main', 'first');
  gitlab.addUser({ username: 'alice', email: 'alice@example.com', projectsLimit: 1 });
  gitlab.addProject({ namespace: 'alice', path: 'there' });

  const { seen, again } = await readTwice(servers, gitlab.token('root'));

  expect(sorted(again)).toEqual(sorted(seen));
  expect(seen.users).toMatchObject([{ username: 'alice', projectsLimit: 1 }]);
  expect(seen.projects).toMatchObject([{ fullPath: 'alice/there' }]);
});

test('a project’s refs come with the source’s objects and no more of them, and stand-ins for what the source lacks', async () => {
  const servers = await smallServers();
  const { gitbucket, gitlab, folder } = servers;
  const source = gitbucket.gitDir('team-a', 'one');
  const first = git(source, 'rev-parse', 'main');
  const second = commitOn(source, 'main', 'second');
  git(source, 'tag', '-a', 'v1', '-m', 'one', first);
  gitlab.addGroup({ path: 'team-a' });
  gitlab.addProject({ namespace: 'team-a', path: 'one' });
  const real = gitlab.gitDir('team-a/one');
  git(real, 'fetch', '--quiet', source, `${first}:refs/heads/main`, 'refs/tags/v1:refs/tags/v1');
  const foreign = commitOn(real, 'dir/of-somebody', 'foreign', { orphan: true });
  const { prepared, options, stage } = await staged(servers, gitlab.token('root'));
  const listing = prepared.listings.target.get('team-a/one');
  if (!listing) throw new Error('no listing');
  const gitDir = stage.gitDir(gitlab.project('team-a/one').id);

  const standIns = await stageRefs({
    id: 'team-a/one',
    source: options.source.remote({ owner: 'team-a', name: 'one' }, 'code'),
    listing,
    gitDir,
    scratch: join(folder, 'scratch.git'),
    runtime: quietRuntime(folder),
  });

  expect([...standIns.keys()]).toEqual([foreign]);
  const wanted = refsIn(real).map((line) => line.replace(foreign, standIns.get(foreign) ?? ''));
  expect(refsIn(gitDir)).toEqual(wanted.sort());
  expect(git(gitDir, 'symbolic-ref', 'HEAD')).toBe(listing.head);
  expect(git(gitDir, 'fsck', '--strict', '--full')).toBe('');
  expect(() => git(gitDir, 'cat-file', '-e', second)).toThrow('cat-file');
});
