import type * as schema from './schema.ts';
import type { SeenProject } from './seen.ts';

/** A project as the API shows it, without its protections. */
export function projectOf(project: schema.Project): SeenProject {
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
export function branchOf(
  branch: schema.ProtectedBranch,
  userId: number,
): SeenProject['protectedBranches'][number] {
  return {
    name: branch.name,
    pushAccessLevel: lowest(branch.push_access_levels, userId),
    mergeAccessLevel: lowest(branch.merge_access_levels, userId),
    allowForcePush: branch.allow_force_push ?? false,
  };
}

export function tagOf(tag: schema.ProtectedTag, userId: number): SeenProject['protectedTags'][number] {
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
