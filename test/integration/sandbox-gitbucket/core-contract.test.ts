import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedGitBucket } from '../../../sandbox/gitbucket.ts';
import { beginStory } from '../../../sandbox/seed/story.ts';
import { ask, posting, start, type Running } from './core-server.ts';

type Observed = { title: string; status: number; headers: Record<string, string>; body: string };

/** Answers of a real GitBucket 4.47.0, verbatim. */
const observed = JSON.parse(readFileSync(new URL('core-observed.json', import.meta.url), 'utf8')) as Record<
  string,
  Observed
>;

const at = (time: string) => Date.parse(`2026-11-23T${time}Z`);

let running: Running;
let gitbucket: EmbeddedGitBucket;
let tokens: Record<'root' | 'alice' | 'dave', string>;

beforeAll(async () => {
  running = await start({ now: () => at('20:01:20') });
  gitbucket = running.gitbucket;
  fill(gitbucket);
  tokens = { root: gitbucket.token('root'), alice: gitbucket.token('alice'), dave: gitbucket.token('dave') };
});

afterAll(() => running.stop());

type Call = { path: string; token?: 'root' | 'alice' | 'dave' | 'bad'; agent?: string; init?: RequestInit };

const upload = 'info/refs?service=git-upload-pack';
const agent = 'git/2.39';
const v2 = { headers: { 'git-protocol': 'version=2' } };

const calls: Record<string, Call> = {
  'API root': { path: '/api/v3' },
  'rate limit': { path: '/api/v3/rate_limit' },
  plugins: { path: '/api/v3/gitbucket/plugins' },
  whoami: { path: '/api/v3/user', token: 'root' },
  'whoami, no credentials': { path: '/api/v3/user' },
  'bad token on a public route': { path: '/api/v3/users', token: 'bad' },
  'users, anonymous': { path: '/api/v3/users' },
  organizations: { path: '/api/v3/organizations' },
  'group as user': { path: '/api/v3/users/team-a' },
  group: { path: '/api/v3/orgs/team-a' },
  'groups of a user': { path: '/api/v3/users/alice/orgs' },
  'unknown owner': { path: '/api/v3/users/nobody/repos' },
  'disabled user': { path: '/api/v3/users/carol' },
  'repositories of a group, administrator': { path: '/api/v3/orgs/team-a/repos', token: 'root' },
  'one repository': { path: '/api/v3/repos/alice/normal', token: 'root' },
  'a fork': { path: '/api/v3/repos/bob/tracker' },
  'private repository, anonymous': { path: '/api/v3/repos/alice/secret' },
  'missing repository': { path: '/api/v3/repos/alice/nope' },
  'all repositories with a disabled owner': { path: '/api/v3/repositories' },
  'owner with one broken repository': { path: '/api/v3/users/dave/repos', token: 'root' },
  'broken repository': { path: '/api/v3/repos/dave/broken', token: 'root' },
  branches: { path: '/api/v3/repos/alice/normal/branches' },
  'protected branch with slashes': { path: '/api/v3/repos/alice/normal/branches/feature/x/y' },
  'fully protected branch': { path: '/api/v3/repos/team-a/tracker/branches/main' },
  tags: { path: '/api/v3/repos/alice/normal/tags' },
  'all refs': { path: '/api/v3/repos/alice/normal/git/refs' },
  'one ref': { path: '/api/v3/repos/alice/normal/git/ref/tags/v1.0.0' },
  'git, protocol v0': { path: `/git/alice/trunk-repo.git/${upload}`, agent },
  'git, protocol v2': { path: `/git/alice/trunk-repo.git/${upload}`, agent, init: v2 },
  'git, private repository, anonymous': { path: `/git/alice/secret.git/${upload}`, agent },
  'git, missing repository': { path: `/git/alice/nope.git/${upload}`, agent },
  'git, empty repository': { path: `/git/alice/empty.git/${upload}`, agent },
  'git, URL without .git of a full repository': { path: `/git/alice/normal/${upload}`, agent },
  'git, broken repository': { path: `/git/dave/broken.git/${upload}`, agent },
  'git, HEAD file of an empty repository': { path: '/git/alice/empty.git/HEAD', agent },
  'git with another user agent': { path: `/git/alice/normal.git/${upload}` },
  'creating an existing repository': {
    path: '/api/v3/orgs/alice/repos',
    token: 'root',
    init: posting({ name: 'normal' }),
  },
  'creating for a foreign group': {
    path: '/api/v3/orgs/team-a/repos',
    token: 'dave',
    init: posting({ name: 'zz' }),
  },
};

describe('answers of a real server, byte for byte', () => {
  it.each(Object.keys(observed))('%s', async (title) => {
    const real = observed[title] as Observed;
    const call = calls[title] as Call;
    const answer = await ask(gitbucket, call.path, {
      ...call.init,
      ...(call.token && { token: call.token === 'bad' ? 'bad' : tokens[call.token] }),
      ...(call.agent && { agent: call.agent }),
    });
    expect(answer.status).toBe(real.status);
    expect(withoutIds(cutLike(answer.text, real.body))).toBe(withoutIds(local(real.body)));
    for (const [name, value] of Object.entries(real.headers)) {
      if (name === 'content-length' && isCut(real)) continue;
      expect([name, answer.headers.get(name)]).toEqual([name, local(value)]);
    }
  });

  it('covers every answer of the list', () => {
    expect(Object.keys(calls).sort()).toEqual(Object.keys(observed).sort());
  });
});

/** Lists were recorded by their first entries only. */
function isCut(real: Observed): boolean {
  return real.title.includes('shown verbatim');
}

function cutLike(text: string, body: string): string {
  if (!body.startsWith('[')) return text;
  const wanted = (JSON.parse(body) as unknown[]).length;
  return JSON.stringify((JSON.parse(text) as unknown[]).slice(0, wanted));
}

function local(text: string): string {
  return text.replaceAll('http://127.0.0.1:18080', gitbucket.url).replaceAll('\\0', '\0');
}

function withoutIds(text: string): string {
  return text.replaceAll(/[0-9a-f]{40}(?![0-9a-f])/g, '<id>').trimEnd();
}

function fill(server: EmbeddedGitBucket): void {
  for (const [login, time] of [
    ['alice', '20:01:31'],
    ['bob', '20:01:32'],
    ['carol', '20:01:32'],
    ['dave', '20:01:33'],
  ] as const) {
    server.addUser({ login, email: `${login}@example.com`, createdAt: at(time) });
  }
  const group = (login: string, manager: string, description?: string) =>
    server.addGroup({
      login,
      createdAt: at('20:01:34'),
      members: [{ login: manager, manager: true }],
      ...(description !== undefined && { description }),
    });
  group('team-b', 'alice');
  group('team-a', 'alice', 'Team A — das Team');
  group('Data.Science', 'alice', 'odd but legal');
  group('api_group', 'bob', 'goes to description');
  fillRepositories(server);
  server.break('dave', 'broken');
  server.disable('carol');
}

function fillRepositories(server: EmbeddedGitBucket): void {
  let minute = 0;
  const add = (owner: string, name: string, more: object = {}) => {
    minute += 1;
    return server.addRepository({ owner, name, createdAt: at('20:02:00') + minute * 60_000, ...more });
  };
  add('alice', 'normal', { description: 'Normal repo – with <b>html</b> & ünïcode' });
  const normal = beginStory(server.gitDir('alice', 'normal'), at('19:00:00'));
  const tip = normal.commit({ message: 'First', files: { a: 'a\n' } });
  for (const name of ['main', '-dash', 'Case', 'a#b', 'a%2Fb', 'feature/x/y']) normal.branch(name, tip);
  normal.ref('refs/changes/01/1/1', tip);
  normal.lightTag('light-1', tip);
  normal.tag({ name: 'nested', target: tip, message: 'nested' });
  normal.tag({ name: 'v1.0.0', target: tip, message: 'one' });
  normal.end();
  const protections = server.context.repository('alice', 'normal')?.protections;
  protections?.push({ branch: 'feature/x/y', enforceAdmins: false });
  add('alice', 'secret', { private: true });
  add('alice', 'empty');
  add('alice', 'trunk-repo', { defaultBranch: 'trunk' });
  const trunk = beginStory(server.gitDir('alice', 'trunk-repo'), at('19:00:00'));
  const only = trunk.commit({ message: 'Only', files: { a: 'a\n' } });
  trunk.branch('main', only);
  trunk.branch('trunk', only);
  trunk.end();
  add('dave', 'ok');
  add('dave', 'broken');
  add('carol', 'hidden');
  add('team-a', 'tracker', { description: 'issues, PRs, releases' });
  const tracker = beginStory(server.gitDir('team-a', 'tracker'), at('19:00:00'));
  tracker.branch('main', tracker.commit({ message: 'Only', files: { a: 'a\n' } }));
  tracker.end();
  server.context.repository('team-a', 'tracker')?.protections.push({
    branch: 'main',
    enforceAdmins: true,
    contexts: ['ci/build'],
    restrictedTo: ['alice'],
  });
  server.context.state.counters['repository'] = 25;
  server.fork('team-a', 'tracker', 'bob');
  server.context.state.counters['repository'] = 27;
  add('team-a', 'carol-traces', { description: 'release, issue, PR by an account that is disabled' });
  add('team-a', 'options', { description: 'wiki disabled, issues disabled', issuesOption: 'DISABLE' });
}
