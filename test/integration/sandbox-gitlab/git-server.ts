import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContext, type Context } from '../../../sandbox/gitlab/context.ts';
import { serveProjectGit } from '../../../sandbox/gitlab/git/serve.ts';
import { createGroup } from '../../../sandbox/gitlab/groups.ts';
import { defaultSettings, type Settings } from '../../../sandbox/gitlab/settings.ts';
import type { Project, Scope, User } from '../../../sandbox/gitlab/state.ts';
import { createUser, type NewUser } from '../../../sandbox/gitlab/users.ts';
import { startSandboxServer, type SandboxServer } from '../../../sandbox/server.ts';

/** The git side of the embedded GitLab alone, on a loopback port, with one group `team` that `owner` owns. */
export type GitServer = {
  url: string;
  server: SandboxServer;
  context: Context;
  settings: Settings;
  owner: User;
  /** The owner's token, which may do everything. */
  token: string;
  addUser(input: Partial<NewUser> & { username: string }): User;
  addToken(user: User, scopes?: Scope[]): string;
  /** Makes the user a direct member of `team`. */
  addMember(user: User, accessLevel: number): void;
  addProject(path: string, input?: { visibility?: Project['visibility']; defaultBranch?: string }): Project;
  /** URL of a repository with credentials. */
  remote(path: string, token?: string): string;
  close(): Promise<void>;
};

export async function startGitServer(): Promise<GitServer> {
  const dir = await mkdtemp(join(tmpdir(), 'sandbox-gitlab-git-'));
  const settings = defaultSettings('18.9.0-ee');
  const context = createContext({ dir, settings, relativeUrl: '' });
  const server = await startSandboxServer(async (request, response) => {
    if (await serveProjectGit(request, response, context)) return;
    response.writeHead(404, { 'content-type': 'text/plain' });
    response.end('not git');
  });
  context.externalUrl = server.url;

  function addUser(input: Partial<NewUser> & { username: string }): User {
    return createUser(context, { email: `${input.username}@example.com`, ...input });
  }

  function addToken(user: User, scopes: Scope[] = ['api']): string {
    const id = context.state.nextId.token++;
    const value = `sandbox-token-of-${user.username}-${id}`;
    const createdAt = new Date().toISOString();
    context.state.tokens.push({
      id,
      userId: user.id,
      name: 'test',
      value,
      scopes,
      revoked: false,
      expiresAt: null,
      createdAt,
      lastUsedAt: null,
    });
    return value;
  }

  const owner = addUser({ username: 'owner' });
  const token = addToken(owner);
  const team = createGroup(context, owner.id, {
    path: 'team',
    name: 'team',
    parent: null,
    description: '',
    visibility: 'public',
    attributes: {},
  });

  return {
    url: server.url,
    server,
    context,
    settings,
    owner,
    token,
    addUser,
    addToken,
    addMember(user, accessLevel) {
      const createdAt = new Date().toISOString();
      team.members.push({ userId: user.id, accessLevel, createdAt, expiresAt: null, createdBy: null });
    },
    addProject(path, input = {}) {
      const actor = { user: owner, token: context.state.tokens[0]!, admin: false };
      const creation = context.createProject(actor, { namespaceId: team.id, path, ...input });
      if (creation.kind === 'refused') throw new Error(JSON.stringify(creation.errors));
      return creation.project;
    },
    remote: (path, value = token) => `${server.url.replace('//', `//oauth2:${value}@`)}/${path}`,
    async close() {
      await server.close();
      await context.jobs.stop();
      // A save that was put off would write into the folder that is about to go.
      context.save();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

export type GitRun = { code: number; stdout: string; stderr: string };

/** Runs the real git client; fixed names and dates, no configuration of the machine. */
export function git(cwd: string, args: string[], input?: string): Promise<GitRun> {
  const who = { NAME: 'Ada', EMAIL: 'ada@example.com', DATE: '1700000000 +0000' };
  const env: NodeJS.ProcessEnv = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  for (const [key, value] of Object.entries(who)) {
    env[`GIT_AUTHOR_${key}`] = value;
    env[`GIT_COMMITTER_${key}`] = value;
  }
  env['GIT_TERMINAL_PROMPT'] = '0';
  env['LC_ALL'] = 'C';
  return new Promise((resolve) => {
    const child = execFile('git', args, { cwd, env, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr });
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(input ?? '');
  });
}

/** As `git`, but the run must succeed; answers the trimmed output. */
export async function gitOk(cwd: string, args: string[], input?: string): Promise<string> {
  const run = await git(cwd, args, input);
  if (run.code !== 0) throw new Error(`git ${args.join(' ')}: ${run.stderr}`);
  return run.stdout.trim();
}

/** A local repository with the given number of commits on `main`. */
export async function makeRepository(dir: string, commits = 2): Promise<string> {
  await gitOk(dir, ['init', '-q', '-b', 'main', 'work']);
  const work = join(dir, 'work');
  for (let index = 1; index <= commits; index += 1) {
    await gitOk(work, ['commit', '-q', '--allow-empty', '-m', `change ${index}`]);
  }
  return work;
}
