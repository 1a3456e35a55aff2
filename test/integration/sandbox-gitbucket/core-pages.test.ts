import { afterEach, expect, it } from 'vitest';
import type { EmbeddedGitBucket, GitBucketOptions } from '../../../sandbox/gitbucket.ts';
import { git, lsRemote } from './core-git.ts';
import { ask, start, type Running } from './core-server.ts';

const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';

let running: Running;
let gitbucket: EmbeddedGitBucket;

async function begin(options: Partial<GitBucketOptions> = {}): Promise<void> {
  running = await start(options);
  gitbucket = running.gitbucket;
  gitbucket.addUser({ login: 'alice', email: 'alice@example.com' });
  gitbucket.addRepository({ owner: 'alice', name: 'c++', description: '<script>' });
  gitbucket.addRepository({ owner: 'alice', name: 'secret', private: true });
  gitbucket.addRepository({ owner: 'alice', name: 'broken' });
  gitbucket.break('alice', 'broken');
}

afterEach(() => running.stop());

async function signedIn(login: string): Promise<string> {
  const answer = await ask(gitbucket, '/signin', {
    method: 'POST',
    body: new URLSearchParams({ userName: login, password: login }),
  });
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

/** What the lists link to, in the blocks that hold one repository each. */
function linked(text: string): string[] {
  return [...text.matchAll(/<div class="block-header">\s*<a href="([^"]*)">([^<]*)<\/a>/g)].map(
    ([, href, name]) => `${href} ${name}`,
  );
}

it('lists repositories on the search page without opening them', async () => {
  await begin();
  const page = await ask(gitbucket, '/search?query=');
  expect(page.status).toBe(200);
  expect(linked(page.text).sort()).toEqual([
    `${gitbucket.url}/alice/broken alice/broken`,
    `${gitbucket.url}/alice/c%2B%2B alice/c++`,
  ]);
  expect(page.text).not.toContain('<script>');
  expect(linked((await ask(gitbucket, '/search?query=BRO')).text)).toHaveLength(1);
});

it('shows private repositories on the search page to a session, but not to a token', async () => {
  await begin();
  const cookie = await signedIn('root');
  const bySession = await ask(gitbucket, '/search?query=', { headers: { cookie } });
  const byToken = await ask(gitbucket, '/search?query=', { token: gitbucket.token('root') });
  expect(linked(bySession.text)).toHaveLength(3);
  expect(linked(byToken.text)).toHaveLength(2);
});

it('opens the dashboard to sessions only', async () => {
  await begin();
  const cookie = await signedIn('alice');
  expect(linked((await ask(gitbucket, '/dashboard/repos', { headers: { cookie } })).text)).toHaveLength(3);
  const stranger = await ask(gitbucket, '/dashboard/repos');
  expect([stranger.status, stranger.text]).toEqual([401, '']);
});

it('sends browsers to the sign-in page and everybody else a bare 401', async () => {
  await begin();
  const browser = await ask(gitbucket, '/alice/secret', { agent: BROWSER });
  expect(browser.status).toBe(302);
  expect(browser.headers.get('location')).toMatch(/\/signin;jsessionid=\S+\?redirect=%2Falice%2Fsecret$/);
  const withCookie = await ask(gitbucket, '/alice/secret', {
    agent: BROWSER,
    headers: { cookie: 'JSESSIONID=x' },
  });
  expect(withCookie.headers.get('location')).toBe(`${gitbucket.url}/signin?redirect=%2Falice%2Fsecret`);
  const tool = await ask(gitbucket, '/alice/secret', { token: gitbucket.token('alice') });
  expect([tool.status, tool.text]).toEqual([401, '']);
});

it('tells administrators the version and all accounts', async () => {
  await begin();
  gitbucket.addUser({ login: 'carol', email: 'carol@example.com' });
  gitbucket.disable('carol');
  const headers = { cookie: await signedIn('root') };
  const system = await ask(gitbucket, '/admin/system', { headers });
  expect(system.text).toMatch(/<td>GITBUCKET_VERSION<\/td>\s*<td>4\.47\.0<\/td>/);
  const all = await ask(gitbucket, '/admin/users?includeRemoved=true&includeGroups=true', { headers });
  expect(all.text).toContain('carol@example.com');
  expect((await ask(gitbucket, '/admin/users', { headers })).text).not.toContain('carol@example.com');
  const token = gitbucket.token('root');
  expect((await ask(gitbucket, '/admin/system', { token })).status).toBe(401);
});

it('shows a repository with its parent, and 500 for a damaged one', async () => {
  await begin();
  gitbucket.addUser({ login: 'bob', email: 'bob@example.com' });
  gitbucket.fork('alice', 'c++', 'bob');
  expect((await ask(gitbucket, '/bob/c++')).text).toContain(
    `forked from <a href="${gitbucket.url}/alice/c++">alice/c++</a>`,
  );
  expect((await ask(gitbucket, '/alice/broken')).status).toBe(500);
  expect((await ask(gitbucket, '/')).status).toBe(200);
});

it('closes everything but the API root page and the sign-in page when anonymous access is off', async () => {
  await begin({ anonymousAccess: false });
  const api = await ask(gitbucket, '/api/v3/users');
  expect([api.status, api.text]).toEqual([401, '{"message":"Requires authentication"}']);
  const root = await ask(gitbucket, '/api/v3');
  expect([root.status, root.text, root.headers.get('content-type')]).toEqual([
    401,
    '',
    'text/html;charset=utf-8',
  ]);
  expect((await ask(gitbucket, '/')).status).toBe(401);
  expect((await ask(gitbucket, '/signin')).status).toBe(200);
  expect((await ask(gitbucket, '/api/v3/users', { token: gitbucket.token('alice') })).status).toBe(200);
});

it('lives below a context path, where GitHub-like clone URLs go astray', async () => {
  await begin({ contextPath: '/gitbucket' });
  expect(gitbucket.url).toMatch(/:\d+\/gitbucket$/);
  const repository = (await ask(gitbucket, '/api/v3/repos/alice/c++')).json as { clone_url: string };
  expect(repository.clone_url).toBe(`${gitbucket.url}/git/alice/c++.git`);
  expect((await lsRemote(repository.clone_url)).size).toBe(0);
  expect((await git('ls-remote', `${gitbucket.url}/alice/c++.git`)).code).not.toBe(0);
  const answer = await ask(gitbucket, '/api/v3/users');
  expect(answer.headers.get('set-cookie')).toContain('Path=/gitbucket;');
  expect((await fetch(`${gitbucket.server.url}/api/v3/users`)).status).toBe(404);
  const denied = await ask(gitbucket, '/git/alice/nope.git/info/refs', { agent: 'git/2' });
  expect(denied.text).toContain('<td>/gitbucket/git/alice/nope.git/info/refs</td>');
});

it('puts the configured base URL into everything it writes', async () => {
  await begin({ baseUrl: 'https://gitbucket.example.com' });
  expect((await ask(gitbucket, '/api/v3/repos/alice/c++')).json).toMatchObject({
    clone_url: 'https://gitbucket.example.com/git/alice/c++.git',
  });
  expect((await ask(gitbucket, '/api/v3/users')).headers.get('set-cookie')).toContain('; Secure');
});

it('stalls and fails authenticated calls when there are too many at once', async () => {
  await begin({ stallAbove: 3, stallMs: 60 });
  const token = gitbucket.token('alice');
  const many = async (init: { token?: string }) =>
    (await Promise.all(Array.from({ length: 8 }, () => ask(gitbucket, '/api/v3/users', init)))).map(
      (answer) => answer.status,
    );
  expect(await many({})).toEqual(Array.from({ length: 8 }, () => 200));
  const statuses = await many({ token });
  expect(statuses).toContain(500);
  expect(statuses).toContain(200);
});
