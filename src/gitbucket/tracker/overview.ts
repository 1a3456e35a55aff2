import type { RepositoryName } from '../../model/source.ts';
import { keyOf } from '../../model/source.ts';
import type { TrackerLabel } from '../../model/tracker.ts';
import { once } from '../../net/once.ts';
import type { GitBucketDatabase, Row } from '../database.ts';
import { queries } from './queries.ts';

/** What a few queries tell of all repositories at once; null where nobody may ask. */
export type Overview = {
  hasCommitComments(repository: RepositoryName): Promise<boolean | null>;
  /** Null also in versions that keep them in another table. */
  hasReleases(repository: RepositoryName): Promise<boolean | null>;
  /** Has it labels that somebody chose, or milestones? */
  isFurnished(repository: RepositoryName): Promise<boolean | null>;
};

export function createOverview(database: GitBucketDatabase): Overview {
  const ask = (name: keyof typeof queries): Promise<readonly Row[] | null> =>
    database.select(queries[name], { owner: '', name: '' });
  const commented = once(async () => keysIn(await ask('commented')));
  const released = once(async () => keysIn(await ask('released')));
  const furnished = once(async () => {
    const [labels, milestones] = [await ask('allLabels'), keysIn(await ask('withMilestones'))];
    if (labels === null || milestones === null) return null;
    const byRepository = new Map<string, TrackerLabel[]>();
    for (const row of labels) {
      const label = { name: row.text('LABEL_NAME') ?? '', color: row.text('COLOR') ?? '' };
      const key = keyIn(row);
      byRepository.set(key, [...(byRepository.get(key) ?? []), label]);
    }
    const chosen = [...byRepository].filter(([, own]) => !areStock(own)).map(([key]) => key);
    return new Set([...milestones, ...chosen]);
  });
  return {
    hasCommitComments: async (repository) => (await commented())?.has(keyOf(repository)) ?? null,
    hasReleases: async (repository) => (await released())?.has(keyOf(repository)) ?? null,
    isFurnished: async (repository) => (await furnished())?.has(keyOf(repository)) ?? null,
  };
}

/** Every repository is created with these (GB-190). */
const stock = new Map([
  ['bug', 'fc2929'],
  ['duplicate', 'cccccc'],
  ['enhancement', '84b6eb'],
  ['invalid', 'e6e6e6'],
  ['question', 'cc317c'],
  ['wontfix', 'ffffff'],
]);

/** True for exactly what GitBucket has put there by itself, and for no labels at all. */
export function areStock(labels: readonly TrackerLabel[]): boolean {
  if (labels.length === 0) return true;
  return (
    labels.length === stock.size && labels.every(({ name, color }) => stock.get(name) === color.toLowerCase())
  );
}

function keysIn(rows: readonly Row[] | null): Set<string> | null {
  return rows && new Set(rows.map((row) => keyIn(row)));
}

function keyIn(row: Row): string {
  return keyOf({ owner: row.text('USER_NAME') ?? '', name: row.text('REPOSITORY_NAME') ?? '' });
}
