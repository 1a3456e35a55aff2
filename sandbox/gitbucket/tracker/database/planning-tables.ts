import { PRIORITIES } from '../issue-filter.ts';
import { labelId, perRepository, priorityId, REPOSITORY_KEY } from './per-repository.ts';
import { atOrNull, type TableSpec } from './table.ts';

const PRIORITY_COLORS = ['fc2929', 'fc5629', 'fc9629', 'fcd629', 'acacac'];

const MILESTONE: TableSpec = {
  name: 'MILESTONE',
  columns: [...REPOSITORY_KEY, 'MILESTONE_ID', 'TITLE', 'DESCRIPTION', 'DUE_DATE', 'CLOSED_DATE'],
  clobs: ['DESCRIPTION'],
  rows: perRepository((tracker) =>
    tracker.milestones.map((row) => [
      row.id,
      row.title,
      row.description,
      atOrNull(row.dueAt),
      atOrNull(row.closedAt),
    ]),
  ),
};

const PRIORITY: TableSpec = {
  name: 'PRIORITY',
  columns: [...REPOSITORY_KEY, 'PRIORITY_ID', 'PRIORITY_NAME', 'ORDERING', 'IS_DEFAULT', 'COLOR'],
  clobs: [],
  rows: perRepository((_tracker, repository) =>
    PRIORITIES.map((name, index) => [
      priorityId(repository, name),
      name,
      index,
      name === 'default',
      PRIORITY_COLORS[index] ?? 'acacac',
    ]),
  ),
};

const LABEL: TableSpec = {
  name: 'LABEL',
  columns: [...REPOSITORY_KEY, 'LABEL_ID', 'LABEL_NAME', 'COLOR'],
  clobs: [],
  rows: perRepository((tracker, repository) =>
    tracker.labels.map(({ name, color }) => [labelId(tracker, repository, name), name, color]),
  ),
};

/** What issues are sorted into. */
export const PLANNING_TABLES: readonly TableSpec[] = [MILESTONE, PRIORITY, LABEL];
