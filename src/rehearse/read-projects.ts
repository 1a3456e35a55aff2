import type { RefListing } from '../model/forge.ts';
import type { PlannedProject } from '../model/plan.ts';
import { isWrite } from '../transfer/batches.ts';
import type { Reader } from './reader.ts';
import * as schema from './schema.ts';
import type { SnapshotProject } from './snapshot.ts';

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
  seen: readonly SnapshotProject[],
  options: { reader: Reader; userId: number; listings: ReadonlyMap<string, RefListing> },
): Promise<SnapshotProject[]> {
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

/** A project as the API shows it, without its protections. */
export function projectOf(project: schema.Project): SnapshotProject {
  return {
    id: project.id,
    namespaceId: project.namespace.id,
    path: project.path,
    name: project.name,
    fullPath: project.path_with_namespace,
    description: project.description ?? '',
    visibility: project.visibility,
    archived: project.archived ?? false,
    markedForDeletionOn: project.marked_for_deletion_on ?? null,
    creatorId: project.creator_id ?? null,
    lfsEnabled: project.lfs_enabled ?? true,
    accessLevel: project.permissions?.project_access?.access_level ?? 0,
    protectedBranches: [],
    protectedTags: [],
    attributes: project.repository_access_level
      ? { repository_access_level: project.repository_access_level }
      : {},
  };
}

/** A protection as it concerns this user; rules for single other users or groups (EE) are not for us. */
function branchOf(
  branch: schema.ProtectedBranch,
  userId: number,
): SnapshotProject['protectedBranches'][number] {
  return {
    name: branch.name,
    pushAccessLevel: lowest(branch.push_access_levels, userId),
    mergeAccessLevel: lowest(branch.merge_access_levels, userId),
    allowForcePush: branch.allow_force_push ?? false,
  };
}

function tagOf(tag: schema.ProtectedTag, userId: number): SnapshotProject['protectedTags'][number] {
  return { name: tag.name, createAccessLevel: lowest(tag.create_access_levels, userId) };
}

/** The lowest role that suffices; 0: nobody. A rule for the user alone is as good as the lowest role that may push. */
function lowest(levels: schema.Levels, userId: number): number {
  const roles = levels.flatMap((level) => {
    if (level.user_id) return level.user_id === userId ? [30] : [];
    return level.access_level ? [level.access_level] : [];
  });
  return roles.length === 0 ? 0 : Math.min(...roles);
}
