import { expect, test } from 'vitest';
import { seedMany } from '../../sandbox/seed/many.ts';
import { migrateAll } from '../helpers/small-server.ts';
import { testServers, writesOf } from '../helpers/servers.ts';

type Cost = { rest: number; git: number };

/** Requests to GitLab of the first run over so many repositories, and of one that finds nothing to do. */
async function costsOf(repositories: number): Promise<{ first: Cost; again: Cost }> {
  const servers = await testServers();
  await seedMany(servers.gitbucket, { repositories, refs: 3, groups: 1 });
  const { requests } = servers.gitlab.server;
  async function cost(): Promise<Cost> {
    requests.length = 0;
    const run = await migrateAll(servers);
    expect(run.code, run.stderr).toBe(0);
    const rest = requests.filter(({ url }) => url.startsWith('/api/')).length;
    return { rest, git: requests.length - rest };
  }
  const first = await cost();
  const again = await cost();
  expect(writesOf(requests)).toEqual([]);
  return { first, again };
}

/** What comes with each repository, and what a run costs without any. */
function split(few: Cost, many: Cost): { each: Cost; fixed: Cost } {
  const each = { rest: (many.rest - few.rest) / 10, git: (many.git - few.git) / 10 };
  return { each, fixed: { rest: few.rest - 2 * each.rest, git: few.git - 2 * each.git } };
}

test('GitLab is asked four times for a new repository and once for an unchanged one, and little besides', async () => {
  const few = await costsOf(2);
  const many = await costsOf(12);

  expect(split(few.first, many.first)).toEqual({
    // The project is made, and looked at when its objects have arrived; the push, and the proof.
    each: { rest: 2, git: 2 },
    // The token 3, the preflight 1, the one person's account, the owner as a group and as a user 2, the settings; the new
    // group, what its first project inherits, and the group's mails again.
    fixed: { rest: 11, git: 2 },
  });
  expect(split(few.again, many.again)).toEqual({
    each: { rest: 0, git: 1 },
    // Instead of the user and what the new group costs: projects and subgroups of the group that is there.
    fixed: { rest: 9, git: 2 },
  });
});
