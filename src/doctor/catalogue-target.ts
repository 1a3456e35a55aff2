import { nothing, type CheckEntry } from './entry.ts';

/** What doctor can find at GitLab. */
export const targetCatalogue = {
  'target-token': {
    level: 'ok',
    sentence: (c) => `GitLab answers, and the token with the scope "api" belongs to ${c['user']}`,
    wayOut: nothing,
  },
  'target-token-expires': {
    level: 'warning',
    sentence: (c) => `the GitLab token expires on ${c['date']} (${c['days']})`,
    wayOut: () => 'make a new token in time: a migration that is run again for weeks needs it as long',
  },
  'target-token-unknown': {
    level: 'note',
    sentence: () => 'this kind of GitLab token tells neither its scopes nor when it expires',
    wayOut: nothing,
  },
  'target-git': {
    level: 'ok',
    sentence: () => 'git over HTTP accepts the GitLab token, for pushes too',
    wayOut: nothing,
  },
  'target-push-refused': {
    level: 'error',
    sentence: (c) => `GitLab accepts the token for fetching but not for pushing: ${c['detail']}`,
    wayOut: () =>
      'the GitLab administrator may have closed pushes over HTTP, or the token lacks the scope "api" or "write_repository"',
  },
  'target-read-only': {
    level: 'error',
    sentence: (c) => `GitLab takes no changes at present: ${c['detail']}`,
    wayOut: () => 'wait until it does, or use the address of the primary server',
  },
  'target-administrator': {
    level: 'ok',
    sentence: (c) => `${c['user']} is an administrator of GitLab`,
    wayOut: nothing,
  },
  'target-not-administrator': {
    level: 'note',
    sentence: (c) =>
      `${c['user']} is no administrator of GitLab: personal namespaces of others cannot be used (their repositories go into groups), and settings of the server stay unknown until it refuses something`,
    wayOut: () => "an administrator's token can do both",
  },
  'target-admin-mode': {
    level: 'warning',
    sentence: (c) =>
      `${c['user']} is an administrator, but GitLab lets the token act as an ordinary user: Admin Mode is on`,
    wayOut: () => 'make a token with the scopes "api" and "admin_mode"',
  },
  'target-no-own-projects': {
    level: 'note',
    sentence: (c) =>
      `${c['user']} may have no projects in the personal namespace (projects limit 0); groups are not concerned`,
    wayOut: () => 'have an administrator raise the limit, or set "userRepositories": "group"',
  },
  'target-groups': {
    level: 'ok',
    sentence: (c) => `${c['user']} may create groups at the top level`,
    wayOut: nothing,
  },
  'target-groups-forbidden': {
    level: 'warning',
    sentence: (c) =>
      `${c['user']} may not create groups at the top level; groups that are there already can be used`,
    wayOut: () =>
      'have an administrator allow it, use another token, set "parentGroup", or map owners into existing groups: "map": { "owners": { … } }',
  },
  'target-gitlab-com': {
    level: 'warning',
    sentence: () => 'GitLab.com does not let groups at the top level be created through its API',
    wayOut: () => 'create one group in the browser and set it as "parentGroup"',
  },
  'target-parent-group': {
    level: 'ok',
    sentence: (c) => `${c['user']} may create groups below ${c['group']}`,
    wayOut: nothing,
  },
  'target-parent-group-role': {
    level: 'warning',
    sentence: (c) =>
      `${c['user']} may not create groups below ${c['group']}; groups that are there already can be used`,
    wayOut: (c) =>
      `have an owner of ${c['group']} make the user Maintainer or Owner there, as its setting "Roles allowed to create subgroups" demands`,
  },
  'target-parent-group-deleted': {
    level: 'error',
    sentence: (c) => `the parent group ${c['group']} is marked for deletion`,
    wayOut: () => 'restore it (Settings > General), or choose another "parentGroup"',
  },
  'target-version': {
    level: 'ok',
    sentence: (c) => `GitLab ${c['version']}`,
    wayOut: nothing,
  },
  'target-version-old': {
    level: 'warning',
    sentence: (c) => `GitLab ${c['version']} is older than 16.0, with which gb2gl was never tried`,
    wayOut: () => 'upgrade GitLab, or try it with one repository first',
  },
  'target-deletes-late': {
    level: 'note',
    sentence: (c) =>
      `GitLab ${c['version']} keeps the path of a deleted project or group until a background job has removed it`,
    wayOut: () => 'after deleting something by hand wait a little before the same path is used again',
  },
  'target-deletion-scheduled': {
    level: 'note',
    sentence: (c) =>
      `deleted on GitLab and kept for a while: ${c['paths']}; these are never adopted, new ones are made beside them`,
    wayOut: () => 'restore them on GitLab first if the migration shall go on in them',
  },
  'target-slashes': {
    level: 'ok',
    sentence: () => 'GitLab sees paths with %2F as they are sent',
    wayOut: nothing,
  },
  'target-slashes-decoded': {
    level: 'error',
    sentence: (c) =>
      `something before GitLab changes %2F in addresses (answer ${c['status']}: ${c['detail']}): projects and subgroups cannot be found by their paths`,
    wayOut: () =>
      'make the proxy pass on the path as it came: nginx proxy_pass without a path, Apache "AllowEncodedSlashes NoDecode" and "nocanon"; or use an address that leads around the proxy',
  },
  'target-throttled': {
    level: 'note',
    sentence: (c) => `GitLab limits requests: ${c['detail']}; gb2gl waits whenever it is told to`,
    wayOut: () =>
      'for a big migration the administrator can except the user: GITLAB_THROTTLE_USER_ALLOWLIST, or raise the limit',
  },
  'target-visibility-restricted': {
    level: 'note',
    sentence: (c) =>
      `GitLab restricts the visibility level(s) ${c['levels']} for everybody but administrators`,
    wayOut: nothing,
  },
  'target-push-limited': {
    level: 'note',
    sentence: (c) =>
      `GitLab takes at most ${c['size']} in one push; larger repositories are pushed in slices`,
    wayOut: () => 'a single commit above that needs the administrator: receive_max_input_size',
  },
  'target-branch-protection': {
    level: 'note',
    sentence: (c) => `GitLab protects default branches by itself: ${c['detail']}`,
    wayOut: nothing,
  },
  'target-lfs-disabled': {
    level: 'warning',
    sentence: () => 'Git LFS is switched off on this GitLab server',
    wayOut: () => 'have the administrator switch it on (gitlab_rails["lfs_enabled"])',
  },
} satisfies Record<string, CheckEntry>;
