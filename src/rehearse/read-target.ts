import type { Scope } from '../../sandbox/gitlab.ts';
import type { Prepared } from '../engine/prepare.ts';
import { targetRefused } from '../failures/target.ts';
import type { GitLabClient, List } from '../gitlab/client.ts';
import { unlessHidden } from '../gitlab/errors.ts';
import { personalId, projectsInGroup, projectsOfUser, subgroupsIn } from '../gitlab/lookups.ts';
import * as schema from '../gitlab/schema.ts';
import { branchProtections, tagProtections, isGitLabCom, readSettings } from '../gitlab/settings.ts';
import type { GitLabTarget } from '../gitlab/target.ts';
import type { RefListing } from '../model/forge.ts';
import { plannedStep, type Plan, type PlannedGroup, type PlannedProject } from '../model/plan.ts';
import type { TargetIdentity } from '../model/target.ts';
import { branchProtection } from '../steps/branch-protection.ts';
import { isTouched } from '../steps/code.ts';
import { userOf } from './people.ts';
import { readProjectSettings } from './settings.ts';
import { importSourcesIn, movesTracker } from './tracker.ts';
import {
  groupOf,
  hiddenParent,
  projectOf,
  protectedBranchOf,
  protectedTagOf,
  settingsOf,
  type Snapshot,
  type SnapshotGroup,
  type SnapshotProject,
  type SnapshotUser,
} from './snapshot.ts';

/** Everything that the rehearsal must know of the real GitLab; sends nothing but GET. */
export async function readTarget(
  { plan, listings, identity }: Prepared,
  target: GitLabTarget,
): Promise<Snapshot> {
  const { gitlab } = target;
  const [me, settings] = await Promise.all([
    readMyself(gitlab),
    readServer(gitlab, { url: target.url, admin: identity.user.admin }),
  ]);
  const places = await readPlaces(plan, { target, me });
  const projects = await readProjects(plan.projects, places.projects, {
    target,
    userId: me.id,
    listings: listings.target,
  });
  const sources = settings.settingsHidden ? importSourcesIn(plan) : null;
  return {
    me,
    scopes: scopesOf(identity),
    settingsHidden: settings.settingsHidden,
    settings: { ...settings.settings, ...sources },
    ...places,
    projects,
  };
}

/** The token's user, with the personal namespace. */
async function readMyself(gitlab: GitLabClient): Promise<SnapshotUser> {
  const user = await unlessHidden(gitlab.request('/user', schema.User, (api) => api.Users.showCurrentUser()));
  if (user === null) throw targetRefused('/user', { detail: 'it is not visible' });
  if (user.namespace_id) return userOf(user, user.namespace_id);
  return userOf(user, await unlessHidden(personalId(gitlab, user.username)));
}

/** Another user, in whose personal namespace projects are made; null when there is none. */
async function readUser(
  gitlab: GitLabClient,
  { id, namespaceId }: { id: number; namespaceId: number | null },
): Promise<SnapshotUser | null> {
  const user = await unlessHidden(gitlab.request(`/users/${id}`, schema.User, (api) => api.Users.show(id)));
  return user === null ? null : userOf(user, namespaceId ?? user.namespace_id ?? null);
}

const scopes: readonly string[] = [
  'api',
  'read_api',
  'read_user',
  'read_repository',
  'write_repository',
  'sudo',
  'admin_mode',
] satisfies Scope[];

/** The scopes of the token, for a token like it; null when it does not tell. */
function scopesOf({ token }: Pick<TargetIdentity, 'token'>): Scope[] | null {
  return token?.scopes.filter((scope): scope is Scope => scopes.includes(scope)) ?? null;
}

/** What an administrator set up, as far as the token may read it (GL-490). */
async function readServer(
  gitlab: GitLabClient,
  { url, admin }: { url: string; admin: boolean },
): Promise<Pick<Snapshot, 'settings' | 'settingsHidden'>> {
  const answer = await unlessHidden(readSettings(gitlab));
  return {
    settings: {
      // Limits on the number of requests make a migration slow; they refuse nothing.
      applicationLimits: {},
      topLevelGroupsByApi: !isGitLabCom(url),
      // An administrator who may not read this has a token without the scope that Admin Mode demands (GL-35).
      adminMode: answer === null ? admin : (answer.admin_mode ?? false),
      ...(answer === null ? {} : settingsOf(answer)),
    },
    settingsHidden: answer === null,
  };
}

/** A list that the token may not read is as good as empty: the migration cannot read it either. */
async function listed<T>(gitlab: GitLabClient, list: List<T>): Promise<T[]> {
  return (await unlessHidden(gitlab.list(list))) ?? [];
}

/**
 * What stands at the places that the plan uses: each group that exists with the groups above it and all that lies
 * directly in it (its names are taken), the users whose personal namespaces are used, and whoever has a path that is to
 * become a group.
 */
async function readPlaces(
  plan: Plan,
  { target, me }: { target: GitLabTarget; me: SnapshotUser },
): Promise<Pick<Snapshot, 'groups' | 'users' | 'projects'>> {
  const { gitlab } = target;
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
    const [group, role, inside, projectsInside] = await Promise.all([
      readGroup(gitlab, id),
      readRole(gitlab, id, me.id),
      listed(gitlab, subgroupsIn(id, `/groups/${id}/subgroups`)),
      listed(gitlab, projectsInGroup(id, `/groups/${id}/projects`)),
    ]);
    if (group === null) return;
    groups.set(id, groupOf(group, role));
    for (const each of inside) if (!groups.has(each.id)) groups.set(each.id, groupOf(each, 0));
    for (const each of projectsInside) projects.set(each.id, projectOf(each));
    await above(groupOf(group, 0));
  }

  async function above(group: SnapshotGroup): Promise<void> {
    if (group.parentId === null || groups.has(group.parentId)) return;
    const found = await readGroup(gitlab, group.parentId);
    const parent = found === null ? hiddenParent(group) : groupOf(found, 0);
    if (!groups.has(parent.id)) groups.set(parent.id, parent);
    await above(parent);
  }

  async function personal({ userId, existing }: PlannedGroup): Promise<void> {
    if (userId === null) return;
    const user = userId === me.id ? null : await readUser(gitlab, { id: userId, namespaceId: existing });
    if (user !== null) users.set(user.id, user);
    const own = await listed(gitlab, projectsOfUser(userId, `/users/${userId}/projects`));
    for (const each of own) projects.set(each.id, projectOf(each));
  }

  async function wanted(fullPath: string): Promise<void> {
    const slash = fullPath.lastIndexOf('/');
    const place = slash < 0 ? fullPath : fullPath.slice(0, slash);
    const group = await target.findGroup(place);
    if (group !== null) return container(group.id);
    const found = slash < 0 ? await target.findUser(fullPath) : null;
    const user = found === null ? null : await readUser(gitlab, { id: found.id, namespaceId: null });
    if (user !== null) users.set(user.id, user);
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

function readGroup(gitlab: GitLabClient, id: number): Promise<schema.Group | null> {
  return unlessHidden(
    gitlab.request(`/groups/${id}`, schema.Group, (api) => api.Groups.show(id, { withProjects: false })),
  );
}

/** Role of the user in the group; 0 without one. */
async function readRole(gitlab: GitLabClient, id: number, userId: number): Promise<number> {
  const member = gitlab.request(`/groups/${id}/members/all/${userId}`, schema.Member, (api) =>
    api.GroupMembers.show(id, userId, { includeInherited: true }),
  );
  return (await unlessHidden(member))?.access_level ?? 0;
}

/**
 * True when the migration would go into the repository of a project that exists, or name its commits, so that the rehearsal needs its refs;
 * where nothing is to be done the listings say all.
 */
export function needsRefs(item: PlannedProject, listing: RefListing | undefined): boolean {
  if (item.existing === null || item.blocked !== null) return false;
  if (isTouched(item) || movesTracker(item)) return true;
  return item.defaultBranch !== null && listing?.head !== `refs/heads/${item.defaultBranch}`;
}

/** The planned projects that exist: rights and protections of those that the migration would write to. */
async function readProjects(
  items: readonly PlannedProject[],
  known: readonly SnapshotProject[],
  options: { target: GitLabTarget; userId: number; listings: ReadonlyMap<string, RefListing> },
): Promise<SnapshotProject[]> {
  const { target, userId, listings } = options;
  const { gitlab } = target;
  const projects = new Map(known.map((project) => [project.id, project]));
  await Promise.all(
    items.map(async (item) => {
      const id = item.existing?.id ?? null;
      const settings = id === null ? {} : await readProjectSettings(item, id, target);
      const rules = plannedStep(item, branchProtection.name) !== null;
      const deep = needsRefs(item, listings.get(item.id)) || rules || Object.keys(settings).length > 0;
      if (id === null || (!deep && projects.has(id))) return;
      const found = await unlessHidden(
        gitlab.request(`/projects/${id}`, schema.Project, (api) => api.Projects.show(id)),
      );
      if (found === null) return;
      const [branches, tags] = await Promise.all([
        deep ? listed(gitlab, branchProtections(id)) : [],
        deep ? listed(gitlab, tagProtections(id)) : [],
      ]);
      projects.set(id, {
        ...projectOf(found),
        protectedBranches: branches.map((branch) => protectedBranchOf(branch, userId)),
        protectedTags: tags.map((tag) => protectedTagOf(tag, userId)),
        ...settings,
      });
    }),
  );
  return [...projects.values()];
}
