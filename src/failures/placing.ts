import type { Entry, ErrorContext } from './entry.ts';

/** What the source does not show, and places on the target that cannot be used. */
export const placing = {
  'groups-forbidden': {
    message: (c) =>
      `the GitLab user ${c['user']} may not create groups${c['where'] ?? ''} (needed for ${c['object']})`,
    hint: () =>
      'create the group by hand and make the user its owner, use the token of a user who may, or let it be made in a group that exists: "target": { "parentGroup": … }, or "map": { "owners": { … } }',
    blame: 'target',
    retryable: false,
    exit: 4,
  },
  'parent-group-missing': {
    message: (c) =>
      `the parent group ${c['object']} does not exist on GitLab or is not visible to the token${near(c)}`,
    hint: () => 'create it, or correct "target": { "parentGroup": … }',
    blame: 'you',
    retryable: false,
    exit: 3,
  },
  'owners-unlisted': {
    message: (c) => `GitBucket at ${c['object']} has no list of its users and groups (it is older than 4.30)`,
    hint: () => 'name what shall be moved: --group NAME, --user NAME or --repo OWNER/NAME',
    blame: 'source',
    retryable: false,
    exit: 3,
  },
  'owner-unreadable': {
    message: (c) =>
      `GitBucket cannot list the repositories of ${c['object']} (${c['detail']}): one of them is damaged; ${c['found']} of them could be found in another way`,
    hint: () =>
      'repair or delete the damaged repository on GitBucket; until then name further repositories with --repo OWNER/NAME, or set "username" and "password" of an administrator so that the complete list can be read',
    blame: 'source',
    retryable: false,
    exit: 1,
  },
  'repository-broken': {
    message: (c) => `GitBucket cannot open the repository ${c['object']} (${c['detail']})`,
    hint: (c) =>
      `on the GitBucket machine look at repositories/${c['object']}.git: the directory is missing or damaged; repair it (git fsck) or delete the repository`,
    blame: 'source',
    retryable: false,
    exit: 1,
  },
  'repository-unreadable': {
    message: (c) => `the source does not let the token read ${c['object']} with git (${c['detail']})`,
    hint: () => 'use a token of a GitBucket administrator, or make its user a collaborator of the repository',
    blame: 'source',
    retryable: false,
    exit: 1,
  },
  'name-unreachable': {
    message: (c) => `git over HTTP cannot reach ${c['object']}: ${c['detail']}`,
    hint: () =>
      'give the repository to an owner whose name has letters, digits, ".", "_", "-", "@" or "+" only (its settings on GitBucket, Transfer Ownership), then run again',
    blame: 'source',
    retryable: false,
    exit: 1,
  },
  'listing-disagrees': {
    message: (c) =>
      `git shows no refs in ${c['object']}, but GitBucket's API lists ${c['branches']} branch(es): the two readings must agree`,
    hint: () =>
      'check that the URL of the source is the address of GitBucket itself and that no proxy rewrites paths below /git',
    blame: 'source',
    retryable: false,
    exit: 1,
  },
  'hidden-owners': {
    message: (c) =>
      `GitBucket answers ${c['status']} to its list of public repositories: at least one account that owns a public repository is disabled`,
    hint: () =>
      'repositories of disabled accounts are invisible to API and git; enable the account for the migration (System administration > User management), then run again',
    blame: 'source',
    retryable: false,
    exit: 0,
  },
  'namespace-taken': {
    message: (c) => `GitLab refuses the group path ${c['object']}: ${c['detail']}`,
    hint: (c) => `choose another path: "map": { "owners": { "${c['owner']}": "${c['suggestion']}" } }`,
    blame: 'target',
    retryable: false,
    exit: 4,
  },
  'path-taken': {
    message: (c) => `${c['object']} exists on GitLab already and was not made by this tool: ${c['detail']}`,
    hint: (c) =>
      `choose another path: "map": { "repositories": { "${repositoryOf(c)}": "${c['suggestion'] ?? `${repositoryOf(c)}-gitbucket`}" } }, or remove the project by hand`,
    blame: 'target',
    retryable: false,
    exit: 4,
  },
  'map-impossible': {
    message: (c) => `"${c['wanted']}" in the map for ${c['object']} cannot be used: ${c['detail']}`,
    hint: (c) => `choose another path: ${c['fix']}`,
    blame: 'you',
    retryable: false,
    exit: 4,
  },
  archived: {
    message: (c) => `${c['object']} is archived on GitLab and takes no pushes`,
    hint: () => 'unarchive it (Settings > General > Advanced), then run the same command again',
    blame: 'you',
    retryable: false,
    exit: 4,
  },
  'too-visible': {
    message: (c) => `${c['object']} exists on GitLab and may be read by more people than on the source`,
    hint: () => 'lower its visibility on GitLab, then run the same command again',
    blame: 'you',
    retryable: false,
    exit: 4,
  },
  'visibility-restricted': {
    message: (c) =>
      c['detail']
        ? `GitLab refuses the visibility of ${c['object']}: ${c['detail']}`
        : `GitLab allows no level for ${c['object']} that is narrow enough`,
    hint: () =>
      'set another level in the config ("visibility": { "public": "internal" } or "private"), ask the administrator of GitLab to allow the level, or use an administrator\'s token',
    blame: 'target',
    retryable: false,
    exit: 4,
  },
  'marked-for-deletion': {
    message: (c) => `${c['object']} is marked for deletion on GitLab and still has its path`,
    hint: () =>
      'restore it (Settings > General > Advanced) or delete it for good, then run the same command again; or choose another path in the "map" of the config',
    blame: 'you',
    retryable: false,
    exit: 4,
  },
  'projects-forbidden': {
    message: (c) => `GitLab lets the token's user make no projects in ${c['object']}: ${c['detail']}`,
    hint: () =>
      'let Maintainers create projects there (Settings > General > Permissions of the group), make the user its Owner, or activate the user whose personal namespace it is; or move the owner elsewhere: "map": { "owners": { … } }',
    blame: 'target',
    retryable: false,
    exit: 4,
  },
  'project-limit': {
    message: (c) => `the personal namespace of ${c['user']} has no room for ${c['object']}: ${c['detail']}`,
    hint: () =>
      'ask a GitLab administrator to raise the limit of the user (Admin area > Users > Edit > Projects limit), or move the owner into a group: "userRepositories": "group", or "map": { "owners": { … } }',
    blame: 'target',
    retryable: false,
    exit: 4,
  },
} satisfies Record<string, Entry>;

function near(context: ErrorContext): string {
  return context['nearest'] ? ` (did you mean ${context['nearest']}?)` : '';
}

/** The object is the repository itself, unless it is its path on the target. */
function repositoryOf(context: ErrorContext): string {
  return `${context['repository'] ?? context['object']}`;
}
