import type { Config } from '../config/schema.ts';
import type { RefListing, Repository } from '../model/forge.ts';

/** Full ref name on the source to the name under which it travels. */
export type RefRenames = Readonly<Record<string, string>>;

export function renamesOf(repository: Repository, { map }: Pick<Config, 'map'>): RefRenames {
  return map.refs[`${repository.owner}/${repository.name}`] ?? {};
}

/**
 * The listing as it travels: refs under the names that `map.refs` gives them, HEAD included. No ref takes the place of
 * another one and none is lost: an entry without effect becomes a warning.
 */
export function renameRefs(listing: RefListing, renames: RefRenames): RefListing {
  if (Object.keys(renames).length === 0) return listing;
  const warnings = Object.keys(renames)
    .filter((ref) => !listing.refs.has(ref))
    .map((ref) => `"map.refs" names ${ref}, which the repository does not have`);
  const names = new Map([...listing.refs.keys()].map((ref) => [ref, renames[ref] ?? ref]));
  for (let clash = clashIn(names); clash !== null; clash = clashIn(names)) {
    warnings.push(`"map.refs" cannot make ${clash} ${names.get(clash)}: there is such a ref already`);
    names.set(clash, clash);
  }
  const refs = new Map([...listing.refs].map(([ref, id]) => [names.get(ref) ?? ref, id]));
  const head = listing.head === null ? null : (names.get(listing.head) ?? listing.head);
  return warnings.length === 0 ? { refs, head } : { refs, head, warnings };
}

/** A renamed ref whose new name another one has, be it an old or a new name; null when all are different. */
function clashIn(names: ReadonlyMap<string, string>): string | null {
  const owners = new Map<string, string>();
  for (const [ref, name] of names) if (ref === name) owners.set(name, ref);
  for (const [ref, name] of names) {
    if (owners.has(name) && owners.get(name) !== ref) return ref;
    owners.set(name, ref);
  }
  return null;
}

/** The repository with its default branch under the name that the branch gets. */
export function withRenamedDefault(
  repository: Repository,
  listing: RefListing,
  renames: RefRenames,
): Repository {
  const to = renames[`refs/heads/${repository.defaultBranch}`];
  if (to === undefined || !to.startsWith('refs/heads/') || !listing.refs.has(to)) return repository;
  return { ...repository, defaultBranch: to.slice('refs/heads/'.length) };
}
