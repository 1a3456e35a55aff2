import type { RefListing } from '../model.ts';

/**
 * The listing with the strings of the other one where they are equal, and with its whole map when all are: most of what
 * a plan of a big server keeps in memory is names and ids of refs, and they are mostly the same on both sides.
 */
export function sharing(listing: RefListing, other: RefListing | undefined): RefListing {
  if (other === undefined) return listing;
  const sameIds = [...listing.refs].every(([ref, id]) => other.refs.get(ref) === id);
  if (sameIds && listing.refs.size === other.refs.size) return { ...listing, refs: other.refs };
  const names = new Map([...other.refs.keys()].map((ref) => [ref, ref]));
  const ids = new Map([...other.refs.values()].map((id) => [id, id]));
  const refs = new Map([...listing.refs].map(([ref, id]) => [names.get(ref) ?? ref, ids.get(id) ?? id]));
  return { ...listing, refs };
}
