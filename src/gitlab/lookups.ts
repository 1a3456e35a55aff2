import { markedForDeletion } from '../failures/target.ts';
import type { Gitlab } from '@gitbeaker/rest';
import { z } from 'zod';

import type { Namespace, Project, TargetInventory, TargetUser } from '../model/forge.ts';
import type { Http } from '../net/http.ts';
import { orNull, refusalsOf } from './errors.ts';
import { ADMINISTRATOR, groupNamespace } from './rights.ts';
import * as schema from './schema.ts';
import { parse } from './schema.ts';

type Client = InstanceType<typeof Gitlab>;
export type Me = TargetInventory['user'];

/** A user of the target; what only administrators are told is null for others. */
export type Person = TargetUser & {
  active: boolean;
  admin: boolean;
  namespaceId: number | null;
  projectsLimit: number | null;
};

export type Lookups = {
  findGroup(fullPath: string): Promise<Namespace | null>;
  findUser(username: string): Promise<Person | null>;
  personalNamespace(person: Person): Promise<Namespace | null>;
  /** @throws marked-for-deletion */
  findProject(fullPath: string): Promise<Project | null>;
};

/** What the survey needs besides: the group as GitLab shows it, and the role of the token's user in it. */
export type GroupLookups = {
  groupAt(fullPath: string): Promise<schema.Group | null>;
  roleIn(group: schema.Group): Promise<number>;
};

/** Exact look-ups; a search is never a substitute for them (gitlab-contract §2.2). */
export function createLookups(client: Client, http: Http, me: () => Me | null): Lookups & GroupLookups {
  async function roleIn(group: schema.Group): Promise<number> {
    const user = me();
    if (user === null || user.admin) return ADMINISTRATOR;
    const answer = await orNull(http, group.full_path, () =>
      client.GroupMembers.show(group.id, user.id, { includeInherited: true }),
    );
    return answer === null ? 0 : parse(schema.Member, answer, group.full_path).access_level;
  }

  /** A path of digits only would be taken for an id (gitlab-contract T7): it is looked for in the list. */
  async function groupAt(fullPath: string): Promise<schema.Group | null> {
    if (/^-?\d+$/.test(fullPath)) {
      const found = await refusalsOf(http, fullPath, () =>
        client.Groups.all({ search: fullPath, perPage: 100, allAvailable: true }),
      );
      const groups = parse(z.array(schema.Group), found, fullPath);
      return groups.find((group) => same(group.full_path, fullPath)) ?? null;
    }
    // `with_projects` keeps the answer small and off the throttle of deprecated calls (gitlab-contract T66).
    const answer = await orNull(http, fullPath, () => client.Groups.show(fullPath, { withProjects: false }));
    const group = answer === null ? null : parse(schema.Group, answer, fullPath);
    return group !== null && same(group.full_path, fullPath) ? group : null;
  }

  return {
    groupAt,
    roleIn,
    async findGroup(fullPath) {
      const group = await groupAt(fullPath);
      return group === null ? null : groupNamespace(group, await roleIn(group));
    },
    async findUser(username) {
      const answer = await refusalsOf(http, username, () => client.Users.all({ username }));
      const users = parse(z.array(schema.User), answer, username);
      const user = users.find((entry) => same(entry.username, username));
      return user ? toPerson(user, me()) : null;
    },
    async personalNamespace(person) {
      const id = person.namespaceId ?? (await personalId(client, http, person.username));
      return id === null ? null : personal(person, id);
    },
    async findProject(fullPath) {
      const answer = await orNull(http, fullPath, () => client.Projects.show(fullPath));
      if (answer === null) return null;
      const project = parse(schema.Project, answer, fullPath);
      if (!same(project.path_with_namespace, fullPath)) return null;
      if (isPendingDeletion(project)) throw markedForDeletion(fullPath);
      return toProject(project);
    },
  };
}

/** Of itself the token's user knows more than lists of users tell. */
export function toPerson(user: schema.User, me: Me | null): Person {
  const own = me !== null && me.id === user.id ? me : null;
  return {
    id: user.id,
    username: user.username,
    email: own?.email ?? user.email ?? '',
    active: user.state === 'active',
    admin: own?.admin ?? user.is_admin === true,
    namespaceId: own?.namespaceId ?? user.namespace_id ?? null,
    projectsLimit: own?.projectsLimit ?? user.projects_limit ?? null,
  };
}

async function personalId(client: Client, http: Http, username: string): Promise<number | null> {
  const answer = await orNull(http, username, () => client.Namespaces.show(username));
  if (answer === null) return null;
  const { id, kind } = parse(schema.Namespace, answer, username);
  return kind === 'user' ? id : null;
}

/** Whoever makes projects in it is its owner, also by an administrator's request (gitlab-contract §3.2). */
function personal(person: Person, id: number): Namespace {
  return {
    id,
    kind: 'user',
    fullPath: person.username,
    visibility: 'public',
    canCreateProjects: person.active,
    canCreateSubgroups: false,
    unusableReason: person.active ? null : 'inactive',
    bypassesRestrictions: person.admin,
    userId: person.id,
    projectsLimit: person.projectsLimit,
    projects: [],
    takenPaths: [],
  };
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

const Existence = z.object({ exists: z.boolean() });

export type ExistenceLookup = {
  /**
   * Is there a group or user at the path, whether the token may see it or not? GitLab answers 20 such questions a minute
   * (gitlab-contract §2.2). Null when it does not tell.
   */
  namespaceExists(path: string, parentId: number | null): Promise<boolean | null>;
};

export function createExistenceLookup(http: Http): ExistenceLookup {
  return {
    async namespaceExists(path, parentId) {
      const below = parentId === null ? '' : `?parent_id=${parentId}`;
      const answer = await http.send({
        method: 'GET',
        path: `/api/v4/namespaces/${encodeURIComponent(path)}/exists${below}`,
      });
      const parsed = Existence.safeParse(answer.body);
      return answer.status === 200 && parsed.success ? parsed.data.exists : null;
    },
  };
}

/** Names that exist on GitLab and look like a mistyped one; only hints are made of them. */
export type Similar = {
  similarUsers(username: string): Promise<string[]>;
  similarGroups(fullPath: string): Promise<string[]>;
};

const Users = z.array(z.object({ username: z.string() }));
const Groups = z.array(z.object({ full_path: z.string() }));

/** Searches by halves of the name, since one of them is most likely right (gitlab-contract §2.2, §8). */
export function createSimilar(http: Http): Similar {
  async function search<T>(path: string, name: string, type: z.ZodType<T[]>): Promise<T[]> {
    const answers = await Promise.all(
      halvesOf(name).map((half) =>
        http.send({ method: 'GET', path: `${path}?per_page=100&search=${encodeURIComponent(half)}` }),
      ),
    );
    return answers.flatMap(({ body }) => {
      const parsed = type.safeParse(body);
      return parsed.success ? parsed.data : [];
    });
  }

  return {
    async similarUsers(username) {
      return (await search('/api/v4/users', username, Users)).map((user) => user.username);
    },
    async similarGroups(fullPath) {
      const name = fullPath.slice(fullPath.lastIndexOf('/') + 1);
      return (await search('/api/v4/groups', name, Groups)).map((group) => group.full_path);
    },
  };
}

/** Less than three characters are searched for in another way. */
function halvesOf(name: string): string[] {
  const length = Math.max(3, Math.floor(name.length / 2));
  return [...new Set([name.slice(0, length), name.slice(-length)])];
}

export function toProject(project: schema.Project): Project {
  return {
    id: project.id,
    fullPath: project.path_with_namespace,
    name: project.name,
    visibility: project.visibility,
    description: project.description ?? '',
    // An empty repository shows only the preferred name (gitlab-contract T37).
    defaultBranch: project.empty_repo ? null : (project.default_branch ?? null),
    assumedDefaultBranch: project.empty_repo ? (project.default_branch ?? null) : null,
    empty: project.empty_repo,
    archived: project.archived,
    creatorId: project.creator_id ?? null,
    webUrl: project.web_url,
  };
}

/** Does the project wait for its deletion? Under its old path up to 17.x, renamed since 18.0 (gitlab-contract §3.6). */
export function isPendingDeletion(project: schema.Project): boolean {
  return Boolean(project.marked_for_deletion_on ?? project.marked_for_deletion_at);
}
