import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createGitLab,
  type EmbeddedGitLab,
  type NewUser,
  type Project,
  type Scope,
  type User,
} from '../../../sandbox/gitlab.ts';

/** An embedded GitLab with one group `team` that `owner` owns; what the tests of its git side need of it. */
export type GitServer = Pick<
  EmbeddedGitLab,
  'url' | 'server' | 'context' | 'settings' | 'addIssue' | 'close'
> & {
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
};

export async function startGitServer(): Promise<GitServer> {
  const dir = await mkdtemp(join(tmpdir(), 'sandbox-gitlab-git-'));
  const gitlab = await createGitLab({ dir });
  const { url, server, context, settings } = gitlab;

  function addUser(input: Partial<NewUser> & { username: string }): User {
    return gitlab.addUser({ email: `${input.username}@example.com`, ...input });
  }

  function addToken(user: User, scopes: Scope[] = ['api']): string {
    return gitlab.token(user.username, { scopes });
  }

  const owner = addUser({ username: 'owner' });
  const token = addToken(owner);
  gitlab.addGroup({ path: 'team', owner: owner.username, visibility: 'public' });

  return {
    url,
    server,
    context,
    settings,
    addIssue: (project, input) => gitlab.addIssue(project, input),
    owner,
    token,
    addUser,
    addToken,
    addMember: (user, accessLevel) => gitlab.addMember('team', user.username, accessLevel),
    addProject: (path, input = {}) => gitlab.addProject({ namespace: 'team', path, ...input }),
    remote: (path, value = token) => `${url.replace('//', `//oauth2:${value}@`)}/${path}`,
    async close() {
      await gitlab.close();
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
