import { ISSUE_KEY, perRepository, REPOSITORY_KEY } from './per-repository.ts';
import { at, type TableSpec } from './table.ts';

const ISSUE_COMMENT: TableSpec = {
  name: 'ISSUE_COMMENT',
  columns: [
    ...ISSUE_KEY,
    'COMMENT_ID',
    'ACTION',
    'COMMENTED_USER_NAME',
    'CONTENT',
    'REGISTERED_DATE',
    'UPDATED_DATE',
  ],
  clobs: ['CONTENT'],
  rows: perRepository((tracker) =>
    tracker.comments.map((row) => [
      row.issue,
      row.id,
      row.action,
      row.author,
      row.body,
      at(row.createdAt),
      at(row.updatedAt),
    ]),
  ),
};

const COMMIT_COMMENT: TableSpec = {
  name: 'COMMIT_COMMENT',
  columns: [
    ...REPOSITORY_KEY,
    'COMMIT_ID',
    'COMMENT_ID',
    'COMMENTED_USER_NAME',
    'CONTENT',
    'FILE_NAME',
    'OLD_LINE_NUMBER',
    'NEW_LINE_NUMBER',
    'REGISTERED_DATE',
    'UPDATED_DATE',
    'ISSUE_ID',
    'ORIGINAL_COMMIT_ID',
    'ORIGINAL_OLD_LINE',
    'ORIGINAL_NEW_LINE',
  ],
  clobs: ['CONTENT'],
  rows: perRepository((tracker) =>
    tracker.commitComments.map((row) => [
      row.sha,
      row.id,
      row.author,
      row.body,
      row.file,
      row.oldLine,
      row.newLine,
      at(row.createdAt),
      at(row.updatedAt),
      row.issue,
      row.sha,
      row.oldLine,
      row.newLine,
    ]),
  ),
};

/** What people said, and the events that are stored in the same place. */
export const COMMENT_TABLES: readonly TableSpec[] = [ISSUE_COMMENT, COMMIT_COMMENT];
