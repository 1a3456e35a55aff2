import type { RepositoryRecord } from '../../state.ts';
import { PRIORITIES } from '../issue-filter.ts';
import { isPull } from '../pulls.ts';
import type { TrackerState } from '../state.ts';
import { at, repositoryTable, within, type Cell, type Table } from './table.ts';

const PRIORITY_COLORS = ['fc2929', 'fc5629', 'fc9629', 'fcd629', 'acacac'];

/** The tables of issues, pull requests and releases, parents before children. */
export const TRACKER_TABLES: readonly Table[] = [
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
  within(38, Infinity, issueTable(false)),
  within(0, 38, issueTable(true)),
  within(46, Infinity, pullTable(', IS_DRAFT BOOLEAN, MERGED_COMMIT_IDS')),
  within(32, 46, pullTable(', IS_DRAFT BOOLEAN')),
  within(0, 32, pullTable('')),
  repositoryTable('ISSUE_LABEL', 'ISSUE_ID INTEGER, LABEL_ID INTEGER', (tracker, repository) =>
    tracker.issues.flatMap(({ number, labels }) =>
      labels.map((name): Cell[] => [number, labelId(tracker, repository, name)]),
    ),
  ),
  within(
    38,
    Infinity,
    repositoryTable('ISSUE_ASSIGNEE', 'ISSUE_ID INTEGER, ASSIGNEE_USER_NAME', ({ issues }) =>
      issues.flatMap(({ number, assignees }) => assignees.map((login): Cell[] => [number, login])),
    ),
  ),
  within(
    38,
    Infinity,
    repositoryTable(
      'CUSTOM_FIELD',
      `FIELD_ID INTEGER, FIELD_NAME, FIELD_TYPE, ENABLE_FOR_ISSUES BOOLEAN, ENABLE_FOR_PULL_REQUESTS BOOLEAN`,
      ({ customFields = [] }, repository) =>
        customFields.map((name) => [fieldId(customFields, repository, name), name, 'string', true, true]),
    ),
  ),
  within(
    38,
    Infinity,
    repositoryTable(
      'ISSUE_CUSTOM_FIELD',
      'ISSUE_ID INTEGER, FIELD_ID INTEGER, VALUE',
      ({ issues, customFields = [] }, repository) =>
        issues.flatMap(({ number, fields = [] }) =>
          fields.map(({ name, value }): Cell[] => [number, fieldId(customFields, repository, name), value]),
        ),
    ),
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
        const first = row.original ?? row;
        return [...head, ...times, row.issue, first.sha, first.oldLine, first.newLine];
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
];

/** Before 4.38 an issue had a column for the one assignee (GB-193). */
function issueTable(assigned: boolean): Table {
  return repositoryTable(
    'ISSUE',
    `ISSUE_ID INTEGER, OPENED_USER_NAME, MILESTONE_ID INTEGER, TITLE CLOB, CONTENT CLOB, CLOSED BOOLEAN,
     REGISTERED_DATE TIMESTAMP, UPDATED_DATE TIMESTAMP, PULL_REQUEST BOOLEAN, PRIORITY_ID INTEGER${assigned ? ', ASSIGNED_USER_NAME' : ''}`,
    ({ issues }, repository) =>
      issues.map((row) => {
        const head = [row.number, row.author, row.milestone, row.title, row.body, row.closed];
        const priority = row.priority === null ? null : priorityId(repository, row.priority);
        const [only = null, ...others] = row.assignees;
        const assignee = assigned ? [others.length === 0 ? only : null] : [];
        return [...head, at(row.createdAt), at(row.updatedAt), row.pull !== null, priority, ...assignee];
      }),
  );
}

/** Whether it is a draft is known since 4.32, which commits were merged since 4.46. */
function pullTable(more: string): Table {
  const count = more.split(',').length - 1;
  return repositoryTable(
    'PULL_REQUEST',
    `ISSUE_ID INTEGER, BRANCH, REQUEST_USER_NAME, REQUEST_REPOSITORY_NAME, REQUEST_BRANCH, COMMIT_ID_FROM,
     COMMIT_ID_TO${more}`,
    ({ issues }) =>
      issues.flatMap(({ number, pull }): Cell[][] => {
        if (!isPull(pull)) return [];
        const { headOwner, headName, headBranch, baseSha, headSha, draft } = pull;
        const rest = [draft, null].slice(0, count);
        return [[number, pull.baseBranch, headOwner, headName, headBranch, baseSha, headSha, ...rest]];
      }),
  );
}

function fieldId(names: readonly string[], repository: RepositoryRecord, name: string): number {
  return repository.id * 100 + names.indexOf(name) + 1;
}

/** Labels and priorities are known by name here; their ids are made up for the tables. */
function labelId(tracker: TrackerState, repository: RepositoryRecord, name: string): number {
  return repository.id * 1000 + tracker.labels.findIndex((label) => label.name === name) + 1;
}

function priorityId(repository: RepositoryRecord, name: string): number {
  return repository.id * 10 + PRIORITIES.findIndex((known) => known === name) + 1;
}
