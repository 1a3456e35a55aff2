import { sha256 } from '../../auth.ts';
import type { AccountRecord, RepositoryRecord } from '../../state.ts';
import { at, perRepository, repositoryTable, table, within, type Cell, type Table } from './table.ts';
import { TRACKER_TABLES } from './tracker-tables.ts';

/** All tables, parents before children. */
export const TABLES: readonly Table[] = [
  table(
    'ACCOUNT',
    `USER_NAME, MAIL_ADDRESS, PASSWORD, ADMINISTRATOR BOOLEAN, URL, REGISTERED_DATE TIMESTAMP,
     UPDATED_DATE TIMESTAMP, LAST_LOGIN_DATE TIMESTAMP, IMAGE, GROUP_ACCOUNT BOOLEAN, FULL_NAME,
     REMOVED BOOLEAN, DESCRIPTION CLOB`,
    ({ state }) =>
      state.accounts.map((row) => {
        const registered = at(row.createdAt);
        const head = [row.login, row.email, passwordOf(row), row.admin, row.url ?? null];
        const isGroup = row.kind === 'group';
        const times = [registered, registered, at(row.lastSignInAt ?? null)];
        const tail = [isGroup, row.fullName, row.disabled, row.description ?? null];
        return [...head, ...times, row.image ?? null, ...tail];
      }),
  ),
  within(
    24,
    Infinity,
    table('ACCOUNT_EXTRA_MAIL_ADDRESS', 'USER_NAME, EXTRA_MAIL_ADDRESS', ({ state }) =>
      state.accounts.flatMap(({ login, extraMails = [] }) => extraMails.map((mail): Cell[] => [login, mail])),
    ),
  ),
  within(
    21,
    Infinity,
    table('ACCOUNT_FEDERATION', 'ISSUER, SUBJECT, USER_NAME', ({ state }) =>
      state.accounts.flatMap(({ login, federation }): Cell[][] =>
        federation === undefined ? [] : [[federation.issuer, federation.subject, login]],
      ),
    ),
  ),
  table('SSH_KEY', 'USER_NAME, SSH_KEY_ID INTEGER, TITLE, PUBLIC_KEY CLOB', ({ state }) =>
    state.accounts.flatMap(({ login, sshKeys = [] }) =>
      sshKeys.map((row): Cell[] => [login, row.id, row.title, row.publicKey]),
    ),
  ),
  table('GROUP_MEMBER', 'GROUP_NAME, USER_NAME, MANAGER BOOLEAN', ({ state }) =>
    state.accounts.flatMap((group) =>
      group.members.map(({ login, manager }): Cell[] => [group.login, login, manager]),
    ),
  ),
  repositoryTable(
    'REPOSITORY',
    `PRIVATE BOOLEAN, DESCRIPTION CLOB, DEFAULT_BRANCH, REGISTERED_DATE TIMESTAMP, UPDATED_DATE TIMESTAMP,
     LAST_ACTIVITY_DATE TIMESTAMP, ORIGIN_USER_NAME, ORIGIN_REPOSITORY_NAME, PARENT_USER_NAME,
     PARENT_REPOSITORY_NAME, EXTERNAL_ISSUES_URL, EXTERNAL_WIKI_URL, ALLOW_FORK BOOLEAN, WIKI_OPTION,
     ISSUES_OPTION, MERGE_OPTIONS, DEFAULT_MERGE_OPTION, SAFE_MODE BOOLEAN`,
    (_tracker, row) => {
      const active = at(row.activityAt);
      const head = [
        row.private,
        row.description ?? null,
        row.defaultBranch,
        at(row.createdAt),
        active,
        active,
      ];
      const forked = [row.origin, row.parent].flatMap((from) => [from?.owner ?? null, from?.name ?? null]);
      const external = [row.externalIssuesUrl ?? null, row.externalWikiUrl ?? null];
      const { merges, merge, safe } = mergingOf(row);
      const options = [row.allowFork, row.wikiOption, row.issuesOption, merges.join(',')];
      return [[...head, ...forked, ...external, ...options, merge, safe]];
    },
  ),
  repositoryTable('COLLABORATOR', 'COLLABORATOR_NAME, ROLE', (_tracker, repository) =>
    repository.collaborators.map(({ login, role }) => [login, role]),
  ),
  within(
    44,
    Infinity,
    repositoryTable(
      'PROTECTED_BRANCH',
      'BRANCH, STATUS_CHECK_ADMIN BOOLEAN, REQUIRED_STATUS_CHECK BOOLEAN, RESTRICTIONS BOOLEAN',
      (_tracker, { protections }) =>
        protections.map((row) => [
          row.branch,
          row.enforceAdmins,
          row.contexts !== undefined,
          row.restrictedTo !== undefined,
        ]),
    ),
  ),
  within(
    0,
    44,
    repositoryTable('PROTECTED_BRANCH', 'BRANCH, STATUS_CHECK_ADMIN BOOLEAN', (_tracker, { protections }) =>
      protections.map((row) => [row.branch, row.enforceAdmins]),
    ),
  ),
  repositoryTable('PROTECTED_BRANCH_REQUIRE_CONTEXT', 'BRANCH, CONTEXT', (_tracker, { protections }) =>
    protections.flatMap(({ branch, contexts = [] }) => contexts.map((name): Cell[] => [branch, name])),
  ),
  within(
    44,
    Infinity,
    repositoryTable('PROTECTED_BRANCH_RESTRICTION', 'BRANCH, ALLOWED_USER', (_tracker, { protections }) =>
      protections.flatMap(({ branch, restrictedTo = [] }) =>
        restrictedTo.map((login): Cell[] => [branch, login]),
      ),
    ),
  ),
  table('VERSIONS', 'MODULE_ID, VERSION', ({ minor }) => [['gitbucket-core', `4.${minor}.0`]]),
  ...TRACKER_TABLES,
  table(
    'WEB_HOOK',
    'HOOK_ID INTEGER, USER_NAME, REPOSITORY_NAME, URL, TOKEN, CTYPE',
    perRepository(({ hooks }, { owner, name }) =>
      hooks.map((row) => [row.id, owner, name, row.url, row.secret, row.contentType]),
    ),
  ),
  repositoryTable('WEB_HOOK_EVENT', 'URL, EVENT', ({ hooks }) =>
    hooks.flatMap(({ url, events }) => events.map((event): Cell[] => [url, event])),
  ),
  repositoryTable(
    'COMMIT_STATUS',
    `COMMIT_STATUS_ID INTEGER, COMMIT_ID, CONTEXT, STATE, TARGET_URL, DESCRIPTION CLOB, CREATOR,
     REGISTERED_DATE TIMESTAMP, UPDATED_DATE TIMESTAMP`,
    ({ statuses }) =>
      statuses.map((row) => {
        const head = [row.id, row.sha, row.context, row.state, row.targetUrl, row.description, row.creator];
        return [...head, at(row.createdAt), at(row.updatedAt)];
      }),
  ),
  repositoryTable(
    'DEPLOY_KEY',
    'DEPLOY_KEY_ID INTEGER, TITLE, PUBLIC_KEY CLOB, ALLOW_WRITE BOOLEAN',
    ({ deployKeys }) => deployKeys.map((row) => [row.id, row.title, row.publicKey, row.allowWrite]),
  ),
];

/** Whom a directory or a federation lets in has no password of GitBucket's (GB-57). */
function passwordOf({ password, federation }: AccountRecord): string {
  if (federation !== undefined) return '[DUMMY]';
  return password === undefined ? '' : sha256(password);
}

/** How a repository merges, as far as nobody chose otherwise. */
export function mergingOf({ mergeOptions, defaultMergeOption, safeMode }: RepositoryRecord) {
  return {
    merges: mergeOptions ?? ['merge-commit', 'squash', 'rebase'],
    merge: defaultMergeOption ?? 'merge-commit',
    safe: safeMode ?? true,
  };
}
