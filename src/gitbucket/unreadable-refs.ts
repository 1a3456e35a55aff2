import { isServerTrouble } from '../failures/index.ts';
import type { RefListing, UnreadableRef } from '../model/forge.ts';
import type { RepositoryName } from '../model/source.ts';
import type { GitBucketApi } from './client.ts';
import { Branch, GitRef } from './schema.ts';

/** What stands for bytes that are not UTF-8; several names look the same with it. */
export const replacement = '\u{fffd}';
const spaces = ['refs/heads/', 'refs/tags/', 'refs/notes/'];

/** The listing without the refs that are not what they seem. */
export function withoutUnreadable(listing: RefListing, unreadable: readonly UnreadableRef[]): RefListing {
  if (unreadable.length === 0) return listing;
  const names = new Set(unreadable.map(({ ref }) => ref));
  const refs = new Map([...listing.refs].filter(([ref]) => !names.has(ref)));
  return { ...listing, refs, head: names.has(listing.head ?? '') ? null : listing.head, unreadable };
}

/**
 * Refs whose name is not UTF-8, that the API lists twice, or that API and git do not both know (GB-125). Both are read
 * again when they differ, for somebody may have pushed in between.
 */
export async function findUnreadable(
  api: GitBucketApi,
  repository: RepositoryName,
  listing: RefListing,
  listAgain: () => Promise<RefListing>,
): Promise<UnreadableRef[]> {
  const first = await compare(api, repository, listing);
  if (first.every(({ ref }) => ref.includes(replacement))) return first;
  const again = await compare(api, repository, await listAgain());
  const still = new Set(again.map(({ ref }) => ref));
  return first.filter(({ ref }) => still.has(ref));
}

async function compare(
  api: GitBucketApi,
  repository: RepositoryName,
  { refs }: RefListing,
): Promise<UnreadableRef[]> {
  const found = new Map<string, string>();
  const add = (ref: string, detail: string): void => {
    if (!found.has(ref)) found.set(ref, detail);
  };
  const lists = await Promise.all([branchNames(api, repository), refNames(api, repository)]);
  for (const names of lists) {
    if (names === null) continue;
    for (const ref of twice(names)) add(ref, "GitBucket's API lists this name twice");
  }
  for (const ref of refs.keys())
    if (ref.includes(replacement)) add(ref, 'its name is not UTF-8, so that several refs may look like it');
  for (const names of lists) {
    if (names === null) continue;
    const known = new Set(names);
    for (const ref of known)
      if (travels(ref) && !refs.has(ref)) add(ref, "GitBucket's API lists it, git does not");
  }
  const [branches] = lists;
  const known = new Set(branches);
  for (const ref of branches === null ? [] : refs.keys())
    if (ref.startsWith('refs/heads/') && !known.has(ref)) add(ref, "git lists it, GitBucket's API does not");
  return [...found].map(([ref, detail]) => ({ ref, detail }));
}

function travels(ref: string): boolean {
  return spaces.some((space) => ref.startsWith(space));
}

function twice(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.filter((name) => {
    const again = seen.has(name);
    seen.add(name);
    return again && travels(name);
  });
}

async function branchNames(api: GitBucketApi, repository: RepositoryName): Promise<string[] | null> {
  const branches = await unlessItFails(api.list(repository, 'branches', Branch));
  return branches?.map(({ name }) => `refs/heads/${name}`) ?? null;
}

/** 4.37 and later (GB-85). */
async function refNames(api: GitBucketApi, repository: RepositoryName): Promise<string[] | null> {
  const refs = await unlessItFails(api.list(repository, 'git/refs', GitRef));
  return refs?.map(({ ref }) => ref) ?? null;
}

/** A list that cannot be made says nothing (GB-80). */
function unlessItFails<T>(list: Promise<T | null>): Promise<T | null> {
  return list.catch((error: unknown) => {
    if (isServerTrouble(error)) return null;
    throw error;
  });
}
