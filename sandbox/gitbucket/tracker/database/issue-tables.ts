import { isPull } from '../pulls.ts';
import { ISSUE_KEY, labelId, perRepository, priorityId } from './per-repository.ts';
import { at, type Cell, type TableSpec } from './table.ts';

const ISSUE: TableSpec = {
  name: 'ISSUE',
  columns: [
    ...ISSUE_KEY,
    'OPENED_USER_NAME',
    'MILESTONE_ID',
    'TITLE',
    'CONTENT',
    'CLOSED',
    'REGISTERED_DATE',
    'UPDATED_DATE',
    'PULL_REQUEST',
    'PRIORITY_ID',
  ],
  clobs: ['TITLE', 'CONTENT'],
  rows: perRepository((tracker, repository) =>
    tracker.issues.map((row) => [
      row.number,
      row.author,
      row.milestone,
      row.title,
      row.body,
      row.closed,
      at(row.createdAt),
      at(row.updatedAt),
      row.pull !== null,
      row.priority === null ? null : priorityId(repository, row.priority),
    ]),
  ),
};

const PULL_REQUEST: TableSpec = {
  name: 'PULL_REQUEST',
  columns: [
    ...ISSUE_KEY,
    'BRANCH',
    'REQUEST_USER_NAME',
    'REQUEST_REPOSITORY_NAME',
    'REQUEST_BRANCH',
    'COMMIT_ID_FROM',
    'COMMIT_ID_TO',
    'IS_DRAFT',
  ],
  clobs: [],
  rows: perRepository((tracker) =>
    tracker.issues.flatMap(({ number, pull }): Cell[][] => {
      if (!isPull(pull)) return [];
      const { headOwner, headName, headBranch, baseSha, headSha, draft } = pull;
      return [[number, pull.baseBranch, headOwner, headName, headBranch, baseSha, headSha, draft]];
    }),
  ),
};

const ISSUE_LABEL: TableSpec = {
  name: 'ISSUE_LABEL',
  columns: [...ISSUE_KEY, 'LABEL_ID'],
  clobs: [],
  rows: perRepository((tracker, repository) =>
    tracker.issues.flatMap(({ number, labels }) =>
      labels.map((name): Cell[] => [number, labelId(tracker, repository, name)]),
    ),
  ),
};

const ISSUE_ASSIGNEE: TableSpec = {
  name: 'ISSUE_ASSIGNEE',
  columns: [...ISSUE_KEY, 'ASSIGNEE_USER_NAME'],
  clobs: [],
  rows: perRepository((tracker) =>
    tracker.issues.flatMap(({ number, assignees }) => assignees.map((login): Cell[] => [number, login])),
  ),
};

/** Issues and pull requests. */
export const ISSUE_TABLES: readonly TableSpec[] = [ISSUE, PULL_REQUEST, ISSUE_LABEL, ISSUE_ASSIGNEE];
