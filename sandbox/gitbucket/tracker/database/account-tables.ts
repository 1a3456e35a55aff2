import { sha256 } from '../../auth.ts';
import type { GitBucketContext } from '../../context.ts';
import type { RepositoryRecord } from '../../state.ts';
import { at, type Cell, type TableSpec } from './table.ts';

const ACCOUNT: TableSpec = {
  name: 'ACCOUNT',
  columns: [
    'USER_NAME',
    'MAIL_ADDRESS',
    'PASSWORD',
    'ADMINISTRATOR',
    'URL',
    'REGISTERED_DATE',
    'UPDATED_DATE',
    'LAST_LOGIN_DATE',
    'IMAGE',
    'GROUP_ACCOUNT',
    'FULL_NAME',
    'REMOVED',
    'DESCRIPTION',
  ],
  clobs: ['DESCRIPTION'],
  rows: ({ state }) =>
    state.accounts.map((account) => [
      account.login,
      account.email,
      account.password === undefined ? '' : sha256(account.password),
      account.admin,
      account.url ?? null,
      at(account.createdAt),
      at(account.createdAt),
      null,
      null,
      account.kind === 'group',
      account.fullName,
      account.disabled,
      account.description ?? null,
    ]),
};

const GROUP_MEMBER: TableSpec = {
  name: 'GROUP_MEMBER',
  columns: ['GROUP_NAME', 'USER_NAME', 'MANAGER'],
  clobs: [],
  rows: ({ state }) =>
    state.accounts.flatMap((group) =>
      group.members.map(({ login, manager }): Cell[] => [group.login, login, manager]),
    ),
};

const REPOSITORY: TableSpec = {
  name: 'REPOSITORY',
  columns: [
    'USER_NAME',
    'REPOSITORY_NAME',
    'PRIVATE',
    'DESCRIPTION',
    'DEFAULT_BRANCH',
    'REGISTERED_DATE',
    'UPDATED_DATE',
    'LAST_ACTIVITY_DATE',
    'ORIGIN_USER_NAME',
    'ORIGIN_REPOSITORY_NAME',
    'PARENT_USER_NAME',
    'PARENT_REPOSITORY_NAME',
    'EXTERNAL_ISSUES_URL',
    'EXTERNAL_WIKI_URL',
    'ALLOW_FORK',
    'WIKI_OPTION',
    'ISSUES_OPTION',
    'MERGE_OPTIONS',
    'DEFAULT_MERGE_OPTION',
    'SAFE_MODE',
  ],
  clobs: ['DESCRIPTION'],
  rows: ({ state }) => state.repositories.map(repositoryRow),
};

const COLLABORATOR: TableSpec = {
  name: 'COLLABORATOR',
  columns: ['USER_NAME', 'REPOSITORY_NAME', 'COLLABORATOR_NAME', 'ROLE'],
  clobs: [],
  rows: ({ state }) =>
    state.repositories.flatMap(({ owner, name, collaborators }) =>
      collaborators.map(({ login, role }): Cell[] => [owner, name, login, role]),
    ),
};

const PROTECTED_BRANCH: TableSpec = {
  name: 'PROTECTED_BRANCH',
  columns: [
    'USER_NAME',
    'REPOSITORY_NAME',
    'BRANCH',
    'STATUS_CHECK_ADMIN',
    'REQUIRED_STATUS_CHECK',
    'RESTRICTIONS',
  ],
  clobs: [],
  rows: ({ state }) =>
    state.repositories.flatMap(({ owner, name, protections }) =>
      protections.map((row): Cell[] => [
        owner,
        name,
        row.branch,
        row.enforceAdmins,
        row.contexts !== undefined,
        row.restrictedTo !== undefined,
      ]),
    ),
};

const VERSIONS: TableSpec = {
  name: 'VERSIONS',
  columns: ['MODULE_ID', 'VERSION'],
  clobs: [],
  rows: ({ minor }: GitBucketContext) => [['gitbucket-core', `4.${minor}.0`]],
};

/** Accounts, repositories and who may do what. */
export const ACCOUNT_TABLES: readonly TableSpec[] = [
  ACCOUNT,
  GROUP_MEMBER,
  REPOSITORY,
  COLLABORATOR,
  PROTECTED_BRANCH,
  VERSIONS,
];

function repositoryRow(row: RepositoryRecord): Cell[] {
  return [
    row.owner,
    row.name,
    row.private,
    row.description ?? null,
    row.defaultBranch,
    at(row.createdAt),
    at(row.activityAt),
    at(row.activityAt),
    row.origin?.owner ?? null,
    row.origin?.name ?? null,
    row.parent?.owner ?? null,
    row.parent?.name ?? null,
    null,
    null,
    row.allowFork,
    row.wikiOption,
    row.issuesOption,
    'merge-commit,squash,rebase',
    'merge-commit',
    true,
  ];
}
