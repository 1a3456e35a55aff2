import type { PrepareOptions, Prepared } from '../engine/prepare.ts';
import { Failure } from '../failures/failure.ts';
import { isFatal } from '../failures/index.ts';
import { lfs } from '../steps/lfs.ts';
import { objectsOf, searchOf } from '../steps/lfs-look.ts';
import { partOf } from '../steps/step.ts';

/** Sizes of the LFS objects that the real projects have, by id, for each project that exists and whose history names any. */
export async function lfsObjectsThere(
  { plan, listings }: Prepared,
  options: PrepareOptions,
): Promise<Map<number, Record<string, number>>> {
  const { target, finder, runtime } = options;
  const there = new Map<number, Record<string, number>>();
  for (const item of plan.projects) {
    const { existing } = item;
    const listing = listings.source.get(item.id);
    if (existing === null || listing === undefined || partOf(lfs, item) === null) continue;
    const search = searchOf(item, listing, options, { progress() {}, signal: runtime.aborting });
    try {
      const all = objectsOf(await finder.history(search));
      const lacking = await target.lfs(existing.fullPath).unprovable(all, runtime.aborting);
      const absent = new Set(lacking.map(({ oid }) => oid));
      const present = all.filter(({ oid }) => !absent.has(oid)).map(({ oid, size }) => [oid, size] as const);
      there.set(existing.id, Object.fromEntries(present));
    } catch (error) {
      // The step meets it again, and says so.
      if (!(error instanceof Failure) || isFatal(error)) throw error;
    }
  }
  return there;
}
