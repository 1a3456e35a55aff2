import type { Config } from '../config/schema.ts';
import type { History } from '../journal/history.ts';
import type { Repository } from '../model/forge.ts';
import { keyOf, type Source } from '../model/source.ts';
import { forkRecords } from '../plan/forks.ts';
import { knownTo } from '../steps/step.ts';

/**
 * What the forks among these repositories were forked from, by `owner/name`; null where that cannot be told. What the
 * journal knows is not asked again.
 */
export async function readParents(
  repositories: readonly Repository[],
  { source, config, history }: { source: Source; config: Config; history: History },
): Promise<Map<string, string | null>> {
  const parents = new Map<string, string | null>();
  if (!config.migrate.forks) return parents;
  const unknown: Repository[] = [];
  for (const repository of repositories) {
    const id = keyOf(repository);
    const parent = knownTo(forkRecords, history.items.get(id))?.parent;
    if (repository.fork === false) continue;
    if (parent === undefined) unknown.push(repository);
    else parents.set(id, parent);
  }
  const told = await source.parents(unknown);
  for (const repository of unknown) {
    const id = keyOf(repository);
    const parent = told.get(id);
    if (typeof parent === 'string') parents.set(id, parent);
    // Not shown: before 4.47 nothing else says that it is a fork.
    else if (parent === undefined && repository.fork === true) parents.set(id, null);
  }
  return parents;
}
