import { expect, test } from 'vitest';
import { commitOn, git } from '../helpers/commits.ts';
import { killed, migrated, verified } from '../helpers/migrated.ts';
import { refsIn } from '../helpers/servers.ts';
import { commitPages } from '../helpers/wikis.ts';
import {
  asAdministrator,
  attributesOf,
  plannedIn,
  repositoryOf,
  settingServers,
  stepOf,
} from './settings-setup.ts';

const chosen = {
  issuesOption: 'DISABLE',
  wikiOption: 'DISABLE',
  allowFork: false,
  mergeOptions: ['squash', 'rebase'],
  defaultMergeOption: 'squash',
} as const;
const expected = {
  issues_access_level: 'disabled',
  wiki_access_level: 'disabled',
  forking_access_level: 'disabled',
  merge_method: 'ff',
  squash_option: 'default_on',
};

test('features, forking and merge method are set as on GitBucket, in one request, and nothing is written again', async () => {
  const servers = await settingServers(['app', 'plain']);
  Object.assign(repositoryOf(servers), chosen);
  const first = await migrated(servers, asAdministrator);
  expect(plannedIn(first, 'options')).toMatchObject({ changes: true, counts: { set: 5 } });
  expect(stepOf(first, 'options')).toMatchObject({ state: 'proven', changed: true, counts: { set: 5 } });
  expect(attributesOf(servers)).toMatchObject(expected);
  expect(first.writes.filter((each) => /^PUT .*\/projects\//.test(each))).toHaveLength(1);
  // What is as GitLab makes it costs nothing, not even a step.
  expect(stepOf(first, 'options', 'team/plain')).toBeUndefined();

  const second = await migrated(servers, asAdministrator);
  expect(stepOf(second, 'options')).toMatchObject({
    state: 'proven',
    changed: false,
    check: { compared: 5 },
  });
  expect(second.writes).toEqual([]);
  const proof = await verified(servers, asAdministrator);
  expect(proof.every(({ state }) => state === 'proven')).toBe(true);
});

test('a wiki that is off keeps its pages, and stays off on a later run that brings more of them', async () => {
  const servers = await settingServers();
  const { gitbucket, gitlab } = servers;
  repositoryOf(servers).wikiOption = 'DISABLE';
  const write = (name: string): string =>
    commitPages(gitbucket.wikiDir('team', 'app'), 'master', { [name]: 'text\n' });
  write('First.md');
  await migrated(servers, asAdministrator);
  expect(attributesOf(servers)['wiki_access_level']).toBe('disabled');
  const tip = write('Second.md');
  const second = await migrated(servers, asAdministrator);
  expect(second.item('team/app').state).toBe('proven');
  expect(attributesOf(servers)['wiki_access_level']).toBe('disabled');
  expect(refsIn(gitlab.wikiDir('team/app')).join(' ')).toContain(tip);
  expect((await migrated(servers, asAdministrator)).writes).toEqual([]);
});

test('what is switched on again on GitBucket follows, unless somebody on GitLab chose otherwise meanwhile', async () => {
  const servers = await settingServers();
  Object.assign(repositoryOf(servers), chosen);
  await migrated(servers, asAdministrator);
  Object.assign(repositoryOf(servers), { issuesOption: 'ALL', allowFork: true });
  attributesOf(servers)['issues_access_level'] = 'private';
  const run = await migrated(servers, asAdministrator);
  expect(attributesOf(servers)).toMatchObject({
    ...expected,
    issues_access_level: 'private',
    forking_access_level: 'enabled',
  });
  expect(stepOf(run, 'options')).toMatchObject({ state: 'proven', changed: true, counts: { set: 1 } });
  const [difference] = stepOf(run, 'options')?.check?.differences ?? [];
  expect(difference).toMatchObject({ code: 'option-kept', object: 'team/app' });
  expect(difference?.message).toContain('its issue tracker is set to private on GitLab');
  expect((await migrated(servers, asAdministrator)).writes).toEqual([]);
});

test('a project that was there before keeps its settings, which is told', async () => {
  const servers = await settingServers();
  const { gitlab } = servers;
  Object.assign(repositoryOf(servers), { issuesOption: 'DISABLE' });
  gitlab.addGroup({ path: 'team', visibility: 'public' });
  gitlab.addProject({ path: 'app', namespace: 'team', visibility: 'public' });
  const run = await migrated(servers, asAdministrator);
  expect(run.item('team/app').state).toBe('proven');
  expect(attributesOf(servers)['issues_access_level']).toBeUndefined();
  expect(run.told('team/app', 'options')).toEqual([
    "its issue tracker is set to enabled on GitLab and would be disabled by GitBucket; GitLab's setting is kept",
  ]);
});

test('a run that is killed at any write comes to the same end', async () => {
  for (let write = 1; ; write += 1) {
    const servers = await settingServers();
    Object.assign(repositoryOf(servers), chosen);
    const hit = await killed(servers, {
      ...asAdministrator,
      killAt: { write, of: /\/projects\/\d+$/, served: write % 2 === 0 },
    });
    const run = await migrated(servers, asAdministrator);
    expect(run.item('team/app').state, `after write ${write}`).toBe('proven');
    expect(attributesOf(servers)).toMatchObject(expected);
    if (!hit) break;
  }
});

test('without a login only what the page shows is set, and nothing when options are left out', async () => {
  const servers = await settingServers(['app', 'other']);
  Object.assign(repositoryOf(servers), chosen);
  Object.assign(repositoryOf(servers, 'other'), chosen);
  const left = await migrated(servers, { config: { migrate: { options: false } } });
  expect(stepOf(left, 'options')).toBeUndefined();
  const run = await migrated(servers);
  expect(stepOf(run, 'options')).toMatchObject({ counts: { set: 2 } });
  expect(attributesOf(servers)).toMatchObject({
    issues_access_level: 'disabled',
    wiki_access_level: 'disabled',
  });
  expect(attributesOf(servers)['merge_method']).toBeUndefined();
});

test('GitLab that does not take a setting fails the project and is asked again by the next run', async () => {
  const servers = await settingServers();
  Object.assign(repositoryOf(servers), { issuesOption: 'DISABLE' });
  const body = JSON.stringify({ issues_access_level: 'enabled' });
  servers.gitlab.server.faults.add({
    method: 'PUT',
    url: /\/projects\/\d+$/,
    action: { kind: 'status', status: 200, body, headers: { 'content-type': 'application/json' } },
  });
  const run = await migrated(servers, asAdministrator);
  expect(run.item('team/app')).toMatchObject({ state: 'failed', problem: { code: 'target-refused' } });
  expect((await migrated(servers, asAdministrator)).item('team/app').state).toBe('proven');
});

test('a source that cannot be read fails the one repository in plan and run', async () => {
  const servers = await settingServers(['app', 'other']);
  servers.gitbucket.server.faults.add({
    url: /\/team\/app$/,
    action: { kind: 'status', status: 500 },
    times: Infinity,
  });
  const run = await migrated(servers);
  expect(plannedIn(run, 'options')).toMatchObject({ state: 'failed' });
  expect(run.item('team/app').state).toBe('failed');
  expect(run.item('team/other').state).toBe('proven');
});

test('descriptions and default branch arrive; what is longer than GitLab takes is cut and told', async () => {
  const servers = await settingServers(['app', 'long']);
  const { gitbucket, gitlab } = servers;
  const source = gitbucket.gitDir('team', 'app');
  commitOn(source, 'develop', 'develop');
  git(source, 'symbolic-ref', 'HEAD', 'refs/heads/develop');
  Object.assign(repositoryOf(servers), { description: 'Tools — «für alle»', defaultBranch: 'develop' });
  repositoryOf(servers, 'long').description = `${'ä'.repeat(2500)}end`;
  const team = gitbucket.context.account('team');
  if (team) team.description = 'Servers & tools';
  const run = await migrated(servers, asAdministrator);
  expect([run.item('team/app').state, run.item('team/long').state]).toEqual(['proven', 'proven']);
  expect(gitlab.project('team/app').description).toBe('Tools — «für alle»');
  expect(git(gitlab.gitDir('team/app'), 'symbolic-ref', 'HEAD')).toBe('refs/heads/develop');
  expect(gitlab.project('team/long').description).toBe(`${'ä'.repeat(1999)}…`);
  expect(run.told('team/long', 'project')).toEqual([
    "its description is truncated to 2,000 characters, GitLab's limit",
  ]);
  const group = gitlab.context.state.groups.find(({ fullPath }) => fullPath === 'team');
  expect(group?.description).toBe('Servers & tools');
});
