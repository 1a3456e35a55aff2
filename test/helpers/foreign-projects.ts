import { execFileSync } from 'node:child_process';
import type { Plan } from '../../src/model/plan.ts';
import { commitOn, git } from './commits.ts';
import { testServers, type TestServers } from './servers.ts';

/** A user of GitLab who is no administrator; gives the variable with his token. */
export function mover(
  { gitlab }: TestServers,
  more: { canCreateGroup?: boolean } = {},
): Record<string, string> {
  gitlab.addUser({ username: 'mover', name: 'Mover', email: 'mover@example.com', ...more });
  return { GITLAB_TOKEN: gitlab.token('mover') };
}

/** Puts refs of a repository of the source into a project of the target, as somebody else's push would. */
export function copyRefs(servers: TestServers, from: string, to: string, ...refspecs: string[]): void {
  const [owner = '', name = ''] = from.split('/');
  const source = servers.gitbucket.gitDir(owner, name);
  execFileSync('git', ['-C', servers.gitlab.gitDir(to), 'fetch', '-q', source, ...refspecs]);
}

/** Codes of what is blocked, by item. */
export function blockedIn(plan: Plan): Record<string, string> {
  const items = [...plan.groups, ...plan.projects];
  return Object.fromEntries(items.flatMap(({ id, blocked }) => (blocked ? [[id, blocked.code]] : [])));
}

/** One group with a repository for each name; every repository has main (two commits), topic and the tag v1. */
export async function team(...names: string[]): Promise<TestServers> {
  const servers = await testServers();
  servers.gitbucket.addGroup({ login: 'team', members: [{ login: 'root', manager: true }] });
  for (const name of names) {
    servers.gitbucket.addRepository({ owner: 'team', name, defaultBranch: 'main' });
    const source = servers.gitbucket.gitDir('team', name);
    commitOn(source, 'main', `${name}: first`);
    git(source, 'tag', 'v1', 'main');
    commitOn(source, 'topic', `${name}: topic`);
    commitOn(source, 'main', `${name}: second`);
  }
  return servers;
}

/** A group team on the target with a project for each name, filled with refs of the source. */
export function adopt(servers: TestServers, name: string, ...refspecs: string[]): string {
  const { gitlab } = servers;
  if (!gitlab.context.routes.find('team')) gitlab.addGroup({ path: 'team', visibility: 'public' });
  gitlab.addProject({ namespace: 'team', path: name, name, visibility: 'public' });
  copyRefs(servers, `team/${name}`, `team/${name}`, ...refspecs);
  return gitlab.gitDir(`team/${name}`);
}
