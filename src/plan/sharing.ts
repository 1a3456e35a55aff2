import type { RefListing } from '../model/forge.ts';

/**
 * The listing with the strings of the other one where they are equal, and with its whole map when all are: most of what
 * a plan of a big server keeps in memory is names and ids of refs, and they are mostly the same on both sides.
 */
export function sharing(listing: RefListing, other: RefListing | undefined): RefListing {
  if (other === undefined) return listing;
  const sameIds = [...listing.refs.keys()].every((ref) => other.refs.get(ref) === listing.refs.get(ref));
  if (sameIds && listing.refs.size === other.refs.size) return { ...listing, refs: other.refs };
  const known = new Map<string, string>();
  for (const [ref, id] of other.refs) known.set(ref, ref).set(id, id);
  const refs = new Map<string, string>();
  for (const [ref, id] of listing.refs) refs.set(known.get(ref) ?? ref, known.get(id) ?? id);
  return { ...listing, refs };
}
