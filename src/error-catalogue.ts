import type { ExitCode } from './model.ts';

export type ErrorContext = { readonly [name: string]: string | number | undefined };

/** Who has to do something about it. */
export type Blame = 'you' | 'source' | 'target' | 'network' | 'us';

export type Entry = {
  message(context: ErrorContext): string;
  hint(context: ErrorContext): string;
  blame: Blame;
  retryable: boolean;
  exit: ExitCode;
};

/** Every failure that is expected to happen, in the order in which a run can meet them. docs/errors.md is made from it. */
export const catalogue = {
  usage: {
    message: (c) => `${c['detail']}`,
    hint: () => 'see gb2gl --help',
    blame: 'you',
    retryable: false,
    exit: 2,
  },
  'config-unreadable': {
    message: (c) => `the config file ${c['object']} cannot be read: ${c['detail']}`,
    hint: () =>
      'name another file with --config FILE, or set GITBUCKET_URL, GITBUCKET_TOKEN, GITLAB_URL and GITLAB_TOKEN',
    blame: 'you',
    retryable: false,
    exit: 2,
  },
  'config-invalid': {
    message: (c) => `the configuration (${c['where']}) has ${c['count']} problem(s):\n${c['detail']}`,
    hint: () => 'migrate.config.example.json shows every key; docs/config.md explains them',
    blame: 'you',
    retryable: false,
    exit: 2,
  },
  'config-exists': {
    message: (c) => `${c['object']} is there already`,
    hint: () => 'replace it with gb2gl init --force, or write another file with --config FILE',
    blame: 'you',
    retryable: false,
    exit: 2,
  },
  'config-unwritable': {
    message: (c) => `the config file ${c['object']} cannot be written: ${c['detail']}`,
    hint: () => 'choose a place that you may write to with --config FILE',
    blame: 'you',
    retryable: false,
    exit: 3,
  },
  'unknown-selection': {
    message: (c) =>
      c['count'] === undefined
        ? `${c['option']} ${c['object']} matches nothing on ${c['server']}${c['note'] ? `: ${c['note']}` : ''}${near(c)}`
        : `${c['count']} names match nothing:\n${c['detail']}`,
    hint: () =>
      'check the spelling and letter case; gb2gl plan --all lists everything that the token can see',
    blame: 'you',
    retryable: false,
    exit: 2,
  },
  'plan-unreadable': {
    message: (c) => `${c['object']} is not a plan that can be carried out: ${c['detail']}`,
    hint: () => 'write a new one with gb2gl plan; it is plan.json in the report folder',
    blame: 'you',
    retryable: false,
    exit: 2,
  },
  'plan-of-others': {
    message: (c) => `${c['object']} was made for ${c['source']} and ${c['target']}, not for these servers`,
    hint: () => 'use the config that the plan was made with, or make a new plan',
    blame: 'you',
    retryable: false,
    exit: 2,
  },
  'plan-drifted': {
    message: (c) => `not as the plan says: ${c['detail']}`,
    hint: () => 'make a new plan with gb2gl plan, look at it, and run that',
    blame: 'you',
    retryable: false,
    exit: 4,
  },
  'git-missing': {
    message: (c) => `git cannot be started: ${c['detail']}`,
    hint: () => 'install git 2.30 or newer and make sure that it is on the PATH',
    blame: 'you',
    retryable: false,
    exit: 3,
  },
  'work-dir': {
    message: (c) => `the work directory ${c['object']} cannot be used: ${c['detail']}`,
    hint: () => 'choose a writable directory with --work-dir DIR',
    blame: 'you',
    retryable: false,
    exit: 3,
  },
  'work-dir-locked': {
    message: (c) =>
      `another run (process ${c['pid']}, since ${c['since']}) is using the work directory ${c['object']}`,
    hint: () => 'wait for it to end, stop it, or give this run its own --work-dir',
    blame: 'you',
    retryable: false,
    exit: 3,
  },
  'journal-damaged': {
    message: (c) => `the journal ${c['object']} is damaged in line ${c['line']}: ${c['detail']}`,
    hint: () =>
      'restore the file from a backup or move it away: a run without a journal re-reads both servers and loses only time',
    blame: 'you',
    retryable: false,
    exit: 3,
  },
  'journal-of-others': {
    message: (c) => `the journal ${c['object']} belongs to a migration from ${c['source']} to ${c['target']}`,
    hint: () => 'give each pair of servers its own --work-dir, or move the old work directory away',
    blame: 'you',
    retryable: false,
    exit: 2,
  },
  'disk-full': {
    message: (c) => `there is no space left on the disk while working on ${c['object']}`,
    hint: () =>
      'free some space or choose a larger disk with --work-dir DIR, then run the same command again',
    blame: 'you',
    retryable: false,
    exit: 1,
  },
  'cannot-start': {
    message: (c) => `the migration cannot succeed as things are:\n${c['detail']}`,
    hint: () =>
      'mend what is named; --waive ID passes by a finding that you know better; gb2gl doctor checks everything',
    blame: 'you',
    retryable: false,
    exit: 3,
  },
  unreachable: {
    message: (c) => `${c['server']} at ${c['object']} cannot be reached: ${c['detail']}`,
    hint: () => 'check the URL, the network, a proxy (HTTPS_PROXY) and whether the server is running',
    blame: 'network',
    retryable: true,
    exit: 3,
  },
  'tls-untrusted': {
    message: (c) => `the certificate of ${c['server']} at ${c['object']} is not trusted: ${c['detail']}`,
    hint: (c) =>
      `save the server's CA certificate as a PEM file and name it in the config: "${c['side']}": { "caFile": "ca.pem" }`,
    blame: 'you',
    retryable: false,
    exit: 3,
  },
  redirected: {
    message: (c) =>
      `${c['server']} at ${c['object']} redirects to ${c['location']}; tokens are not sent there`,
    hint: (c) => `if that address is right, use it as the "url" of the ${c['side']}`,
    blame: 'you',
    retryable: false,
    exit: 3,
  },
  'not-the-api': {
    message: (c) => `${c['object']} does not answer like ${c['server']}: ${c['detail']}`,
    hint: (c) =>
      `check the "url" of the ${c['side']}: it is the address of the start page, including a context path such as /gitbucket, without /api`,
    blame: 'you',
    retryable: false,
    exit: 3,
  },
  'token-missing': {
    message: (c) => `no token for ${c['server']}`,
    hint: (c) => `set ${c['variable']} in the environment or "token" of the ${c['side']} in the config`,
    blame: 'you',
    retryable: false,
    exit: 3,
  },
  'token-refused': {
    message: (c) => `${c['server']} at ${c['object']} refuses the token (${c['detail']})`,
    hint: (c) =>
      `make a new token: ${c['side'] === 'source' ? 'GitBucket > Account settings > Applications' : 'GitLab > Edit profile > Access tokens, scope api'}, and put it into ${c['variable']}`,
    blame: 'you',
    retryable: false,
    exit: 3,
  },
  'user-refused': {
    message: (c) => `GitLab at ${c['object']} accepts the token but not its user: ${c['detail']}`,
    hint: () =>
      'ask the GitLab administrator to unblock or confirm the user, or use the token of another user (a new token of this one does not help)',
    blame: 'you',
    retryable: false,
    exit: 3,
  },
  'token-scope': {
    message: (c) =>
      `the GitLab token lacks the scope "api" (it has: ${c['scopes'] || 'none that the API accepts'}${c['detail'] ? `; ${c['detail']}` : ''})`,
    hint: () => 'make a token with the scope "api": it covers the API and git over HTTP',
    blame: 'you',
    retryable: false,
    exit: 3,
  },
  'git-token-refused': {
    message: (c) =>
      `${c['server']} accepts the token for its API but refuses it for git over HTTP at ${c['object']} (${c['detail']})`,
    hint: (c) =>
      c['side'] === 'source'
        ? 'GitBucket takes tokens for git from version 4.23 on; on an older one set "username" and "password" of the source'
        : 'the GitLab administrator may have disabled git over HTTP, or the token lacks the scope "api" or "write_repository"',
    blame: 'you',
    retryable: false,
    exit: 3,
  },
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
  'namespace-failed': {
    message: (c) => `${c['object']} cannot be made because its group failed: ${c['detail']}`,
    hint: () => 'solve the problem of the group first, then run the same command again',
    blame: 'target',
    retryable: false,
    exit: 1,
  },
  'target-refused': {
    message: (c) => `GitLab refuses ${c['object']}: ${c['detail']}`,
    hint: () => "the text is GitLab's own; correct what it names, then run the same command again",
    blame: 'target',
    retryable: false,
    exit: 1,
  },
  'target-forbidden': {
    message: (c) => `the GitLab token may not do this for ${c['object']}: ${c['detail']}`,
    hint: () => 'give its user the role Owner in the group, or use a token of a GitLab administrator',
    blame: 'target',
    retryable: false,
    exit: 1,
  },
  maintenance: {
    message: (c) => `GitLab at ${c['object']} is in maintenance mode and takes no changes`,
    hint: () => 'wait until the administrator ends it, then run the same command again',
    blame: 'target',
    retryable: false,
    exit: 3,
  },
  'rate-limited': {
    message: (c) => `${c['server']} at ${c['object']} asks for fewer requests (429)`,
    hint: () => 'the tool waits as told; if it happens often lower "limits" in the config',
    blame: 'target',
    retryable: true,
    exit: 1,
  },
  'server-error': {
    message: (c) => `${c['server']} answers ${c['status']} to ${c['object']}: ${c['detail']}`,
    hint: () => 'look into the log of the server; run the same command again later',
    blame: 'target',
    retryable: true,
    exit: 1,
  },
  timeout: {
    message: (c) => `${c['server']} did not answer ${c['object']} within ${c['seconds']} s`,
    hint: () =>
      'the server is overloaded or a proxy holds the connection; lower "limits" in the config and run again',
    blame: 'network',
    retryable: true,
    exit: 1,
  },
  'push-unpack': {
    message: (c) => `GitLab refuses the objects of ${c['object']}: ${c['detail']}`,
    hint: () =>
      'GitLab checks every object (git fsck); ask its administrator to set receive.fsck.<check>=ignore or a skip list for this repository, or rewrite the history',
    blame: 'target',
    retryable: false,
    exit: 1,
  },
  'push-too-large': {
    message: (c) =>
      `GitLab, or a proxy before it, takes no push as large as that of ${c['object']}: ${c['detail']}`,
    hint: () =>
      "the push is split along the history; when one commit alone is too large, the administrator must raise the limit (receive_max_input_size, or the proxy's body size)",
    blame: 'target',
    retryable: false,
    exit: 1,
  },
  'relay-unfit': {
    message: (c) => `${c['object']} cannot be moved without a mirror on disk: ${c['detail']}`,
    hint: () => 'run again with --transport auto or --transport mirror',
    blame: 'you',
    retryable: false,
    exit: 1,
  },
  'push-failed': {
    message: (c) => `the push of ${c['object']} failed: ${c['detail']}`,
    hint: () => 'run the same command again: what arrived is kept',
    blame: 'target',
    retryable: true,
    exit: 1,
  },
  'fetch-failed': {
    message: (c) => `the fetch of ${c['object']} failed: ${c['detail']}`,
    hint: () =>
      'run the same command again; if it stays, run git fsck on the repository of the GitBucket machine',
    blame: 'source',
    retryable: true,
    exit: 1,
  },
  'git-failed': {
    message: (c) => `git failed on ${c['object']}: ${c['detail']}`,
    hint: () =>
      'run the same command again with --verbose; if it stays, remove the mirror below the work directory',
    blame: 'us',
    retryable: false,
    exit: 1,
  },
  'not-proven': {
    message: (c) => `${c['object']} differs from the source in ${c['count']} ref(s)`,
    hint: () =>
      'run migrate again; a ref that somebody changed on GitLab is listed as diverged and stays untouched',
    blame: 'target',
    retryable: false,
    exit: 1,
  },
  'group-missing': {
    message: (c) => `the group of ${c['object']} does not exist at ${c['target']} on GitLab`,
    hint: () => 'run gb2gl migrate for it first',
    blame: 'you',
    retryable: false,
    exit: 1,
  },
  'project-missing': {
    message: (c) => `${c['object']} has no project at ${c['target']} on GitLab`,
    hint: () => 'run gb2gl migrate for it first',
    blame: 'you',
    retryable: false,
    exit: 1,
  },
  interrupted: {
    message: () => 'interrupted',
    hint: () => 'run the same command again to go on where it stopped',
    blame: 'you',
    retryable: false,
    exit: 130,
  },
  unexpected: {
    message: (c) => `unexpected failure on ${c['object']}: ${c['detail']}`,
    hint: () => 'this is a fault of gb2gl; please report it together with the output of --verbose',
    blame: 'us',
    retryable: false,
    exit: 1,
  },
} satisfies Record<string, Entry>;

/** The object is the repository itself, unless it is its path on the target. */
function repositoryOf(context: ErrorContext): string {
  return `${context['repository'] ?? context['object']}`;
}

function near(context: ErrorContext): string {
  return context['nearest'] ? ` (did you mean ${context['nearest']}?)` : '';
}
