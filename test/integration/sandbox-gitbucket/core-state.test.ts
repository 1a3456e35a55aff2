import { afterEach, beforeEach, expect, it } from 'vitest';
import type { EmbeddedGitBucket } from '../../../sandbox/gitbucket.ts';
import { lsRemote } from './core-git.ts';
import { ask, names, start, type Running } from './core-server.ts';

let running: Running;
let gitbucket: EmbeddedGitBucket;

beforeEach(async () => {
  running = await start();
  gitbucket = running.gitbucket;
  gitbucket.addUser({ login: 'alice', email: 'alice@example.com' });
});

afterEach(() => running.stop());

it('keeps accounts, repositories, git data and tokens over a restart', async () => {
  gitbucket.addGroup({ login: 'team-a', members: [{ login: 'alice', manager: true }] });
  gitbucket.addRepository({ owner: 'team-a', name: 'tool', private: true, description: 'kept' });
  const token = gitbucket.token('alice');
  const again = await running.restart();
  expect((await ask(again, '/api/v3/repos/team-a/tool', { token })).json).toMatchObject({
    description: 'kept',
    private: true,
  });
});

it('renames with only an exact look at the new name, so that Foo and foo lie side by side', async () => {
  gitbucket.addRepository({ owner: 'alice', name: 'foo' });
  gitbucket.addRepository({ owner: 'alice', name: 'bar' });
  gitbucket.rename('alice', 'bar', 'Foo');
  expect(names(await ask(gitbucket, '/api/v3/users/alice/repos')).sort()).toEqual(['Foo', 'foo']);
  expect((await ask(gitbucket, '/api/v3/repos/alice/bar')).status).toBe(404);
  expect((await lsRemote(`${gitbucket.url}/git/alice/Foo.wiki.git`)).size).toBe(2);
  expect(() => gitbucket.rename('alice', 'Foo', 'foo')).toThrow(/exists/);
});

it('removes a repository, and its fork forgets the parent', async () => {
  gitbucket.addUser({ login: 'bob', email: 'bob@example.com' });
  gitbucket.addRepository({ owner: 'alice', name: 'tool' });
  gitbucket.fork('alice', 'tool', 'bob');
  gitbucket.removeRepository('alice', 'tool');
  expect((await ask(gitbucket, '/api/v3/repos/alice/tool')).status).toBe(404);
  expect((await ask(gitbucket, '/api/v3/repos/bob/tool')).json).toMatchObject({ fork: false });
});

it('refuses exact duplicates, but not names that differ in letter case', () => {
  expect(() => gitbucket.addUser({ login: 'alice', email: 'a@example.com' })).toThrow(/exists/);
  expect(gitbucket.addUser({ login: 'Alice', email: 'b@example.com' }).login).toBe('Alice');
  expect(() => gitbucket.addRepository({ owner: 'nobody', name: 'x' })).toThrow(/no account/);
});
