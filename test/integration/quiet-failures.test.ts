import { expect, test } from 'vitest';
import { commitOn, git } from '../helpers/commits.ts';
import { migrated } from '../helpers/migrated.ts';
import { filesOf } from '../helpers/odd-objects.ts';
import { peopled, rolesIn, withPeople } from '../helpers/peopled.ts';
import type { TestServers } from '../helpers/servers.ts';

/** People, and in `team/app` a CI file and a protected branch. */
async function world(): Promise<TestServers> {
  const where = await peopled();
  const { gitbucket } = where;
  const dir = gitbucket.gitDir('team', 'app');
  git(dir, 'update-ref', 'refs/heads/main', filesOf(dir, { '.gitlab-ci.yml': 'test: {script: [ls]}' }));
  commitOn(dir, 'release', 'release');
  gitbucket.context.repository('team', 'app')?.protections.push({ branch: 'release', enforceAdmins: false });
  return where;
}

function refuse({ gitlab }: TestServers, method: string, url: RegExp): void {
  const headers = { 'content-type': 'application/json' };
  const action = { kind: 'status', status: 400, body: '{"message":"not today"}', headers } as const;
  gitlab.server.faults.add({ method, url, times: Infinity, action });
}

function switches({ gitlab }: TestServers): unknown[] {
  const { groups, projects } = gitlab.context.state;
  return [...groups, ...projects].map(({ fullPath, attributes }) => [
    fullPath,
    attributes['emails_enabled'] ?? true,
    attributes['builds_access_level'] ?? 'enabled',
  ]);
}

const allOn = [
  ['guests', true, 'enabled'],
  ['team', true, 'enabled'],
  ['team/app', true, 'enabled'],
];

test('a setting that GitLab does not take leaves neither mails nor CI/CD switched off', async () => {
  const where = await world();
  refuse(where, 'POST', /\/protected_branches/);
  const run = await migrated(where, withPeople);
  expect(run.item('team/app')).toMatchObject({ state: 'failed', problem: { object: 'release of team/app' } });
  expect(run.item('team/app').steps.at(-1)).toMatchObject({ step: 'quiet', state: 'proven' });
  expect(switches(where)).toEqual(allOn);
  where.gitlab.server.faults.clear();
  expect((await migrated(where, withPeople)).item('team/app').state).toBe('proven');
  expect(switches(where)).toEqual(allOn);
  expect(where.gitlab.mails).toEqual([]);
});

test('a group whose members cannot be read keeps its projects from nothing, and gets its mails back', async () => {
  const where = await world();
  refuse(where, 'GET', /\/groups\/\d+\/members/);
  const run = await migrated(where, withPeople);
  expect(run.item('team')).toMatchObject({ state: 'failed' });
  expect(run.item('team/app')).toMatchObject({ state: 'proven', problem: null });
  // Nobody has given Bob the role in the group that would be enough.
  expect(rolesIn(where.gitlab, 'team/app')).toEqual(['bob 20', 'carol 40', 'group guests 30']);
  expect(switches(where)).toEqual(allOn);
  expect(where.gitlab.mails).toEqual([]);
});
