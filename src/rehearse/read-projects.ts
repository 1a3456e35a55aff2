import type { PlannedProject, RefListing } from '../model.ts';
import { isWrite } from '../transfer/send-batches.ts';
import type { Reader } from './reader.ts';
import * as schema from './schema.ts';
import type { SeenProject } from './seen.ts';
import { branchOf, projectOf, tagOf } from './to-seen-project.ts';

/**
 * True when the migration would go into the repository of a project that exists, so that the rehearsal needs its refs;
 * where nothing is to be done the listings say all.
 */
export function needsRefs(item: PlannedProject, listing: RefListing | undefined): boolean {
  if (item.existing === null || item.blocked !== null) return false;
  if (item.refs.some(isWrite) || item.mustKnow.length > 0) return true;
  return item.defaultBranch !== null && listing?.head !== `refs/heads/${item.defaultBranch}`;
}

/** The planned projects that exist: rights and protections of those that the migration would write to. */
export async function readProjects(
  items: readonly PlannedProject[],
  seen: readonly SeenProject[],
  options: { reader: Reader; userId: number; listings: ReadonlyMap<string, RefListing> },
): Promise<SeenProject[]> {
  const { reader, userId, listings } = options;
  const projects = new Map(seen.map((project) => [project.id, project]));
  await Promise.all(
    items.map(async (item) => {
      const id = item.existing?.id ?? null;
      const deep = needsRefs(item, listings.get(item.id));
      if (id === null || (!deep && projects.has(id))) return;
      const found = await reader.one(`/projects/${id}`, schema.Project);
      if (found === null) return;
      const [branches, tags] = await Promise.all([
        deep ? reader.all(`/projects/${id}/protected_branches`, schema.ProtectedBranch) : [],
        deep ? reader.all(`/projects/${id}/protected_tags`, schema.ProtectedTag) : [],
      ]);
      projects.set(id, {
        ...projectOf(found),
        protectedBranches: branches.map((branch) => branchOf(branch, userId)),
        protectedTags: tags.map((tag) => tagOf(tag, userId)),
      });
    }),
  );
  return [...projects.values()];
}
