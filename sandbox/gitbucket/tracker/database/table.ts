import type { GitBucketContext } from '../../context.ts';
import type { RepositoryRecord } from '../../state.ts';
import { emptyTracker, type TrackerState } from '../state.ts';

/** One value of the database; a Date is a TIMESTAMP. */
export type Cell = string | number | boolean | Date | null;

export type Column = { name: string; type: string };

/** A table as the database viewer and the export see it; rows are in the order of the columns. */
export type Table = {
  name: string;
  columns: Column[];
  rows: (context: GitBucketContext) => Cell[][];
  /** The first minor version that has it, and the first that has it no more. */
  since?: number;
  until?: number;
};

type RepositoryRows = (tracker: TrackerState, repository: RepositoryRecord) => Cell[][];

/** Columns are written as in CREATE TABLE; one without a type is a VARCHAR, GitBucket's `text` is a CLOB. */
export function table(name: string, columns: string, rows: Table['rows']): Table {
  return { name, columns: columns.split(/,\s*/).map(toColumn), rows };
}

/** The table, in versions from the one to before the other. */
export function within(since: number, until: number, each: Table): Table {
  return { ...each, since, until };
}

/** The tables that this version has. */
export function tablesOf(all: readonly Table[], minor: number): Table[] {
  return all.filter(({ since = 0, until = Infinity }) => since <= minor && minor < until);
}

/** A table of which each row begins with the repository's owner and name. */
export function repositoryTable(name: string, columns: string, rows: RepositoryRows): Table {
  const withKey: RepositoryRows = (tracker, repository) =>
    rows(tracker, repository).map((row) => [repository.owner, repository.name, ...row]);
  return table(name, `USER_NAME, REPOSITORY_NAME, ${columns}`, perRepository(withKey));
}

/** Rows of all repositories, those of disabled owners included. */
export function perRepository(rows: RepositoryRows): Table['rows'] {
  return ({ state }) =>
    state.repositories.flatMap((repository) =>
      rows(state.tracker[`${repository.owner}/${repository.name}`] ?? emptyTracker(), repository),
    );
}

export function at(milliseconds: number): Date;
export function at(milliseconds: number | null): Date | null;
export function at(milliseconds: number | null): Date | null {
  return milliseconds === null ? null : new Date(milliseconds);
}

function toColumn(text: string): Column {
  const [name = '', type = 'VARCHAR'] = text.split(' ');
  return { name, type };
}
