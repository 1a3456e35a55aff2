import type { GitBucketContext } from '../../context.ts';
import type { RepositoryRecord } from '../../state.ts';
import { PRIORITIES } from '../issue-filter.ts';
import { emptyTracker, type TrackerState } from '../state.ts';
import type { Cell, TableSpec } from './table.ts';

/** The columns with which most tables begin. */
export const REPOSITORY_KEY = ['USER_NAME', 'REPOSITORY_NAME'] as const;
export const ISSUE_KEY = [...REPOSITORY_KEY, 'ISSUE_ID'] as const;

/** Rows of all repositories, disabled owners included, each beginning with owner and name. */
export function perRepository(
  rows: (tracker: TrackerState, repository: RepositoryRecord) => Cell[][],
): TableSpec['rows'] {
  return (context: GitBucketContext) =>
    context.state.repositories.flatMap((repository) =>
      rows(context.state.tracker[`${repository.owner}/${repository.name}`] ?? emptyTracker(), repository).map(
        (row) => [repository.owner, repository.name, ...row],
      ),
    );
}

/** Labels and priorities are known by name here; their ids are made up for the tables. */
export function labelId(tracker: TrackerState, repository: RepositoryRecord, name: string): number {
  return repository.id * 1000 + tracker.labels.findIndex((label) => label.name === name) + 1;
}

export function priorityId(repository: RepositoryRecord, name: string): number {
  return repository.id * 10 + PRIORITIES.findIndex((known) => known === name) + 1;
}
