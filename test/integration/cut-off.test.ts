import { expect, test } from 'vitest';
import { preparedWith } from '../helpers/prepared.ts';
import { smallServers } from '../helpers/small-server.ts';

/** Connections for the listings of these repositories are reset, whenever they come. */
async function planWithout(...names: string[]): Promise<{ projects: string[]; problems: string[] }> {
  const servers = await smallServers();
  for (const name of names) {
    servers.gitbucket.server.faults.add({
      method: 'GET',
      url: new RegExp(`/${name}\\.git/info/refs`),
      times: Infinity,
      action: { kind: 'reset' },
    });
  }
  const { plan } = (await preparedWith(servers, servers.gitlab.token('root'))).prepared;
  return {
    projects: plan.projects.map(({ id }) => id),
    problems: plan.problems.map(({ code, object }) => `${code} ${object}`),
  };
}

test('a repository whose connections alone are cut is a matter of its own', async () => {
  const { projects, problems } = await planWithout('one');
  expect(projects).toEqual(['team-a/two', 'team-b/three']);
  expect(problems).toEqual(['connection-cut team-a/one']);
});

test('when all are cut it is the server that is out of reach', async () => {
  await expect(planWithout('one', 'two', 'three')).rejects.toMatchObject({ code: 'connection-cut' });
});
