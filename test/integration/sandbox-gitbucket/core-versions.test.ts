import { afterEach, expect, it } from 'vitest';
import type { GitBucketVersion } from '../../../sandbox/gitbucket.ts';
import { beginStory } from '../../../sandbox/seed/story.ts';
import { git } from './core-git.ts';
import { ask, start, type Running } from './core-server.ts';

let running: Running | undefined;

afterEach(async () => {
  await running?.stop();
  running = undefined;
});

async function serverOf(version: GitBucketVersion): Promise<Running> {
  running = await start({ version });
  running.gitbucket.addUser({ login: 'alice', email: 'alice@example.com' });
  running.gitbucket.addRepository({ owner: 'alice', name: 'tool', defaultBranch: 'main' });
  const story = beginStory(running.gitbucket.gitDir('alice', 'tool'), Date.UTC(2024, 0, 1));
  story.branch('main', story.commit({ message: 'First', files: { a: 'a\n' } }));
  story.end();
  return running;
}

const PROBES: readonly [path: string, since: number][] = [
  ['/api/v3/gitbucket/plugins', 23],
  ['/api/v3/organizations', 30],
  ['/api/v3/users', 30],
  ['/api/v3/repos/alice/tool/git/ref/heads/main', 34],
  ['/api/v3/repos/alice/tool/tags', 35],
  ['/api/v3/repositories', 35],
  ['/api/v3/repos/alice/tool/git/refs', 37],
  ['/api/v3/repos/alice/tool/forks', 47],
];

it.each(['4.23', '4.30', '4.35', '4.36', '4.38', '4.47', '4.48'] as const)(
  '%s has the routes of its time and no others',
  async (version) => {
    const { gitbucket } = await serverOf(version);
    const minor = Number(version.slice(2));
    for (const [path, since] of PROBES) {
      expect([path, (await ask(gitbucket, path)).status]).toEqual([path, minor >= since ? 200 : 404]);
    }
  },
);

it.each([
  ['4.35', 'master', false],
  ['4.36', 'master', true],
  ['4.47', 'main', true],
] as const)('%s has wikis on %s and protocol 2: %s', async (version, branch, speaksV2) => {
  const { gitbucket } = await serverOf(version);
  const wiki = `${gitbucket.url}/git/alice/tool.wiki.git`;
  expect((await git('ls-remote', wiki, `refs/heads/${branch}`)).stdout).toContain(`refs/heads/${branch}`);
  const refs = await ask(gitbucket, '/git/alice/tool.git/info/refs?service=git-upload-pack', {
    agent: 'git/2',
    headers: { 'git-protocol': 'version=2' },
  });
  expect(refs.text.startsWith('000dversion 2')).toBe(speaksV2);
});

it('shows real ids of repositories since 4.47 and of users only at the head', async () => {
  const old = await serverOf('4.38');
  expect((await ask(old.gitbucket, '/api/v3/repos/alice/tool')).json).toMatchObject({ id: 0 });
  expect((await ask(old.gitbucket, '/api/v3/repos/alice/tool')).json).not.toHaveProperty('fork');
  const current = await old.restart({ version: '4.47' });
  expect((await ask(current, '/api/v3/repos/alice/tool')).json).toMatchObject({ id: 1, owner: { id: 0 } });
  const head = await old.restart({ version: '4.48' });
  expect((await ask(head, '/api/v3/users/alice')).json).toMatchObject({ id: 2 });
});

it('hides user/repos and user/orgs at the head', async () => {
  const { gitbucket } = await serverOf('4.48');
  const token = gitbucket.token('alice');
  expect((await ask(gitbucket, '/api/v3/user/repos', { token })).text).toBe('{"message":"Not Found"}');
  expect((await ask(gitbucket, '/api/v3/user/orgs', { token })).status).toBe(404);
  expect((await ask(gitbucket, '/api/v3/user/1')).json).toMatchObject({ login: 'root' });
  expect((await ask(gitbucket, '/api/v3/users/alice/repos', { token })).status).toBe(200);
});

it('knows Bearer since 4.43 only', async () => {
  const { gitbucket } = await serverOf('4.38');
  const headers = { authorization: `Bearer ${gitbucket.token('alice')}` };
  expect((await ask(gitbucket, '/api/v3/user', { headers })).status).toBe(401);
  const current = await (running as Running).restart({ version: '4.47' });
  expect((await ask(current, '/api/v3/user', { headers })).status).toBe(200);
});

it('fails on branches without the default branch up to 4.40', async () => {
  const old = await serverOf('4.38');
  const repository = old.gitbucket.context.repository('alice', 'tool');
  if (repository) repository.defaultBranch = 'gone';
  old.gitbucket.context.changed();
  expect((await ask(old.gitbucket, '/api/v3/repos/alice/tool/branches')).status).toBe(500);
  const current = await old.restart({ version: '4.47' });
  expect((await ask(current, '/api/v3/repos/alice/tool/branches')).status).toBe(200);
});

it('answers unknown API paths with HTML for other verbs than GET before 4.30', async () => {
  const { gitbucket } = await serverOf('4.23');
  const get = await ask(gitbucket, '/api/v3/nothing');
  const put = await ask(gitbucket, '/api/v3/nothing', { method: 'PUT' });
  expect([get.status, get.headers.get('content-type')]).toEqual([404, 'application/json']);
  expect([put.status, put.headers.get('content-type')]).toEqual([404, 'text/html;charset=utf-8']);
});
