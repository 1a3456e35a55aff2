import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commitOn } from '../helpers/commits.ts';
import { refsIn, writesOf, type TestServers } from '../helpers/servers.ts';
import {
  expectMoved,
  gb2gl,
  itemOf,
  migrateAll,
  resultOf,
  smallServers,
  workplace,
} from '../helpers/small-server.ts';

async function configure(servers: TestServers, config: unknown): Promise<void> {
  await writeFile(join(await workplace(servers), 'migrate.config.json'), JSON.stringify(config));
}

/** A user without any power, and its token. */
function plainUser({ gitlab }: TestServers, rights: { canCreateGroup?: boolean } = {}): string {
  gitlab.addUser({ username: 'mover', name: 'Mover', email: 'mover@example.com', ...rights });
  return gitlab.token('mover');
}

test('a user who may not create groups: that group is blocked with a way out, groups that exist are filled', async () => {
  const servers = await smallServers();
  const token = plainUser(servers, { canCreateGroup: false });
  servers.gitlab.addGroup({ path: 'team-a', owner: 'mover' });

  const run = await migrateAll(servers, { GITLAB_TOKEN: token });

  expect(run.code, run.stderr).toBe(4);
  const result = resultOf(run);
  expectMoved(servers, result, ['team-a/one', 'team-a/two']);
  for (const id of ['team-b', 'team-b/three']) {
    const { state, problem } = itemOf(result, id);
    expect(state, id).toBe('blocked');
    expect(problem?.code, id).toBe('groups-forbidden');
    expect(problem?.message, id).toContain('cannot create the group team-b');
    expect(problem?.fix, id).toContain('create the group manually');
  }
  expect(run.stderr).toContain('create the group manually');
});

test('a rule of GitLab.com against top-level groups, met only on creation, blocks those items and names parentGroup', async () => {
  const servers = await smallServers();
  const token = plainUser(servers);
  servers.gitlab.addGroup({ path: 'team-a', owner: 'mover' });
  servers.gitlab.settings.topLevelGroupsByApi = false;

  const run = await migrateAll(servers, { GITLAB_TOKEN: token });

  expect(run.code, run.stderr).toBe(4);
  const result = resultOf(run);
  expectMoved(servers, result, ['team-a/one', 'team-a/two']);
  const { problem } = itemOf(result, 'team-b');
  expect(problem?.code).toBe('groups-forbidden');
  expect(problem?.message).toContain('mover');
  expect(problem?.fix).toContain('"parentGroup"');
});

test('a parent group that is not there stops the run before anything is written', async () => {
  const servers = await smallServers();
  await configure(servers, { target: { parentGroup: 'no/such' } });
  const run = await migrateAll(servers);

  expect(run.code).toBe(3);
  expect(run.stderr).toContain('the parent group no/such does not exist on GitLab or is not visible');
  expect(writesOf(servers.gitlab.server.requests)).toEqual([]);
});

test('names that a user, or a group without rights, has already: another path with a reason, nothing of theirs touched', async () => {
  const servers = await smallServers();
  const { gitlab } = servers;
  gitlab.addUser({ username: 'team-a', name: 'Somebody', email: 'somebody@example.com' });
  gitlab.addUser({ username: 'other', name: 'Other', email: 'other@example.com' });
  gitlab.addGroup({ path: 'team-b', owner: 'other', visibility: 'public' });
  const token = plainUser(servers);

  const run = await migrateAll(servers, { GITLAB_TOKEN: token });

  expect(run.code, run.stderr).toBe(0);
  const result = resultOf(run);
  expectMoved(servers, result);
  for (const id of ['team-a', 'team-b']) {
    const { target, reasons } = itemOf(result, id);
    expect(target.path, id).toMatch(new RegExp(`^${id}-[0-9a-f]+$`));
    expect(reasons.join(' '), id).toContain(`"${id}" is already taken`);
  }
  expect(gitlab.context.state.projects.filter(({ fullPath }) => /^team-[ab]\//.test(fullPath))).toEqual([]);
});

test('a group that only its creation shows to be taken is blocked, and the fix of the report can be pasted', async () => {
  const servers = await smallServers();
  const { gitlab } = servers;
  gitlab.addUser({ username: 'other', name: 'Other', email: 'other@example.com' });
  gitlab.addGroup({ path: 'team-a', owner: 'other', visibility: 'private' });
  const headers = { 'content-type': 'application/json' };
  const forbidden = { kind: 'status', status: 403, body: '{"message":"403 Forbidden"}', headers } as const;
  gitlab.server.faults.add({ url: /\/namespaces\/team-a\/exists/, action: forbidden });
  const token = plainUser(servers);

  const first = await migrateAll(servers, { GITLAB_TOKEN: token });

  expect(first.code, first.stderr).toBe(4);
  const result = resultOf(first);
  expectMoved(servers, result, ['team-b/three']);
  const { problem } = itemOf(result, 'team-a');
  expect(problem?.message).toContain('the group team-a cannot be created on GitLab');
  expect(problem?.message).toContain('has already been taken');
  expect(itemOf(result, 'team-a/one').state).toBe('blocked');
  const fix = /"map": \{.*\}/.exec(problem?.fix ?? '')?.[0];
  expect(fix, problem?.fix).toBeDefined();

  await configure(servers, JSON.parse(`{ ${fix} }`));
  const second = await migrateAll(servers, { GITLAB_TOKEN: token });
  expect(second.code, second.stderr).toBe(0);
  expectMoved(servers, resultOf(second));
});

test('two repositories mapped to one path are both blocked, the others move, and the fixes can be pasted', async () => {
  const servers = await smallServers();
  const map = { 'team-a/one': 'team-a/same', 'team-a/two': 'team-a/Same' };
  await configure(servers, { map: { repositories: map } });

  const first = await migrateAll(servers);

  expect(first.code, first.stderr).toBe(4);
  const result = resultOf(first);
  expectMoved(servers, result, ['team-b/three']);
  expect(servers.gitlab.context.state.projects.map(({ fullPath }) => fullPath)).toEqual(['team-b/three']);
  const repositories: Record<string, string> = { ...map };
  for (const id of ['team-a/one', 'team-a/two']) {
    const { state, problem } = itemOf(result, id);
    expect([state, problem?.code], id).toEqual(['blocked', 'map-impossible']);
    expect(problem?.message, id).toContain('other entries use the same path');
    const fix = JSON.parse(`{ ${problem?.fix} }`) as { map: { repositories: Record<string, string> } };
    Object.assign(repositories, fix.map.repositories);
  }
  await configure(servers, { map: { repositories } });
  const second = await migrateAll(servers);
  expect(second.code, second.stderr).toBe(0);
  expectMoved(servers, resultOf(second));
});

test('a map that names an owner who does not exist is refused with the nearest one', async () => {
  const servers = await smallServers();
  await configure(servers, { map: { owners: { 'team-aa': 'x' } } });
  const run = await migrateAll(servers);

  expect(run.code).toBe(2);
  expect(run.stderr).toContain('team-aa matches nothing on the source (did you mean team-a?)');
  expect(writesOf(servers.gitlab.server.requests)).toEqual([]);
});

test('a selection that matches nothing is refused, with the nearest owner', async () => {
  const servers = await smallServers();
  for (const [args, text] of [
    [['--group', 'taem-a'], '--group taem-a matches nothing on the source (did you mean team-a?)'],
    [['--repo', 'team-a/on'], '--repo team-a/on matches nothing on the source'],
    [['--user', 'team-a'], '--user team-a matches nothing'],
    [['--group', 'elsewhere'], '--group elsewhere matches nothing on the source (there: team-a and team-b)'],
    [['--repo', 'team-a/zzzz*'], '--repo team-a/zzzz* matches nothing on the source (there: team-a/'],
  ] as const) {
    const run = await gb2gl(servers, ['migrate', '--yes', ...args, '--json']);
    expect(run.code, run.stderr).toBe(2);
    expect(run.stderr).toContain(text);
  }
});

test('projects that exist and are archived, too visible or of somebody else are blocked and not written to', async () => {
  const servers = await smallServers();
  const { gitlab } = servers;
  gitlab.addGroup({ path: 'team-a', visibility: 'public' });
  gitlab.addGroup({ path: 'team-b', visibility: 'public' });
  gitlab.addProject({ namespace: 'team-a', path: 'one', name: 'one', visibility: 'private' });
  gitlab.project('team-a/one').archived = true;
  gitlab.addProject({ namespace: 'team-a', path: 'two', name: 'two', visibility: 'private' });
  const foreign = commitOn(gitlab.gitDir('team-a/two'), 'main', 'work of somebody else');
  gitlab.addProject({ namespace: 'team-b', path: 'three', name: 'three', visibility: 'public' });
  servers.gitbucket.addRepository({ owner: 'team-b', name: 'four', defaultBranch: 'main' });
  commitOn(servers.gitbucket.gitDir('team-b', 'four'), 'main', 'four');

  for (let run = 1; run <= 2; run += 1) {
    const again = await migrateAll(servers);
    expect(again.code, again.stderr).toBe(4);
    const result = resultOf(again);
    expectMoved(servers, result, ['team-b/four']);
    for (const [id, code, fix] of [
      ['team-a/one', 'archived', 'unarchive it (Settings'],
      ['team-a/two', 'path-taken', '"team-a/two": "team-a/two-'],
      ['team-b/three', 'too-visible', 'set the project to private on GitLab'],
    ] as const) {
      const { state, problem, changed } = itemOf(result, id);
      expect([state, problem?.code, changed], `${id}: ${problem?.message}`).toEqual(['blocked', code, false]);
      expect(problem?.fix, id).toContain(fix);
    }
  }
  expect(refsIn(gitlab.gitDir('team-a/one'))).toEqual([]);
  expect(refsIn(gitlab.gitDir('team-a/two'))).toEqual([`${foreign} refs/heads/main`]);
  expect(refsIn(gitlab.gitDir('team-b/three'))).toEqual([]);
  const writes = writesOf(gitlab.server.requests).map(({ url }) => url);
  expect(writes.filter((url) => /\.git\//.test(url) && !url.startsWith('/team-b/four.git'))).toEqual([]);
});
