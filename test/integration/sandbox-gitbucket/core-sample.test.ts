import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedGitBucket } from '../../../sandbox/gitbucket.ts';
import { seedMany } from '../../../sandbox/seed/many.ts';
import { seedSample, type SampleServer } from '../../../sandbox/seed/sample.ts';
import { git, lsRemote } from './core-git.ts';
import { ask, logins, names, start, type Running } from './core-server.ts';

describe('the sample server', () => {
  let running: Running;
  let gitbucket: EmbeddedGitBucket;
  let sample: SampleServer;

  beforeAll(async () => {
    running = await start();
    gitbucket = running.gitbucket;
    sample = await seedSample(gitbucket);
  });

  afterAll(() => running.stop());

  it('covers the situations of git and of owners', () => {
    const covered = new Set(sample.repositories.flatMap((row) => row.situations));
    const wanted = [
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 19, 21, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36,
      40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51,
    ];
    expect(wanted.filter((situation) => !covered.has(situation))).toEqual([]);
    expect(sample.repositories.length).toBeGreaterThan(25);
  });

  it('holds sound git repositories', async () => {
    for (const { owner, name } of sample.repositories) {
      if (`${owner}/${name}` === sample.broken) continue;
      const checked = await git(
        '--git-dir',
        gitbucket.gitDir(owner, name),
        'fsck',
        '--full',
        '--no-dangling',
      );
      const complaints = checked.stderr.split('\n').filter((line) => /^(error|warning|fatal)/.test(line));
      expect([owner, name, checked.code, complaints]).toEqual([owner, name, 0, []]);
    }
  });

  it('shows the administrator exactly what the list says', async () => {
    const token = sample.tokens.root;
    const owners = [
      ...logins(await ask(gitbucket, '/api/v3/users', { token })),
      ...logins(await ask(gitbucket, '/api/v3/organizations', { token })),
    ];
    const found: string[] = [];
    for (const owner of owners.filter((login) => login !== 'dave')) {
      const list = names(await ask(gitbucket, `/api/v3/users/${owner}/repos`, { token }));
      found.push(...list.map((name) => `${owner}/${name}`));
    }
    const expected = sample.repositories
      .filter((row) => row.owner !== 'dave' && row.owner !== sample.disabled)
      .map((row) => `${row.owner}/${row.name}`);
    expect(found.sort()).toEqual(expected.sort());
    expect((await ask(gitbucket, '/api/v3/users/dave/repos', { token })).status).toBe(500);
  });

  it('has the same ids every time', async () => {
    const refs = await lsRemote(`${gitbucket.url}/git/platform/tag-museum.git`);
    expect(refs.get('refs/tags/nested-twice')).toBe('5f8be749fffb703dfb4c59689c0e58adb143ecff');
    expect(refs.get('refs/tags/nested-twice^{}')).toBe(refs.get('refs/heads/main'));
  });

  it('has a tracker with pull requests in every state', async () => {
    const pulls = '/api/v3/repos/platform/payments/pulls?state=all';
    const shown = (await ask(gitbucket, pulls, { token: sample.tokens.root })).json as {
      number: number;
      state: string;
      merged: boolean;
      draft: boolean;
    }[];
    const states = shown.map(({ number, state, merged, draft }) =>
      [number, merged ? 'merged' : state, ...(draft ? ['draft'] : [])].join(' '),
    );
    expect(states.sort()).toEqual([
      '10 open',
      '3 merged',
      '5 merged',
      '6 merged',
      '7 closed',
      '8 open',
      '9 open draft',
    ]);
    const refs = await lsRemote(`${gitbucket.url}/git/platform/payments.git`);
    expect([...refs.keys()].filter((ref) => ref.startsWith('refs/pull/'))).toHaveLength(7);
    const fork = await lsRemote(`${gitbucket.url}/git/bob/payments.git`);
    expect(fork.get('refs/heads/docs')).toBe(refs.get('refs/pull/10/head'));
  });

  it('has a group without repositories, a fork without parent, and a wiki with pages', async () => {
    expect((await ask(gitbucket, '/api/v3/orgs/future-plans/repos')).text).toBe('[]');
    expect((await ask(gitbucket, '/api/v3/repos/bob/experiment')).json).toMatchObject({ fork: false });
    const wiki = await lsRemote(`${gitbucket.url}/git/platform/api-server.wiki.git`);
    expect([...wiki.keys()]).toEqual(['HEAD', 'refs/heads/master']);
  });
});

it('seeds many equal repositories that do not touch each other', async () => {
  const running = await start();
  try {
    const { token } = await seedMany(running.gitbucket, { repositories: 20, refs: 7, groups: 2 });
    const { url } = running.gitbucket;
    expect(names(await ask(running.gitbucket, '/api/v3/orgs/group-01/repos', { token }))).toHaveLength(10);
    const refs = await lsRemote(`${url}/git/group-01/repository-0001.git`);
    expect(refs.size).toBe(8);
    const clone = `${running.dir}/clone`;
    expect((await git('clone', '-q', `${url}/git/group-02/repository-0002.git`, clone)).code).toBe(0);
    const push = `${url.replace('://', '://root:root@')}/git/group-02/repository-0002.git`;
    expect((await git('-C', clone, 'push', '-q', push, 'HEAD:refs/heads/extra')).code).toBe(0);
    expect((await lsRemote(`${url}/git/group-01/repository-0001.git`)).size).toBe(8);
    expect((await lsRemote(`${url}/git/group-02/repository-0002.git`)).size).toBe(9);
  } finally {
    await running.stop();
  }
});
