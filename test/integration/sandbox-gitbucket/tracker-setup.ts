import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import {
  createGitBucket,
  type EmbeddedGitBucket,
  type GitBucketOptions,
} from '../../../sandbox/gitbucket.ts';

export type Answer = {
  status: number;
  type: string | null;
  headers: Headers;
  text: string;
  /** The body as JSON. */
  json: () => unknown;
};

export type Call = {
  as?: string;
  method?: string;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as a form. */
  form?: Record<string, string>;
  cookie?: string;
  headers?: Record<string, string>;
};

/** A server with a few people, two groups and the public repository `team-a/tracker`. */
export type TrackerServer = {
  readonly gitbucket: EmbeddedGitBucket;
  /** Below the API's root, e.g. `/repos/team-a/tracker/issues`. */
  api(path: string, call?: Call): Promise<Answer>;
  /** Below the server's root. */
  page(path: string, call?: Call): Promise<Answer>;
  /** Signs in and returns the cookie. */
  signIn(login: string): Promise<string>;
  /** Stops the server and starts another one on the same folder. */
  restart(): Promise<void>;
  close(): Promise<void>;
};

export const TRACKER = '/repos/team-a/tracker';

/** Starts the server in a folder of its own; `close` removes it. */
export async function startTrackerServer(
  options: Omit<GitBucketOptions, 'dir'> = {},
): Promise<TrackerServer> {
  const dir = await mkdtemp(join(tmpdir(), 'gb2gl-tracker-'));
  let gitbucket = await createGitBucket({ ...options, dir });
  for (const login of ['alice', 'bob', 'carol', 'dave']) {
    gitbucket.addUser({ login, email: `${login}@example.com` });
  }
  gitbucket.addGroup({
    login: 'team-a',
    description: 'Team A',
    members: [
      { login: 'alice', manager: true },
      { login: 'bob', manager: false },
    ],
  });
  gitbucket.addGroup({
    login: 'team-b',
    members: [
      { login: 'alice', manager: false },
      { login: 'bob', manager: true },
      { login: 'root', manager: true },
    ],
  });
  gitbucket.addRepository({
    owner: 'team-a',
    name: 'tracker',
    description: 'issues, PRs, releases',
    defaultBranch: 'main',
  });
  const tokens = new Map<string, string>();
  const ask = (url: string, call: Call) => request(url, call, (login) => tokenOf(gitbucket, tokens, login));
  return {
    get gitbucket() {
      return gitbucket;
    },
    api: (path, call = {}) => ask(`${gitbucket.url}/api/v3${path}`, call),
    page: (path, call = {}) => ask(`${gitbucket.url}${path}`, call),
    async signIn(login) {
      const answer = await ask(`${gitbucket.url}/signin`, { form: { userName: login, password: login } });
      return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    },
    async restart() {
      await gitbucket.close();
      gitbucket = await createGitBucket({ ...options, dir });
    },
    async close() {
      await gitbucket.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Commits one file on a branch, as a child of another branch or as a root; returns the commit's id. */
export function commit(gitDir: string, branch: string, text: string, from?: string): string {
  const start = from === undefined ? '' : `from refs/heads/${from}^0\n`;
  const stream = `commit refs/heads/${branch}
author Alice Ärger <alice@example.com> 1700011280 +0900
committer Bob Builder <bob@example.com> 1700011280 +0000
data ${Buffer.byteLength(text)}
${text}${start}M 100644 inline ${branch.replaceAll('/', '-')}.txt
data ${Buffer.byteLength(text)}
${text}
`;
  git(gitDir, ['fast-import', '--quiet', '--force'], stream);
  return git(gitDir, ['rev-parse', `refs/heads/${branch}`]);
}

/** Runs git in a bare repository and returns what it prints. */
export function git(gitDir: string, args: string[], input = ''): string {
  const done = spawnSync('git', ['--git-dir', gitDir, ...args], { input, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`git ${args.join(' ')}: ${done.stderr}`);
  return done.stdout.trim();
}

/** The part of an answer that must be equal to the real one, with the address of this server in it. */
export function userJson(url: string, login: string, type: 'User' | 'Organization' = 'User') {
  const email: Record<string, string> = { root: 'root@localhost' };
  return {
    login,
    email: email[login] ?? (type === 'User' ? `${login}@example.com` : `${login}@devnull`),
    type,
    site_admin: login === 'root',
    created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as unknown,
    id: 0,
    url: `${url}/api/v3/users/${login}`,
    html_url: `${url}/${login}`,
    avatar_url: `${url}/${login}/_avatar`,
  };
}

async function request(url: string, call: Call, token: (login: string) => string): Promise<Answer> {
  const headers = new Headers(call.headers);
  if (call.as) headers.set('authorization', `token ${token(call.as)}`);
  if (call.cookie) headers.set('cookie', call.cookie);
  if (call.body !== undefined && !headers.has('content-type')) {
    headers.set('content-type', 'application/json');
  }
  const body = call.form ? new URLSearchParams(call.form) : encoded(call.body);
  const response = await fetch(url, {
    method: call.method ?? (body === undefined ? 'GET' : 'POST'),
    headers,
    redirect: 'manual',
    ...(body !== undefined && { body }),
  });
  const text = await response.text();
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    headers: response.headers,
    text,
    json: () => JSON.parse(text) as unknown,
  };
}

function encoded(body: unknown): string | Uint8Array<ArrayBuffer> | undefined {
  if (body === undefined || typeof body === 'string') return body;
  return body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body);
}

function tokenOf(gitbucket: EmbeddedGitBucket, tokens: Map<string, string>, login: string): string {
  const known = tokens.get(login) ?? gitbucket.token(login);
  tokens.set(login, known);
  return known;
}
