import type { RefListing } from '../../model/forge.ts';
import type { RepositoryName } from '../../model/source.ts';
import type { TrackerFile, TrackerLabel, TrackerReader, TrackerVerbs } from '../../model/tracker.ts';
import type { Http } from '../../net/http.ts';
import { once } from '../../net/once.ts';
import { pagePathOf, type GitBucketApi } from '../client.ts';
import type { GitBucketDatabase } from '../database.ts';
import { Label } from '../schema.ts';
import type { GitBucketSession } from '../session.ts';
import { createApiTracker } from './by-api.ts';
import { createDatabaseTracker, type DatabaseTracker } from './by-database.ts';
import { fileAt } from './files.ts';
import { createGaps } from './gaps.ts';
import { createHeads } from './heads.ts';
import { areStock, createOverview, type Overview } from './overview.ts';
import { releasesByApi } from './releases.ts';
import { createTimes } from './times.ts';
import { createServerZone, type ServerZone } from './zone.ts';

export type TrackerOptions = {
  api: GitBucketApi;
  web: Http;
  session: GitBucketSession;
  database: GitBucketDatabase;
  /** What git advertises of a repository. */
  list: (repository: RepositoryName) => Promise<RefListing>;
  silenceMs: number;
};

/** The trackers of GitBucket: by its database where an administrator has signed in, else by its API. */
export function createTrackerVerbs(options: TrackerOptions): TrackerVerbs {
  const zone = createServerZone();
  const overview = createOverview(options.database);
  const readers = new Map<string, TrackerReader>();
  return {
    tracker(repository) {
      const key = `${repository.owner}/${repository.name}`;
      const found = readers.get(key) ?? createReader(repository, { ...options, zone, overview });
      readers.set(key, found);
      return found;
    },
  };
}

/** What the readers of one server share. */
type Shared = { zone: ServerZone; overview: Overview };

function createReader(
  { owner, name }: RepositoryName,
  { api, web, session, database, list, silenceMs, zone, overview }: TrackerOptions & Shared,
): TrackerReader {
  const repository = { owner, name };
  const gaps = createGaps();
  const listing = once(() => list(repository));
  const heads = createHeads(api, repository, listing);
  const byApi = createApiTracker(api, repository, { gaps, heads });
  const files = { web, session, silenceMs };

  /** Null when nobody may ask the database, and for a repository that it did not have when it was first asked. */
  const byDatabase = once(async (): Promise<DatabaseTracker | null> => {
    if ((await database.rowsOfRepository('REPOSITORY', repository)) === null) return null;
    const times = createTimes({ api, database, repository, zone });
    return createDatabaseTracker({ api, database, repository, times, heads, gaps });
  });

  async function tags(): Promise<string[]> {
    const { refs } = await listing();
    return [...refs.keys()].flatMap((ref) => /^refs\/tags\/(.+)$/.exec(ref)?.[1] ?? []);
  }

  async function labels(): Promise<TrackerLabel[]> {
    const found =
      (await (await byDatabase())?.labels()) ?? (await api.list(repository, 'labels', Label)) ?? [];
    return found.map(({ name, color }): TrackerLabel => ({ name, color: color.toLowerCase() })).sort(byName);
  }

  return {
    labels,
    async furnished() {
      const told = (await byDatabase()) === null ? null : await overview.isFurnished(repository);
      if (told !== null) return told;
      return !areStock(await labels()) || ((await byApi.milestones()) ?? []).length > 0;
    },
    async milestones() {
      const found = (await (await byDatabase())?.milestones()) ?? (await byApi.milestones());
      if (found === null) {
        const detail = 'GitBucket before 4.35 has no list of them';
        gaps.note({ what: 'milestones', count: null, of: '', detail });
      }
      return found;
    },
    numbers: async () => ((await byDatabase()) ?? byApi).numbers(),
    async *items(numbers) {
      yield* ((await byDatabase()) ?? byApi).items(numbers);
    },
    async commitComments() {
      const tracker = await byDatabase();
      const none = tracker !== null && (await overview.hasCommitComments(repository)) === false;
      const found = none ? [] : ((await tracker?.commitComments()) ?? null);
      if (found === null) {
        const detail = 'only the database of GitBucket has comments on commits outside of pull requests';
        gaps.note({ what: 'commit-comments', count: null, of: '', detail });
      }
      return found;
    },
    async releases() {
      const tracker = await byDatabase();
      if (tracker !== null && (await overview.hasReleases(repository)) === false) return [];
      const found = (await tracker?.releases()) ?? null;
      return found ?? releasesByApi(api, repository, { tags, gaps });
    },
    async asset({ tag }, { id, name: file, size }) {
      const of = `${tag}/${file}`;
      const note = (detail: string): void => gaps.note({ what: 'attachment', count: 1, of, detail });
      const at = (place: string): Promise<TrackerFile | null> =>
        fileAt(
          files,
          `${pagePathOf(repository)}/releases/${place}/assets/${encodeURIComponent(id)}`,
          (bytes) => {
            if (bytes !== size) note(`GitBucket has ${bytes} of its ${size} bytes`);
          },
        );
      // Slashes stay since 4.36; up to 4.31 they have to go, and between nothing helps (GB-213).
      const stayed = await at(tag.split('/').map(encodeURIComponent).join('/'));
      const found = stayed ?? (tag.includes('/') ? await at(encodeURIComponent(tag)) : null);
      if (found === null) note('GitBucket does not give it');
      return found;
    },
    async attachment(id) {
      const isId = /^[\w-]+$/.test(id);
      const found = isId ? await fileAt(files, `${pagePathOf(repository)}/_attached/${id}`) : null;
      if (found === null)
        gaps.note({ what: 'attachment', count: 1, of: id, detail: 'GitBucket does not give it' });
      return found;
    },
    gaps: () => gaps.all(),
  };
}

function byName(one: { name: string }, other: { name: string }): number {
  if (one.name === other.name) return 0;
  return one.name < other.name ? -1 : 1;
}
