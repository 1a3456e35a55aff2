import type { LossKind, PlannedProject } from '../model.ts';
import { trackerCounts } from '../source/tracker-counts.ts';
import type { InspectOptions } from './inspect-options.ts';
import { wikiPages } from './wiki-pages.ts';

export type Counted = {
  /** Null: there are some, and the source cannot tell how many. What could not be counted is not in it. */
  counts: Map<LossKind, number | null>;
  warnings: string[];
};

const PULL = /^refs\/pull\/(\d+)\/head$/;

/** Asks the source for everything that a repository has beside its refs. */
export async function countLosses(
  { id, repository, refs }: PlannedProject,
  options: InspectOptions & { names: ReadonlySet<string> },
): Promise<Counted> {
  const { source, config, runtime, mirrors, names, listings } = options;
  const { owner, name } = repository;
  const branches = refs
    .filter((change) => change.new !== null)
    .map(({ ref }) => original(ref, config.map.refs[id]))
    .filter((ref) => ref.startsWith('refs/heads/'))
    .map((ref) => ref.slice('refs/heads/'.length));
  const pulls = [...(listings.get(id)?.refs.keys() ?? [])].flatMap((ref) => {
    const number = PULL.exec(ref)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
  const { counts, tooManyBranches } = await trackerCounts(source.api, { owner, name, branches, pulls });
  const warnings: string[] = [];
  if (tooManyBranches) {
    counts.set('protected-branches', 0);
    warnings.push(
      `its ${branches.length} branches are too many to be asked one by one whether they are protected`,
    );
  }
  // A repository of that name lies in the same folder (gitbucket-contract §4.1): what is there is no wiki.
  const shared = names.has(`${id}.wiki`);
  counts.set(
    'wiki-pages',
    shared ? 0 : await wikiPages(owner, name, { source, mirrors, signal: runtime.aborting }),
  );
  return { counts, warnings };
}

/** What a ref that the config renames is called on the source. */
function original(ref: string, renamed: Readonly<Record<string, string>> = {}): string {
  return Object.entries(renamed).find(([, to]) => to === ref)?.[0] ?? ref;
}
