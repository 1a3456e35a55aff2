import { sha256 } from '../../auth.ts';
import type { AccountRecord, RepositoryRecord } from '../../state.ts';
import { PRIORITIES } from '../issue-filter.ts';
import { isPull } from '../pulls.ts';
import type { TrackerState } from '../state.ts';
import { at, perRepository, repositoryTable, table, within, type Cell, type Table } from './table.ts';

const PRIORITY_COLORS = ['fc2929', 'fc5629', 'fc9629', 'fcd629', 'acacac'];

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
  repositoryTable(
    'MILESTONE',
    'MILESTONE_ID INTEGER, TITLE, DESCRIPTION CLOB, DUE_DATE TIMESTAMP, CLOSED_DATE TIMESTAMP',
    ({ milestones }) =>
      milestones.map((row) => [row.id, row.title, row.description, at(row.dueAt), at(row.closedAt)]),
  ),
  repositoryTable(
    'PRIORITY',
    'PRIORITY_ID INTEGER, PRIORITY_NAME, ORDERING INTEGER, IS_DEFAULT BOOLEAN, COLOR',
    (_tracker, repository) =>
      PRIORITIES.map((name, index) => {
        const color = PRIORITY_COLORS[index] ?? 'acacac';
        return [priorityId(repository, name), name, index, name === 'default', color];
      }),
  ),
  repositoryTable('LABEL', 'LABEL_ID INTEGER, LABEL_NAME, COLOR', (tracker, repository) =>
    tracker.labels.map(({ name, color }) => [labelId(tracker, repository, name), name, color]),
  ),
  repositoryTable(
    'ISSUE',
    `ISSUE_ID INTEGER, OPENED_USER_NAME, MILESTONE_ID INTEGER, TITLE CLOB, CONTENT CLOB, CLOSED BOOLEAN,
     REGISTERED_DATE TIMESTAMP, UPDATED_DATE TIMESTAMP, PULL_REQUEST BOOLEAN, PRIORITY_ID INTEGER`,
    ({ issues }, repository) =>
      issues.map((row) => {
        const head = [row.number, row.author, row.milestone, row.title, row.body, row.closed];
        const priority = row.priority === null ? null : priorityId(repository, row.priority);
        return [...head, at(row.createdAt), at(row.updatedAt), row.pull !== null, priority];
      }),
  ),
  repositoryTable(
    'PULL_REQUEST',
    `ISSUE_ID INTEGER, BRANCH, REQUEST_USER_NAME, REQUEST_REPOSITORY_NAME, REQUEST_BRANCH, COMMIT_ID_FROM,
     COMMIT_ID_TO, IS_DRAFT BOOLEAN`,
    ({ issues }) =>
      issues.flatMap(({ number, pull }): Cell[][] => {
        if (!isPull(pull)) return [];
        const { headOwner, headName, headBranch, baseSha, headSha, draft } = pull;
        return [[number, pull.baseBranch, headOwner, headName, headBranch, baseSha, headSha, draft]];
      }),
  ),
  repositoryTable('ISSUE_LABEL', 'ISSUE_ID INTEGER, LABEL_ID INTEGER', (tracker, repository) =>
    tracker.issues.flatMap(({ number, labels }) =>
      labels.map((name): Cell[] => [number, labelId(tracker, repository, name)]),
    ),
  ),
  repositoryTable('ISSUE_ASSIGNEE', 'ISSUE_ID INTEGER, ASSIGNEE_USER_NAME', ({ issues }) =>
    issues.flatMap(({ number, assignees }) => assignees.map((login): Cell[] => [number, login])),
  ),
  repositoryTable(
    'ISSUE_COMMENT',
    `ISSUE_ID INTEGER, COMMENT_ID INTEGER, ACTION, COMMENTED_USER_NAME, CONTENT CLOB,
     REGISTERED_DATE TIMESTAMP, UPDATED_DATE TIMESTAMP`,
    ({ comments }) =>
      comments.map((row) => {
        const head = [row.issue, row.id, row.action, row.author, row.body];
        return [...head, at(row.createdAt), at(row.updatedAt)];
      }),
  ),
  repositoryTable(
    'COMMIT_COMMENT',
    `COMMIT_ID, COMMENT_ID INTEGER, COMMENTED_USER_NAME, CONTENT CLOB, FILE_NAME, OLD_LINE_NUMBER INTEGER,
     NEW_LINE_NUMBER INTEGER, REGISTERED_DATE TIMESTAMP, UPDATED_DATE TIMESTAMP, ISSUE_ID INTEGER,
     ORIGINAL_COMMIT_ID, ORIGINAL_OLD_LINE INTEGER, ORIGINAL_NEW_LINE INTEGER`,
    ({ commitComments }) =>
      commitComments.map((row) => {
        const head = [row.sha, row.id, row.author, row.body, row.file, row.oldLine, row.newLine];
        const times = [at(row.createdAt), at(row.updatedAt)];
        return [...head, ...times, row.issue, row.sha, row.oldLine, row.newLine];
      }),
  ),
  repositoryTable(
    'RELEASE_TAG',
    'TAG, NAME, AUTHOR, CONTENT CLOB, REGISTERED_DATE TIMESTAMP, UPDATED_DATE TIMESTAMP',
    ({ releases }) =>
      releases.map((row) => [row.tag, row.name, row.author, row.body, at(row.createdAt), at(row.updatedAt)]),
  ),
  repositoryTable(
    'RELEASE_ASSET',
    'TAG, FILE_NAME, LABEL, SIZE INTEGER, UPLOADER, REGISTERED_DATE TIMESTAMP, UPDATED_DATE TIMESTAMP',
    ({ releases }) =>
      releases.flatMap(({ tag, assets }) =>
        assets.map((row): Cell[] => {
          const uploaded = at(row.createdAt);
          return [tag, row.fileId, row.name, row.size, row.uploader, uploaded, uploaded];
        }),
      ),
  ),
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

/** Labels and priorities are known by name here; their ids are made up for the tables. */
function labelId(tracker: TrackerState, repository: RepositoryRecord, name: string): number {
  return repository.id * 1000 + tracker.labels.findIndex((label) => label.name === name) + 1;
}

function priorityId(repository: RepositoryRecord, name: string): number {
  return repository.id * 10 + PRIORITIES.findIndex((known) => known === name) + 1;
}
