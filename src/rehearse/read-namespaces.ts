import type { Plan, PlannedGroup } from '../model.ts';
import type { Target } from '../target/gitlab.ts';
import { groupOf, hiddenParent } from './to-seen-group.ts';
import { projectOf } from './to-seen-project.ts';
import type { Reader } from './reader.ts';
import { readUser } from './read-users.ts';
import * as schema from './schema.ts';
import type { SeenGroup, SeenProject, SeenTarget, SeenUser } from './seen.ts';

export type NamespaceOptions = { reader: Reader; target: Target; me: SeenUser };

const PROJECTS = 'order_by=id&sort=asc&with_shared=false&include_subgroups=false';

/**
 * What stands at the places that the plan uses: each group that exists with the groups above it and all that lies
 * directly in it (its names are taken), the users whose personal namespaces are used, and whoever has a path that is to
 * become a group.
 */
export async function readNamespaces(
  plan: Plan,
  options: NamespaceOptions,
): Promise<Pick<SeenTarget, 'groups' | 'users' | 'projects'>> {
  const { reader, target, me } = options;
  const groups = new Map<number, SeenGroup>();
  const users = new Map<number, SeenUser>();
  const projects = new Map<number, SeenProject>();
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

  async function above(group: SeenGroup): Promise<void> {
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
