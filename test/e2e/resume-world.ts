import { readFileSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createGitBucket, type EmbeddedGitBucket } from '../../sandbox/gitbucket.ts';
import { createGitLab, type EmbeddedGitLab } from '../../sandbox/gitlab.ts';
import type { LoggedRequest } from '../../sandbox/server.ts';
import { commitOn, git, pointAt } from '../helpers/commits.ts';
import { descendants, ended, killAll } from '../helpers/processes.ts';
import { startCli } from '../helpers/run-cli.ts';
import { refsIn } from '../helpers/refs.ts';
import { writesOf } from '../helpers/servers.ts';
import { commitPages } from '../helpers/wikis.ts';

/** Two servers and a work place on disk, stopped: each kill point goes on from its own copy. */
export type Snapshot = { folder: string; sourceToken: string; urls: { gitbucket: string; gitlab: string } };

export type World = {
  folder: string;
  gitbucket: EmbeddedGitBucket;
  gitlab: EmbeddedGitLab;
  cwd: string;
  env: Record<string, string>;
  close(): Promise<void>;
};

/** `unserved`: the request has no effect. `served`: the server does it, the client never hears. `alone`: git goes on without us. */
type KillMode = 'unserved' | 'served' | 'alone';

export const migrateAll = ['migrate', '--all', '--create-users', '--yes'];

/** Four repositories of a group and a user, who has no account on GitLab. */
export function seedSmall(gitbucket: EmbeddedGitBucket): void {
  gitbucket.addUser({ login: 'carol', email: 'carol@source.example.com' });
  gitbucket.addGroup({ login: 'team-a', members: [{ login: 'root', manager: true }] });
  const add = (owner: string, name: string, hidden: boolean): string => {
    gitbucket.addRepository({ owner, name, private: hidden });
    return gitbucket.gitDir(owner, name);
  };
  const refs = add('team-a', 'refs', true);
  const first = commitOn(refs, 'main', 'first');
  pointAt(
    refs,
    first,
    Array.from({ length: 29 }, (_, index) => `refs/heads/b${index + 1}`),
  );
  git(refs, 'tag', 'light', 'main');
  git(refs, 'tag', '-a', '-m', 'one', 'v1', 'main');
  add('team-a', 'empty', true);
  const rewritten = add('team-a', 'rewritten', false);
  commitOn(rewritten, 'main', 'first');
  commitOn(rewritten, 'main', 'second');
  commitOn(rewritten, 'gone', 'a branch that is deleted later');
  // One wiki with a history, and one that is switched off; the others are as GitBucket makes them.
  commitPages(gitbucket.wikiDir('team-a', 'refs'), 'main', { 'Home.md': 'Refs', 'Guide.md': 'Steps' });
  commitPages(gitbucket.wikiDir('team-a', 'rewritten'), 'main', { 'Home.md': 'Off' });
  const hidden = gitbucket.context.repository('team-a', 'rewritten');
  if (hidden) hidden.wikiOption = 'DISABLE';
  const tools = add('carol', 'tools', true);
  commitOn(tools, 'trunk', 'first');
  git(tools, 'symbolic-ref', 'HEAD', 'refs/heads/trunk');
}

/** What people did on the source between the first run and the second. */
export function changeSource(gitbucket: EmbeddedGitBucket): void {
  commitOn(gitbucket.gitDir('team-a', 'refs'), 'main', 'second');
  for (const name of ['refs', 'rewritten'])
    commitPages(gitbucket.wikiDir('team-a', name), 'main', { 'Home.md': `More of ${name}` });
  const rewritten = gitbucket.gitDir('team-a', 'rewritten');
  commitOn(rewritten, 'main', 'rewritten', { orphan: true });
  git(rewritten, 'update-ref', '-d', 'refs/heads/gone');
  gitbucket.addGroup({ login: 'team-b', members: [{ login: 'root', manager: true }] });
  gitbucket.addRepository({ owner: 'team-b', name: 'fresh' });
  commitOn(gitbucket.gitDir('team-b', 'fresh'), 'main', 'first of fresh');
}

/** Starts both servers in a folder, which may hold a copy of a snapshot. */
export async function openWorld(folder: string, snapshot?: Snapshot): Promise<World> {
  if (snapshot) await cp(snapshot.folder, folder, { recursive: true });
  const cwd = join(folder, 'work');
  await mkdir(cwd, { recursive: true });
  const gitbucket = await createGitBucket({ dir: join(folder, 'gitbucket') });
  const gitlab = await createGitLab({ dir: join(folder, 'gitlab') });
  if (snapshot) await moveJournal(cwd, snapshot, { gitbucket: gitbucket.url, gitlab: gitlab.url });
  const env = {
    GITBUCKET_URL: gitbucket.url,
    GITBUCKET_TOKEN: snapshot?.sourceToken ?? gitbucket.token('root'),
    GITLAB_URL: gitlab.url,
    GITLAB_TOKEN: gitlab.token('root'),
  };
  return {
    folder,
    gitbucket,
    gitlab,
    cwd,
    env,
    async close() {
      await Promise.all([gitbucket.close(), gitlab.close()]);
    },
  };
}

/** Stops the servers and keeps what they and the work place have. */
export async function freeze(world: World): Promise<Snapshot> {
  await world.gitlab.settle();
  await world.close();
  return {
    folder: world.folder,
    sourceToken: world.env['GITBUCKET_TOKEN'] ?? '',
    urls: { gitbucket: world.gitbucket.url, gitlab: world.gitlab.url },
  };
}

/** A copy of the servers listens on other ports, and a journal belongs to one pair of servers. */
async function moveJournal(cwd: string, { urls }: Snapshot, now: Snapshot['urls']): Promise<void> {
  const file = join(cwd, '.gb2gl', 'journal.jsonl');
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return;
  await writeFile(file, text.replace(urls.gitbucket, now.gitbucket).replace(urls.gitlab, now.gitlab));
}

/** Everything that a finished migration is judged by. */
export async function endState({ gitlab }: World): Promise<object> {
  await gitlab.settle();
  const { groups, projects, users } = gitlab.context.state;
  return {
    accounts: users.map(({ username, state }) => `${username} ${state}`).sort(),
    groups: groups.map(({ fullPath, visibility }) => `${fullPath} ${visibility}`).sort(),
    projects: projects
      .map((project) => {
        const gitDir = gitlab.gitDir(project.fullPath);
        return {
          path: project.fullPath,
          visibility: project.visibility,
          builds: project.attributes['builds_access_level'] ?? 'enabled',
          lfs: { on: project.lfsEnabled, objects: Object.keys(project.lfsObjects).sort() },
          head: readFileSync(join(gitDir, 'HEAD'), 'utf8').trim(),
          refs: refsIn(gitDir, ['refs/']),
          wiki: gitlab.context.ensureWiki(project) ? refsIn(gitlab.wikiDir(project.fullPath), ['refs/']) : [],
          wikiLevel: project.attributes['wiki_access_level'] ?? 'enabled',
          protections: project.protectedBranches.map(({ name, allowForcePush }) => ({
            name,
            allowForcePush,
          })),
        };
      })
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

/** Requests of both servers in the order of their arrival. */
export function allRequests({ gitbucket, gitlab }: World): LoggedRequest[] {
  return [...gitbucket.server.requests, ...gitlab.server.requests].sort((a, b) => a.at - b.at);
}

/** Requests after which something is different on the target. Before a push git asks what is there, and that changes nothing. */
export function effectsOf(requests: readonly LoggedRequest[]): LoggedRequest[] {
  return writesOf(requests).filter(({ url }) => !url.includes('/info/refs?'));
}

/** Where a run is killed: at the n-th request of all, or at the n-th that writes something on the target. */
export type KillPoint = { among: 'all' | 'writes'; number: number; mode: KillMode };

/** Runs the command and kills it with -9 at the point; gives the request that was hit, null when it never came. */
export async function runUntilKilled(
  world: World,
  args: readonly string[],
  point: KillPoint,
): Promise<string | null> {
  const running = startCli(args, world);
  const root = running.child.pid ?? 0;
  const servers = [world.gitbucket.server, world.gitlab.server];
  let seen = 0;
  let hit: string | null = null;
  let orphans: number[] = [];

  function arrived(requests: readonly LoggedRequest[]): void {
    const last = requests.slice(-1);
    if (point.among === 'writes' && effectsOf(last).length === 0) return;
    seen += 1;
    if (seen !== point.number) return;
    hit = last.map(({ method, url }) => `${method} ${url}`).join();
    orphans = descendants(root);
    running.child.kill('SIGKILL');
    if (point.mode !== 'alone') killAll(orphans);
    // The sandbox answers a fault with 500, to nobody: the request has had no effect.
    if (point.mode === 'unserved') throw new Error('the client is gone');
  }

  for (const { faults, requests } of servers)
    faults.add({ url: /./, times: Infinity, action: { kind: 'notice', call: () => arrived(requests) } });
  await running.finished;
  await ended(orphans);
  for (const { faults } of servers) faults.clear();
  return hit;
}

export function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
