import type { Target } from '../gitlab/target.ts';
import type { Plan, PlannedGroup } from '../model/plan.ts';
import { projectOf } from './read-projects.ts';
import { readUser } from './read-users.ts';
import type { Reader } from './reader.ts';
import * as schema from './schema.ts';
import type { SnapshotGroup, SnapshotProject, Snapshot, SnapshotUser } from './snapshot.ts';

export type NamespaceOptions = { reader: Reader; target: Target; me: SnapshotUser };

const PROJECTS = 'order_by=id&sort=asc&with_shared=false&include_subgroups=false';

/**
 * What stands at the places that the plan uses: each group that exists with the groups above it and all that lies
 * directly in it (its names are taken), the users whose personal namespaces are used, and whoever has a path that is to
 * become a group.
 */
export async function readNamespaces(
  plan: Plan,
  options: NamespaceOptions,
): Promise<Pick<Snapshot, 'groups' | 'users' | 'projects'>> {
  const { reader, target, me } = options;
  const groups = new Map<number, SnapshotGroup>();
  const users = new Map<number, SnapshotUser>();
  const projects = new Map<number, SnapshotProject>();
  const begun = new Map<number, Promise<void>>();

  function container(id: number): Promise<void> {
    const known = begun.get(id) ?? readContainer(id);
    begun.set(id, known);
    return known;
  }

  async function readContainer(id: number): Promise<void> {
    const [group, member, inside, projectsInside] = await Promise.all([
      reader.one(`/groups/${id}?with_projects=false`, schema.Group),
      reader.one(`/groups/${id}/members/all/${me.id}`, schema.Member),
      reader.all(`/groups/${id}/subgroups?all_available=true`, schema.Group),
      reader.all(`/groups/${id}/projects?${PROJECTS}`, schema.Project),
    ]);
    if (group === null) return;
    groups.set(id, groupOf(group, member?.access_level ?? 0));
    for (const each of inside) if (!groups.has(each.id)) groups.set(each.id, groupOf(each, 0));
    for (const each of projectsInside) projects.set(each.id, projectOf(each));
    await above(groupOf(group, 0));
  }

  async function above(group: SnapshotGroup): Promise<void> {
    if (group.parentId === null || groups.has(group.parentId)) return;
    const found = await reader.one(`/groups/${group.parentId}?with_projects=false`, schema.Group);
    const parent = found === null ? hiddenParent(group) : groupOf(found, 0);
    if (!groups.has(parent.id)) groups.set(parent.id, parent);
    await above(parent);
  }

  async function personal({ userId, existing }: PlannedGroup): Promise<void> {
    if (userId === null) return;
    const user = userId === me.id ? null : await readUser(reader, { id: userId, namespaceId: existing });
    if (user !== null) users.set(user.id, user);
    const own = await reader.all(`/users/${userId}/projects?order_by=id&sort=asc`, schema.Project);
    for (const each of own) projects.set(each.id, projectOf(each));
  }

  async function wanted(fullPath: string): Promise<void> {
    const slash = fullPath.lastIndexOf('/');
    const place = slash < 0 ? fullPath : fullPath.slice(0, slash);
    const group = await target.findGroup(place);
    if (group !== null) return container(group.id);
    const user = slash < 0 ? await target.findUser(fullPath) : null;
    const seen = user === null ? null : await readUser(reader, { id: user.id, namespaceId: null });
    if (seen !== null) users.set(seen.id, seen);
  }

  await Promise.all(
    plan.groups
      .filter(({ blocked }) => blocked === null)
      .map((item) => {
        if (item.namespaceKind === 'user') return personal(item);
        return item.existing === null ? wanted(item.fullPath) : container(item.existing);
      }),
  );
  return { groups: [...groups.values()], users: [...users.values()], projects: [...projects.values()] };
}

/** A group as the API shows it, with the role that the token's user has in it. */
function groupOf(group: schema.Group, accessLevel: number): SnapshotGroup {
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
export function hiddenParent(group: SnapshotGroup): SnapshotGroup {
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
