import { expect, test } from 'vitest';
import { commitOn } from '../helpers/commits.ts';
import type { TestServers } from '../helpers/servers.ts';
import { refsIn } from '../helpers/servers.ts';
import { gb2gl, itemOf, migrateAll, resultOf, smallServers } from '../helpers/small-server.ts';

/** As somebody would do it in the web interface. */
async function api({ gitlab, env }: TestServers, method: string, path: string): Promise<void> {
  const answer = await fetch(`${gitlab.url}/api/v4${path}`, {
    method,
    headers: { 'private-token': env['GITLAB_TOKEN'] ?? '' },
  });
  expect(answer.status, await answer.text()).toBeLessThan(300);
}

/** Runs `then` when git asks the source for objects of `team-a/one`: the project is there, nothing is pushed yet. */
function whenObjectsAreAsked({ gitbucket }: TestServers, then: () => Promise<void>): void {
  const url = /\/team-a\/one\.git\/git-upload-pack$/;
  gitbucket.server.faults.add({ method: 'POST', url, action: { kind: 'notice', call: then } });
}

async function deleteAtOnce(servers: TestServers, fullPath: string): Promise<void> {
  await api(servers, 'DELETE', `/projects/${encodeURIComponent(fullPath)}`);
  await servers.gitlab.settle();
}

test.each(['relay', 'mirror'])(
  'a project that vanishes between two steps does not come back by our question, through the %s',
  async (transport) => {
    const servers = await smallServers({ gitlab: { settings: { deletion: 'immediate' } } });
    whenObjectsAreAsked(servers, () => deleteAtOnce(servers, 'team-a/one'));

    const run = await gb2gl(servers, ['migrate', '--all', '--yes', '--json', '--transport', transport]);

    expect(run.code, run.stderr).toBe(1);
    const item = itemOf(resultOf(run), 'team-a/one');
    expect([item.state, item.problem?.code, item.problem?.message]).toEqual([
      'failed',
      'project-gone',
      'the project team-a/one is no longer where it was when the plan was made: it was deleted',
    ]);
    const paths = servers.gitlab.context.state.projects.map(({ fullPath }) => fullPath);
    expect(paths.toSorted()).toEqual(['team-a/two', 'team-b/three']);
    // The next plan starts from what is there.
    expect((await migrateAll(servers)).code).toBe(0);
    expect(servers.gitlab.context.state.projects).toHaveLength(3);
  },
);

test('a push whose project vanished at the last moment is no success, though GitLab takes it', async () => {
  const servers = await smallServers({ gitlab: { settings: { deletion: 'immediate' } } });
  servers.gitlab.server.faults.add({
    method: 'POST',
    url: /\/team-a\/one\.git\/git-receive-pack$/,
    action: { kind: 'notice', call: () => deleteAtOnce(servers, 'team-a/one') },
  });
  const first = await migrateAll(servers);
  expect(first.code, first.stderr).toBe(1);
  expect(itemOf(resultOf(first), 'team-a/one').problem).toMatchObject({
    code: 'project-gone',
    message: expect.stringContaining(
      'GitLab says of the push: The private project team-a/one was successfully created',
    ) as string,
  });
});

test.each(['relay', 'mirror'])(
  'nothing is written to a project that was marked for deletion since the plan, through the %s',
  async (transport) => {
    const servers = await smallServers();
    const { gitlab, gitbucket } = servers;
    await migrateAll(servers);
    const { id } = gitlab.project('team-a/one');
    const before = refsIn(gitlab.gitDir('team-a/one'));
    commitOn(gitbucket.gitDir('team-a', 'one'), 'main', 'second');
    gitlab.pushes.length = 0;
    whenObjectsAreAsked(servers, () => api(servers, 'DELETE', `/projects/${id}`));

    const run = await gb2gl(servers, ['migrate', '--all', '--yes', '--json', '--transport', transport]);

    const marked = `team-a/one-deletion_scheduled-${id}`;
    expect(run.code, run.stderr).toBe(1);
    expect(itemOf(resultOf(run), 'team-a/one').problem).toMatchObject({
      code: 'project-gone',
      message: expect.stringContaining(`it is marked for deletion, and is now ${marked}`) as string,
    });
    expect(gitlab.pushes).toEqual([]);
    expect(refsIn(gitlab.gitDir(marked))).toEqual(before);
  },
);

test('a project that was marked before the plan is left alone, a new one is made, and the plan says so', async () => {
  const servers = await smallServers();
  const { gitlab } = servers;
  await migrateAll(servers);
  const { id } = gitlab.project('team-a/one');
  await api(servers, 'DELETE', `/projects/${id}`);
  gitlab.pushes.length = 0;

  const result = resultOf(await migrateAll(servers));

  const item = itemOf(result, 'team-a/one');
  const marked = `team-a/one-deletion_scheduled-${id}`;
  expect(item.state).toBe('proven');
  expect(item.target.id).not.toBe(id);
  expect(item.reasons).toEqual([
    `the project of an earlier run is marked for deletion on GitLab, and is now ${marked}: a new one is created`,
  ]);
  expect(gitlab.pushes.map(({ fullPath }) => fullPath)).toEqual(['team-a/one']);
});

test('no default branch is set on a project that was marked for deletion meanwhile', async () => {
  const servers = await smallServers();
  const { gitlab, gitbucket } = servers;
  await migrateAll(servers);
  await gitlab.settle();
  const { id } = gitlab.project('team-a/one');
  const record = gitbucket.context.repository('team-a', 'one');
  if (record) record.defaultBranch = 'topic';
  // The second of the settings' two listings: the plan is made, the step is about to begin.
  const mark = (): Promise<void> => api(servers, 'DELETE', `/projects/${id}`);
  const url = new RegExp(`/api/v4/projects/${id}$`);
  gitlab.server.faults.add({ method: 'GET', url, action: { kind: 'notice', call: mark } });
  gitlab.server.requests.length = 0;

  const run = await migrateAll(servers);

  expect(itemOf(resultOf(run), 'team-a/one').problem?.code).toBe('project-gone');
  const writes = gitlab.server.requests.filter((request) => request.method === 'PUT');
  expect(writes).toEqual([]);
});
