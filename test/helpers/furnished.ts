import {
  addDeployKey,
  addHook,
  addSshKey,
  setAvatar,
  type EmbeddedGitBucket,
} from '../../sandbox/gitbucket.ts';
import type { EmbeddedGitLab } from '../../sandbox/gitlab.ts';
import { commitOn } from './commits.ts';
import type { Migration } from './migrated.ts';
import { accountsIn, addPeople, rolesIn } from './peopled.ts';
import { pngOf } from './pictures.ts';
import { testServers, type TestServers, type TestServersOptions } from './servers.ts';
import { sshKey } from './ssh-keys.ts';

/** Moves people and every setting that may move: also what is off unless it is asked for. */
export const withEverything: Migration = {
  password: 'root',
  config: { migrate: { createUsers: true, sshKeys: true, hooks: true } },
};

/** Both servers; on the source there are people and every setting that moves. */
export async function furnished(options: TestServersOptions = {}): Promise<TestServers> {
  const servers = await testServers(options);
  furnish(servers.gitbucket);
  return servers;
}

/** The people of `peopled`, with keys and pictures, and `team/app` with every setting that moves. */
function furnish(gitbucket: EmbeddedGitBucket): void {
  addPeople(gitbucket);
  const { context } = gitbucket;
  commitOn(gitbucket.gitDir('team', 'app'), 'topic', 'topic');
  const app = context.repository('team', 'app');
  if (!app) throw new Error('there is no team/app');
  Object.assign(app, {
    issuesOption: 'DISABLE',
    allowFork: false,
    mergeOptions: ['squash', 'rebase'],
    defaultMergeOption: 'squash',
  });
  app.protections.push(
    { branch: 'main', enforceAdmins: true, contexts: ['ci'] },
    { branch: 'topic', enforceAdmins: false },
  );
  addDeployKey(context, 'team/app', {
    title: 'ci',
    publicKey: sshKey('ci', 'build host 1'),
    allowWrite: true,
  });
  addHook(context, 'team/app', { url: 'https://ci.example/hook', events: ['push'], secret: 's3cret-word' });
  addSshKey(context, 'alice', { title: 'laptop', publicKey: sshKey('a') });
  setAvatar(context, 'team', 'team.png', pngOf('team'));
  setAvatar(context, 'alice', 'alice.png', pngOf('alice'));
}

/** Everything of people and settings that GitLab is left with, in words that do not depend on ids. */
export function settledIn(gitlab: EmbeddedGitLab): object {
  const { groups, projects, users, keys = [] } = gitlab.context.state;
  const nameOf = (id: number): string => users.find((user) => user.id === id)?.username ?? '';
  return {
    accounts: accountsIn(gitlab).toSorted(),
    pictures: users.flatMap(({ username, avatar }) => (avatar ? [username] : [])).toSorted(),
    keys: keys
      .map(({ title, deploy, userId }) => (deploy ? `${title} deploys` : `${title} of ${nameOf(userId)}`))
      .toSorted(),
    groups: groups
      .map(({ fullPath, attributes, avatar }) => ({
        fullPath,
        roles: rolesIn(gitlab, fullPath),
        picture: avatar !== undefined,
        mails: attributes['emails_enabled'] ?? true,
      }))
      .toSorted((a, b) => (a.fullPath < b.fullPath ? -1 : 1)),
    projects: projects.map((project) => ({
      path: project.fullPath,
      roles: rolesIn(gitlab, project.fullPath),
      options: ['issues', 'wiki', 'forking', 'builds'].map((name) => [
        name,
        project.attributes[`${name}_access_level`] ?? 'enabled',
      ]),
      merges: [project.attributes['merge_method'], project.attributes['squash_option']],
      mails: project.attributes['emails_enabled'] ?? true,
      protections: project.protectedBranches
        .map(
          ({ name, pushAccessLevel, mergeAccessLevel, allowForcePush }) =>
            `${name} ${pushAccessLevel} ${mergeAccessLevel} ${allowForcePush}`,
        )
        .toSorted(),
      deployKeys: (project.deployKeys ?? []).map(({ canPush }) => canPush),
      hooks: (project.hooks ?? []).map(({ url, token }) => `${url} ${token}`),
      integrations: (project.integrations ?? []).map(
        ({ slug, active, inheritedFrom }) => `${slug} ${active} ${inheritedFrom !== null}`,
      ),
    })),
  };
}
