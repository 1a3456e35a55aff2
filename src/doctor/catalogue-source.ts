import { nothing, type CheckEntry } from './entry.ts';

/** What doctor can find at GitBucket. */
export const sourceCatalogue = {
  'source-token': {
    level: 'ok',
    sentence: (c) => `GitBucket answers, and the token belongs to ${c['user']}`,
    wayOut: nothing,
  },
  'source-login': {
    level: 'ok',
    sentence: (c) => `GitBucket answers, and the password of ${c['user']} is right`,
    wayOut: nothing,
  },
  'source-administrator': {
    level: 'ok',
    sentence: (c) =>
      `${c['user']} is an administrator and sees every repository of every account that is enabled`,
    wayOut: nothing,
  },
  'source-not-administrator': {
    level: 'warning',
    sentence: (c) =>
      `${c['user']} is no administrator: private repositories of others are invisible and will be missing without any trace`,
    wayOut: () =>
      'use a token of a GitBucket administrator, unless everything that is wanted belongs to this user',
  },
  'source-git': {
    level: 'ok',
    sentence: (c) => `git over HTTP accepts the credentials: ${c['repository']} could be listed`,
    wayOut: nothing,
  },
  'source-git-unproven': {
    level: 'note',
    sentence: () =>
      'no repository was found that only a login may read, so the credentials could not be proven on git',
    wayOut: nothing,
  },
  'source-wiki': {
    level: 'ok',
    sentence: (c) => `the wiki of ${c['repository']} can be read with git`,
    wayOut: nothing,
  },
  'source-wiki-unreadable': {
    level: 'warning',
    sentence: (c) => `the wiki of ${c['repository']} cannot be read with git: ${c['detail']}`,
    wayOut: () => 'look at the directory NAME.wiki.git beside the repository on the GitBucket machine',
  },
  'source-lfs': {
    level: 'ok',
    sentence: () => 'Git LFS answers',
    wayOut: nothing,
  },
  'source-lfs-without-base-url': {
    level: 'warning',
    sentence: (c) =>
      `Git LFS answers ${c['status']} where git itself accepts the same credentials: the base URL is not configured, and no LFS object can be fetched`,
    wayOut: () => 'set "Base URL" in GitBucket > System administration > System settings',
  },
  'source-lfs-unavailable': {
    level: 'note',
    sentence: (c) => `Git LFS does not answer as expected (${c['status']})`,
    wayOut: nothing,
  },
  'source-base-url': {
    level: 'note',
    sentence: (c) => `GitBucket believes that its address is ${c['found']}, not ${c['object']}`,
    wayOut: () =>
      'nothing to do for repositories, whose addresses are made from the configured "url"; LFS objects are fetched from the address that GitBucket believes in, so it must be reachable from here, or "Base URL" in its system settings be corrected',
  },
  'source-session': {
    level: 'ok',
    sentence: (c) => `${c['user']} can sign in with the configured password`,
    wayOut: nothing,
  },
  'source-password-refused': {
    level: 'error',
    sentence: (c) =>
      `GitBucket refuses the configured password of ${c['user']}; git uses it instead of the token`,
    wayOut: () =>
      'correct "username" and "password" of the source, or remove both when the token is enough (it is from GitBucket 4.23 on)',
  },
  'source-anonymous': {
    level: 'note',
    sentence: () => 'GitBucket shows public repositories to everybody; they become public on GitLab',
    wayOut: () => '"visibility": { "public": "internal" } in the config keeps them inside',
  },
  'source-login-demanded': {
    level: 'note',
    sentence: () =>
      'GitBucket demands a login for everything; its public repositories become internal on GitLab',
    wayOut: () => '"visibility": { "public": … } in the config says otherwise',
  },
  'source-version': {
    level: 'ok',
    sentence: (c) => `GitBucket ${c['version']}`,
    wayOut: nothing,
  },
  'source-without-owner-list': {
    level: 'warning',
    sentence: () => 'GitBucket before 4.30 has no list of its users and groups: --all cannot find them',
    wayOut: () => 'name what shall be moved: --group NAME, --user NAME or --repo OWNER/NAME',
  },
  'source-git-without-tokens': {
    level: 'error',
    sentence: () => 'GitBucket before 4.23 takes no tokens for git, and no password is configured',
    wayOut: () => 'set "username" and "password" of the source',
  },
  'source-placeholders': {
    level: 'note',
    sentence: () =>
      'a server that was upgraded to GitBucket 4.47 may have an empty private repository for each vanished parent of a fork; they are moved as what they are',
    wayOut: () => 'leave them out with "select": { "exclude": [ … ] } if they are known',
  },
  'source-names-by-case': {
    level: 'note',
    sentence: () =>
      'GitBucket before 4.24 let names differ in letter case only; GitLab does not, so one of two such repositories gets another path',
    wayOut: () => 'gb2gl plan shows each new path and why; "map" in the config chooses others',
  },
} satisfies Record<string, CheckEntry>;
