import { afterEach, beforeEach, expect, it } from 'vitest';
import type { EmbeddedGitBucket } from '../../../sandbox/gitbucket.ts';
import { beginStory } from '../../../sandbox/seed/story.ts';
import { ask, names, posting, start, type Running } from './core-server.ts';

let running: Running;
let gitbucket: EmbeddedGitBucket;

const BRANCHES = [
  'a#b',
  'a%2Fb',
  'a%b',
  'a+b',
  'a;b',
  'Case',
  'case',
  'feature/x/y',
  "it's",
  'x/protection',
  '🚀',
];

beforeEach(async () => {
  running = await start();
  gitbucket = running.gitbucket;
  gitbucket.addUser({ login: 'alice', email: 'alice@example.com' });
  gitbucket.addRepository({ owner: 'alice', name: 'c++' });
  const story = beginStory(gitbucket.gitDir('alice', 'c++'), Date.UTC(2024, 0, 1));
  const tip = story.commit({ message: 'First', files: { a: 'a\n' } });
  for (const name of ['main', ...BRANCHES]) story.branch(name, tip);
  story.tag({ name: 'rel/2.0', target: tip, message: 'slash' });
  story.lightTag('on-tree', story.tree({ t: 't\n' }));
  story.lightTag('on-blob', story.blob('b\n'));
  story.lightTag('early', tip);
  story.end();
});

afterEach(() => running.stop());

const branch = (name: string) => ask(gitbucket, `/api/v3/repos/alice/c++/branches/${name}`);

it.each(BRANCHES.filter((name) => name !== 'x/protection'))(
  'finds the branch %s by its encoded name',
  async (name) => {
    expect((await branch(encodeURIComponent(name))).json).toMatchObject({ name });
  },
);

it('decodes the whole path before it looks for a route', async () => {
  expect((await branch('feature/x/y')).json).toMatchObject({ name: 'feature/x/y' });
  expect((await branch('feature%2Fx%2Fy')).json).toMatchObject({ name: 'feature/x/y' });
  expect((await branch('a+b')).json).toMatchObject({ name: 'a+b' });
  expect((await ask(gitbucket, '/api/v3/repos/alice/c%2B%2B')).status).toBe(200);
  expect((await branch('x/protection')).status).toBe(404);
  expect((await branch('feature/x/y/protection')).status).toBe(404);
});

it('cuts the path at a semicolon, ignores a slash at the end, refuses empty segments', async () => {
  expect((await branch('a;b')).status).toBe(404);
  expect((await branch('main;b')).json).toMatchObject({ name: 'main' });
  expect((await ask(gitbucket, '/api/v3/repos/alice/c++/')).status).toBe(200);
  const doubled = await ask(gitbucket, '/api/v3/repos//c++');
  expect([doubled.status, doubled.text]).toEqual([
    400,
    '<h1>Bad Message 400</h1><pre>reason: Ambiguous URI empty segment</pre>',
  ]);
});

it('is exact about letter case', async () => {
  expect((await ask(gitbucket, '/api/v3/repos/ALICE/c++')).status).toBe(404);
  const refs = '/git/ALICE/c++.git/info/refs?service=git-upload-pack';
  expect((await ask(gitbucket, refs, { agent: 'git/2' })).status).toBe(404);
});

it('leaves tags on trees and blobs out of the tag list, but not out of the refs', async () => {
  const base = '/api/v3/repos/alice/c++';
  expect(names(await ask(gitbucket, `${base}/tags`))).toEqual(['early', 'rel/2.0']);
  expect((await ask(gitbucket, `${base}/git/ref/tags/on-tree`)).status).toBe(404);
  expect((await ask(gitbucket, `${base}/git/ref/tags/rel/2.0`)).json).toMatchObject({
    ref: 'refs/tags/rel/2.0',
  });
  const refs = (await ask(gitbucket, `${base}/git/refs`)).json as { ref: string }[];
  expect(refs.map((row) => row.ref).filter((ref) => ref.startsWith('refs/tags/'))).toEqual([
    'refs/tags/early',
    'refs/tags/on-blob',
    'refs/tags/on-tree',
    'refs/tags/rel/2.0',
  ]);
  expect((await ask(gitbucket, `${base}/git/ref/heads/main`)).json).toMatchObject({ ref: 'refs/heads/main' });
  expect((await ask(gitbucket, `${base}/git/refs/heads`)).status).toBe(404);
});

it('shows an unprotected branch as such, and protects it on request', async () => {
  expect((await branch('main')).json).toMatchObject({ protection: { enabled: false } });
  const wanted = {
    protection: { enabled: true, required_status_checks: { contexts: ['ci/build'] }, enforce_admins: true },
  };
  const changed = await ask(gitbucket, '/api/v3/repos/alice/c++/branches/main', {
    ...posting(wanted, 'PATCH'),
    token: gitbucket.token('alice'),
  });
  expect(changed.json).toMatchObject({ protection: { enabled: true, enforce_admins: { enabled: true } } });
  const contexts = '/api/v3/repos/alice/c++/branches/main/protection/required_status_checks/contexts';
  expect((await ask(gitbucket, contexts)).text).toBe('[["ci/build"]]');
});

it('answers unknown API paths with JSON for every verb, and unknown pages with HTML', async () => {
  expect((await ask(gitbucket, '/api/v3/nothing/here', { method: 'DELETE' })).text).toBe(
    '{"message":"Not Found"}',
  );
  const page = await ask(gitbucket, '/alice/nothing');
  expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html;charset=utf-8']);
});

it('gives no Link header, no ETag and no rate limit', async () => {
  const { headers } = await ask(gitbucket, '/api/v3/users/alice/repos');
  expect(['link', 'etag', 'x-ratelimit-limit'].map((name) => headers.get(name))).toEqual([null, null, null]);
});
