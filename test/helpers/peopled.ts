import { addCollaborator, type EmbeddedGitBucket } from '../../sandbox/gitbucket.ts';
import type { EmbeddedGitLab } from '../../sandbox/gitlab.ts';
import { commitOn } from './commits.ts';
import type { Migration } from './migrated.ts';
import { testServers, type TestServers, type TestServersOptions } from './servers.ts';

/** Reads everything of GitBucket, and creates the accounts that GitLab lacks. */
export const withPeople: Migration = { password: 'root', config: { migrate: { createUsers: true } } };

function member(login: string, manager = false): { login: string; manager: boolean } {
  return { login, manager };
}

/** Both servers, with people on the source. */
export async function peopled(options: TestServersOptions = {}): Promise<TestServers> {
  const servers = await testServers(options);
  addPeople(servers.gitbucket);
  return servers;
}

/**
 * Alice manages the group `team`, bob is a member, left was one and is disabled; in `team/app` carol is an administrator,
 * the group `guests` with dave in it develops, and bob is a guest too.
 */
export function addPeople(gitbucket: EmbeddedGitBucket): void {
  for (const login of ['alice', 'bob', 'carol', 'dave', 'left'])
    gitbucket.addUser({ login, email: `${login}@example.com`, fullName: `${login} of GitBucket` });
  gitbucket.addGroup({ login: 'team', members: [member('alice', true), member('bob'), member('left')] });
  gitbucket.addGroup({ login: 'guests', members: [member('dave', true)] });
  gitbucket.addRepository({ owner: 'team', name: 'app', defaultBranch: 'main', private: true });
  commitOn(gitbucket.gitDir('team', 'app'), 'main', 'one');
  addCollaborator(gitbucket.context, 'team/app', 'bob', 'GUEST');
  addCollaborator(gitbucket.context, 'team/app', 'carol', 'ADMIN');
  addCollaborator(gitbucket.context, 'team/app', 'guests', 'DEVELOPER');
  gitbucket.disable('left');
}

/** `alice 50` for each member of a group or project, its own only, and `group guests 30` for those that are invited. */
export function rolesIn({ context }: EmbeddedGitLab, fullPath: string): string[] {
  const route = context.routes.find(fullPath);
  if (!route || route.kind === 'user') throw new Error(`there is no ${fullPath}`);
  const of = route.kind === 'group' ? route.group : route.project;
  return [
    ...of.members.map(({ userId, accessLevel }) => `${context.routes.user(userId)?.username} ${accessLevel}`),
    ...of.links.map(
      ({ groupId, accessLevel }) => `group ${context.routes.group(groupId)?.fullPath} ${accessLevel}`,
    ),
  ].sort();
}

/** Every account but the first administrator, with its state. */
export function accountsIn({ context }: EmbeddedGitLab): string[] {
  return context.state.users.flatMap(({ username, state }) =>
    username === 'root' ? [] : [`${username} ${state}`],
  );
}
