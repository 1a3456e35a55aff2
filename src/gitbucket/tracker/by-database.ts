import type {
  LineComment,
  TrackerItem,
  TrackerLabel,
  TrackerMilestone,
  TrackerRelease,
} from '../../model/tracker.ts';
import type { RepositoryName } from '../../model/source.ts';
import type { GitBucketApi } from '../client.ts';
import type { GitBucketDatabase, Row } from '../database.ts';
import { itemsIn, readNames, withoutBranches, type Tables } from './database-items.ts';
import { dueDay } from './due-day.ts';
import type { Gaps } from './gaps.ts';
import type { Heads } from './heads.ts';
import type { Numbered } from './listed.ts';
import { queries } from './queries.ts';
import { byItem, lastChangeIn, lineCommentsIn, longText, numberIn } from './rows.ts';
import type { Times } from './times.ts';

/** A tracker as the database has it (GB-172): everything, in a few queries for many items. */

export type DatabaseTracker = {
  numbers: () => Promise<Numbered[]>;
  items(numbers: readonly number[]): AsyncIterable<TrackerItem>;
  labels(): Promise<TrackerLabel[]>;
  milestones(): Promise<TrackerMilestone[]>;
  commitComments(): Promise<LineComment[] | null>;
  /** Null where this version keeps them in another table. */
  releases(): Promise<TrackerRelease[] | null>;
};

/** Items of one round of queries. */
const sliceSize = 100;

export type DatabaseTrackerOptions = {
  api: GitBucketApi;
  database: GitBucketDatabase;
  repository: RepositoryName;
  times: Times;
  heads: Heads;
  gaps: Gaps;
};

export function createDatabaseTracker(options: DatabaseTrackerOptions): DatabaseTracker {
  const { database, repository, times, gaps } = options;

  /** Nothing in versions without that table. */
  async function rowsOf(name: keyof typeof queries, numbers?: readonly number[]): Promise<readonly Row[]> {
    return (await optional(name, numbers)) ?? [];
  }

  /** Null in versions without that table. */
  function optional(name: keyof typeof queries, numbers?: readonly number[]): Promise<readonly Row[] | null> {
    return database.select(queries[name], { ...repository, ...(numbers === undefined ? {} : { numbers }) });
  }

  const read: Tables = { rowsOf, optional };
  return {
    async numbers() {
      const [rows, pulls] = await Promise.all([rowsOf('numbers'), rowsOf('pullNumbers')]);
      await times.prepare(rows);
      const comments = byItem(rows.length === 0 ? [] : await rowsOf('lastComments'));
      const remarks = byItem(pulls.length === 0 ? [] : await rowsOf('lastRemarks'));
      const known = new Set(pulls.map((row) => numberIn(row, 'ISSUE_ID')));
      const numbers = rows.flatMap((row): Numbered[] => {
        const number = numberIn(row, 'ISSUE_ID');
        const kind = row.flag('PULL_REQUEST') === true ? 'pull' : 'issue';
        if (kind === 'pull' && !known.has(number)) {
          gaps.note(withoutBranches(number, ''));
          return [];
        }
        const changes = [row, ...(comments.get(number) ?? []), ...(remarks.get(number) ?? [])];
        const updatedAt = lastChangeIn(changes, times.toUtc);
        return [{ number, kind, updatedAt, open: row.flag('CLOSED') !== true }];
      });
      return numbers.sort((one, other) => one.number - other.number);
    },
    async *items(numbers) {
      if (numbers.length === 0) return;
      const names = await readNames(read);
      for (let at = 0; at < numbers.length; at += sliceSize)
        yield* await itemsIn(numbers.slice(at, at + sliceSize), names, { ...options, read });
    },
    async labels() {
      return (await rowsOf('labels')).map((row) => ({
        name: row.text('LABEL_NAME') ?? '',
        color: row.text('COLOR') ?? '',
      }));
    },
    async milestones() {
      const rows = await rowsOf('milestones');
      await times.prepare([]);
      const milestones = rows.map((row): TrackerMilestone => {
        const closedAt = row.text('CLOSED_DATE');
        return {
          id: numberIn(row, 'MILESTONE_ID'),
          title: row.text('TITLE') ?? '',
          description: longText(row),
          closed: closedAt !== null,
          closedAt: closedAt === null ? null : times.toUtc(closedAt),
          dueOn: dayIn(row.text('DUE_DATE')),
        };
      });
      return milestones.sort((one, other) => one.id - other.id);
    },
    async commitComments() {
      const rows = await optional('commitComments');
      await times.prepare([]);
      return rows && lineCommentsIn(rows, times.toUtc);
    },
    async releases() {
      const [releases, assets] = await Promise.all([optional('releases'), optional('assets')]);
      if (releases === null) return null;
      await times.prepare([]);
      const found = releases.map((row): TrackerRelease & { updatedAt: string } => ({
        tag: row.text('TAG') ?? '',
        name: row.text('NAME') ?? '',
        body: longText(row),
        author: row.text('AUTHOR'),
        createdAt: times.toUtc(row.text('REGISTERED_DATE') ?? ''),
        updatedAt: row.text('UPDATED_DATE') ?? '',
        assets: (assets ?? []).filter((asset) => asset.text('TAG') === row.text('TAG')).map(assetOf),
      }));
      // As the API has them: the one that was changed last comes last (GB-210).
      found.sort((one, other) => (one.updatedAt < other.updatedAt ? -1 : 1));
      return found.map(({ updatedAt: _updatedAt, ...release }) => release);
    },
  };

  /** Midnight of the server is the day itself; the API takes any other time, in UTC. */
  function dayIn(local: string | null): string | null {
    if (local === null) return null;
    return /[ T]00:00(?::00(?:\.0*)?)?$/.test(local) ? local.slice(0, 10) : dueDay(times.toUtc(local));
  }
}

function assetOf(row: Row): { id: string; name: string; size: number } {
  const id = row.text('FILE_NAME') ?? '';
  return { id, name: row.text('LABEL') ?? id, size: numberIn(row, 'SIZE') };
}
