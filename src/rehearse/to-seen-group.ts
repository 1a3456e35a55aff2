import type * as schema from './schema.ts';
import type { SeenGroup } from './seen.ts';

/** A group as the API shows it, with the role that the token's user has in it. */
export function groupOf(group: schema.Group, accessLevel: number): SeenGroup {
  return {
    id: group.id,
    parentId: group.parent_id,
    path: group.path,
    name: group.name,
    fullPath: group.full_path,
    description: group.description ?? '',
    visibility: group.visibility,
    archived: group.archived ?? false,
    markedForDeletionOn: group.marked_for_deletion_on ?? null,
    accessLevel,
    attributes: attributesOf(group),
  };
}

/** A group that holds one which the token sees, but that it may not see itself. */
export function hiddenParent(group: SeenGroup): SeenGroup {
  const fullPath = group.fullPath.slice(0, group.fullPath.lastIndexOf('/'));
  const path = fullPath.slice(fullPath.lastIndexOf('/') + 1);
  const unknown = { description: '', archived: false, markedForDeletionOn: null, accessLevel: 0 };
  return {
    ...unknown,
    id: group.parentId ?? 0,
    parentId: null,
    path,
    name: path,
    fullPath,
    visibility: group.visibility,
    attributes: {},
  };
}

/** Only what is set: an absent setting means the instance's. */
function attributesOf(group: schema.Group): Record<string, unknown> {
  const details = group.default_branch_protection_defaults;
  const found: Record<string, unknown> = {
    project_creation_level: group.project_creation_level,
    subgroup_creation_level: group.subgroup_creation_level,
    default_branch: group.default_branch,
    default_branch_protection: group.default_branch_protection,
    default_branch_protection_defaults: details?.allowed_to_push ? details : null,
  };
  return Object.fromEntries(
    Object.entries(found).filter(([, value]) => value !== null && value !== undefined),
  );
}
