import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createGitBucket,
  type EmbeddedGitBucket,
  type GitBucketOptions,
} from '../../../sandbox/gitbucket.ts';

export type Running = {
  gitbucket: EmbeddedGitBucket;
  dir: string;
  /** Stops the server and starts another one on the same directory. */
  restart(options?: Partial<GitBucketOptions>): Promise<EmbeddedGitBucket>;
  stop(): Promise<void>;
};

/** A server in a temporary folder, which `stop` removes. */
export async function start(options: Partial<GitBucketOptions> = {}): Promise<Running> {
  const dir = mkdtempSync(join(tmpdir(), 'gb2gl-gitbucket-'));
  const running: Running = {
    dir,
    gitbucket: await createGitBucket({ dir, ...options }),
    async restart(changed = {}) {
      await running.gitbucket.close();
      running.gitbucket = await createGitBucket({ dir, ...options, ...changed });
      return running.gitbucket;
    },
    async stop() {
      await running.gitbucket.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return running;
}

export type Answer = { status: number; headers: Headers; text: string; json: unknown };

/** One request without redirects and without compression. */
export async function ask(
  gitbucket: EmbeddedGitBucket,
  path: string,
  init: RequestInit & { token?: string; agent?: string } = {},
): Promise<Answer> {
  const headers = new Headers(init.headers);
  headers.set('accept-encoding', 'identity');
  headers.set('user-agent', init.agent ?? 'curl/8.5');
  if (init.token !== undefined) headers.set('authorization', `token ${init.token}`);
  const answer = await fetch(`${gitbucket.url}${path}`, { redirect: 'manual', ...init, headers });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, json: parsed(text) };
}

/** A POST of JSON. */
export function posting(body: unknown, method = 'POST'): RequestInit {
  return { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}

export function basic(login: string, secret: string): string {
  return `Basic ${Buffer.from(`${login}:${secret}`).toString('base64')}`;
}

/** The names in a list of repositories or branches. */
export function names(answer: Answer): string[] {
  return (answer.json as { name: string }[]).map((row) => row.name);
}

export function logins(answer: Answer): string[] {
  return (answer.json as { login: string }[]).map((row) => row.login);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
