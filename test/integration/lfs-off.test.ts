import { expect, test } from 'vitest';
import {
  commitFiles,
  itemIn,
  onGitLab,
  oidsOf,
  plannedIn,
  pointersTo,
  runOnce,
  stepIn,
  store,
  tracked,
} from '../helpers/lfs-world.ts';
import { refsIn } from '../helpers/servers.ts';
import { team, type Team } from '../helpers/team.ts';

async function withOne(servers: Team): Promise<string> {
  const dir = servers.add('one');
  commitFiles(dir, 'main', { '.gitattributes': tracked, ...pointersTo({ 'a.bin': 'aaaa' }) });
  await store(servers, 'one', 'aaaa');
  return dir;
}

test('a server that serves no LFS is told by the plan, with the way out, and the refs move', async () => {
  const servers = await team();
  const dir = await withOne(servers);
  servers.gitlab.settings.lfsEnabled = false;

  const run = await runOnce(servers);

  const planned = plannedIn(run, 'one');
  expect(planned).toMatchObject({ changes: false, state: 'refused', part: { off: true, objects: 1 } });
  expect(planned?.notices).toMatchObject([{ code: 'lfs-off-refused', object: 'team/one' }]);
  expect(planned?.notices[0]?.fix).toContain("gitlab_rails['lfs_enabled']");
  expect(itemIn(run, 'one').state).toBe('refused');
  expect(refsIn(servers.gitlab.gitDir('team/one'))).toEqual(refsIn(dir));
  servers.gitlab.settings.lfsEnabled = true;
  expect(itemIn(await runOnce(servers), 'one').state).toBe('proven');
  expect(onGitLab(servers, 'one')).toEqual(oidsOf('aaaa'));
});

test('a project with LFS off stays so, and its objects are told', async () => {
  const servers = await team();
  const dir = await withOne(servers);
  servers.gitlab.addGroup({ path: 'team' });
  servers.gitlab.addProject({ namespace: 'team', path: 'one' }).lfsEnabled = false;

  const run = await runOnce(servers);

  expect(plannedIn(run, 'one')).toMatchObject({ state: 'refused', part: { off: true } });
  // Nobody can ask which of them are there already.
  expect(stepIn(run, 'one').check?.differences).toMatchObject([
    {
      code: 'lfs-off-refused',
      message: expect.stringContaining('(1 LFS object): what GitLab does not have yet stays behind'),
    },
  ]);
  expect(servers.gitlab.project('team/one').lfsEnabled).toBe(false);
  expect(refsIn(servers.gitlab.gitDir('team/one'))).toEqual(refsIn(dir));
});

test('a GitBucket without base URL keeps back what needs objects, and says what to do', async () => {
  const servers = await team({ gitbucket: { baseUrl: null } });
  const dir = await withOne(servers);
  commitFiles(dir, 'topic', { 'a.txt': 'a' });

  const run = await runOnce(servers);

  const planned = plannedIn(run, 'one');
  expect(planned).toMatchObject({ state: 'refused', counts: { lost: 1 } });
  expect(planned?.notices[0]?.message).toContain('its base URL is not set');
  expect(planned?.notices[0]?.fix).toContain('Base URL');
  expect(itemIn(run, 'one').state).toBe('refused');
  expect(refsIn(servers.gitlab.gitDir('team/one')).map((line) => line.slice(41))).toEqual([
    'refs/heads/topic',
  ]);
});

test('a repository that cannot be looked into fails alone, in the plan and in the run', async () => {
  const servers = await team();
  await withOne(servers);
  commitFiles(servers.add('plain'), 'main', { 'a.txt': 'a' });
  servers.gitbucket.server.faults.add({
    method: 'POST',
    url: /^\/git\/team\/one\.git\/git-upload-pack/,
    times: 1,
    action: { kind: 'status', status: 500 },
  });

  const run = await runOnce(servers);

  expect(itemIn(run, 'plain').state).toBe('proven');
  expect(plannedIn(run, 'one')).toMatchObject({ state: 'failed' });
  expect(itemIn(run, 'one').state).toBe('proven');
});

test('objects that the config leaves behind: plan and refusal name the two ways out, also for a project with LFS off', async () => {
  const servers = await team();
  await withOne(servers);
  commitFiles(servers.add('plain'), 'main', { 'a.txt': 'a' });

  const run = await runOnce(servers, { migrate: { lfs: false } });

  const ways = /set "lfs": true below "migrate" in the config, or switch Git LFS off in the project/;
  expect(plannedIn(run, 'one', 'code')?.notices).toMatchObject([
    { code: 'lfs-left-behind', object: 'team/one', message: expect.stringMatching(ways) },
  ]);
  expect(plannedIn(run, 'plain', 'code')?.notices).toEqual([]);
  expect(itemIn(run, 'one').state).toBe('refused');
  expect(stepIn(run, 'one', 'code').check?.differences).toMatchObject([
    { object: 'refs/heads/main', fix: expect.stringMatching(ways) },
  ]);

  servers.gitlab.project('team/one').lfsEnabled = false;
  const off = await runOnce(servers, { migrate: { lfs: false } });
  expect(plannedIn(off, 'one', 'code')?.notices).toEqual([]);
  expect(itemIn(off, 'one').state).toBe('proven');
});
