import type { TrackerItem } from '../../model/tracker.ts';
import type { RepositoryName } from '../../model/source.ts';
import { pageSize, type GitBucketApi } from '../client.ts';
import { Issue, Pull } from '../schema.ts';
import type { Gaps } from './gaps.ts';

/** The lists of issues and pull requests (GB-181 to GB-183): which numbers there are, and on which page each is. */

export type Numbered = { number: number; kind: TrackerItem['kind']; updatedAt: string; open: boolean };

/** One entry of a list. */
export type Listed = { open: boolean } & ({ kind: 'issue'; shown: Issue } | { kind: 'pull'; shown: Pull });

type Place = { kind: TrackerItem['kind']; state: 'open' | 'closed'; page: number };

export type Lists = {
  /** Reads all lists through. */
  numbers: () => Promise<Numbered[]>;
  /** The entry of a number as its page has it now; null when there is none. */
  entry(number: number): Promise<Listed | null>;
};

const places = [
  { kind: 'issue', state: 'open' },
  { kind: 'issue', state: 'closed' },
  { kind: 'pull', state: 'open' },
  { kind: 'pull', state: 'closed' },
] as const;

/** Of pages that are kept: neighbours in number may be in any of the four lists. */
const pagesKept = 12;

export function createLists(api: GitBucketApi, repository: RepositoryName, gaps: Gaps): Lists {
  let known: Map<number, Place> | null = null;
  const kept = new Map<string, Promise<Listed[]>>();

  async function read({ kind, state, page }: Place): Promise<Listed[] | null> {
    // Only in this order do new ones not move the others to other pages (GB-183).
    const query = `state=${state}&sort=created&direction=asc&page=${page}`;
    const open = state === 'open';
    if (kind === 'issue') {
      const found = await api.list(repository, `issues?${query}`, Issue);
      return found?.map((shown) => ({ open, kind, shown })) ?? null;
    }
    const found = await api.list(repository, `pulls?${query}`, Pull);
    return found?.map((shown) => ({ open, kind, shown })) ?? null;
  }

  /** Kept for a while, for its neighbours. */
  function pageAt(place: Place): Promise<Listed[]> {
    const key = `${place.kind} ${place.state} ${place.page}`;
    const found = kept.get(key) ?? read(place).then((entries) => entries ?? []);
    kept.delete(key);
    kept.set(key, found);
    found.catch(() => kept.delete(key));
    const [oldest] = kept.keys();
    if (kept.size > pagesKept && oldest !== undefined) kept.delete(oldest);
    return found;
  }

  /** One that no list has: what was turned into a pull request by half (GB-194), or moved from list to list meanwhile. */
  async function missing(number: number): Promise<Listed | null> {
    const issue = await api.below(repository, `issues/${number}`, Issue);
    const pull = await api.belowOrEmpty(repository, `pulls/${number}`, Pull);
    if (pull !== null) return { open: issue?.state === 'open', kind: 'pull', shown: pull };
    if (issue !== null && issue.pull_request === undefined)
      return { open: issue.state === 'open', kind: 'issue', shown: issue };
    const of = `#${number}`;
    if (issue === null) {
      gaps.note({
        what: 'issue',
        count: 1,
        of,
        detail: 'GitBucket shows neither an issue nor a pull request',
      });
      return null;
    }
    const detail = `"${issue.title}" is marked as a pull request, but GitBucket has no branches for it`;
    gaps.note({ what: 'pull-request', count: 1, of, detail });
    return null;
  }

  async function numbers(): Promise<Numbered[]> {
    kept.clear();
    const found = new Map<number, Numbered>();
    const at = new Map<number, Place>();
    const note = (entry: Listed, place: Place | null): void => {
      const { number, updated_at: updatedAt } = entry.shown;
      if (place !== null) at.set(number, place);
      found.set(number, { number, kind: entry.kind, updatedAt, open: entry.open });
    };
    await Promise.all(
      places.map(async (list) => {
        for (let page = 1; ; page += 1) {
          const entries = await read({ ...list, page });
          for (const entry of entries ?? []) note(entry, { ...list, page });
          // A page loses those whose people are gone, so one that is short need not be the last.
          if (entries === null || entries.length === 0) break;
        }
      }),
    );
    const last = Math.max(0, ...found.keys());
    const holes = Array.from({ length: last }, (_each, index) => index + 1).filter(
      (each) => !found.has(each),
    );
    const others = await Promise.all(holes.map((number) => missing(number)));
    for (const entry of others) if (entry !== null) note(entry, null);
    known = at;
    return [...found.values()].sort((one, other) => one.number - other.number);
  }

  return {
    numbers,
    async entry(number) {
      if (known === null) await numbers();
      const place = known?.get(number);
      const entries = place === undefined ? [] : await pageAt(place);
      // Closed, or opened again, since the lists were read.
      return entries.find(({ shown }) => shown.number === number) ?? missing(number);
    },
  };
}

/** The numbers that a list has under a condition, page by page. */
export async function numbersIn(
  api: GitBucketApi,
  repository: RepositoryName,
  kind: TrackerItem['kind'],
  condition: string,
): Promise<(Issue | Pull)[]> {
  const found: (Issue | Pull)[] = [];
  for (let page = 1; ; page += 1) {
    const query = `${condition}&sort=created&direction=asc&page=${page}`;
    const schema: typeof Issue | typeof Pull = kind === 'issue' ? Issue : Pull;
    const entries = await api.list<Issue | Pull>(repository, `${kind}s?${query}`, schema);
    found.push(...(entries ?? []));
    if (entries === null || entries.length < pageSize) return found;
  }
}
