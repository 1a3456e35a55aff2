import type { Gitlab } from '@gitbeaker/rest';
import { z } from 'zod';
import type { Namespace, Project, TargetUser } from '../model.ts';
import type { Http } from '../net/http.ts';
import { demand } from './demand.ts';
import { orNull, refusalsOf } from './failure.ts';
import * as schema from './schema.ts';
import { toProject } from './to-project.ts';

type Client = InstanceType<typeof Gitlab>;

/** Role that may create projects whatever the group demands, and push to protected branches: Maintainer. */
const MAINTAINER = 40;
const PAGE = { perPage: 100, orderBy: 'id', sort: 'asc' } as const;

export type Lookups = {
  findGroup(fullPath: string): Promise<Namespace | null>;
  findUser(username: string): Promise<TargetUser | null>;
  personalNamespace(user: TargetUser): Promise<Namespace | null>;
  projectsOf(namespace: Namespace): Promise<Project[]>;
  findProject(fullPath: string): Promise<Project | null>;
};

/** Exact look-ups; a search is never a substitute for them (gitlab-contract §2.2). */
export function createLookups(
  client: Client,
  http: Http,
  me: () => { id: number; admin: boolean } | null,
): Lookups {
  async function mayCreateIn(group: schema.Group): Promise<boolean> {
    const user = me();
    if (user === null || user.admin) return true;
    const answer = await orNull(http, group.full_path, () =>
      client.GroupMembers.show(group.id, user.id, { includeInherited: true }),
    );
    return answer !== null && demand(schema.Member, answer, group.full_path).access_level >= MAINTAINER;
  }

  /** A path of digits only would be taken for an id (gitlab-contract T7): it is looked for in the list. */
  async function groupAt(fullPath: string): Promise<schema.Group | null> {
    if (/^-?\d+$/.test(fullPath)) {
      const found = await refusalsOf(http, fullPath, () =>
        client.Groups.all({ search: fullPath, perPage: 100 }),
      );
      const groups = demand(z.array(schema.Group), found, fullPath);
      return groups.find((group) => same(group.full_path, fullPath)) ?? null;
    }
    // `with_projects` keeps the answer small and off the throttle of deprecated calls (gitlab-contract T66).
    const answer = await orNull(http, fullPath, () => client.Groups.show(fullPath, { withProjects: false }));
    const group = answer === null ? null : demand(schema.Group, answer, fullPath);
    return group !== null && same(group.full_path, fullPath) ? group : null;
  }

  return {
    async findGroup(fullPath) {
      const group = await groupAt(fullPath);
      return group === null ? null : groupNamespace(group, await mayCreateIn(group));
    },
    async findUser(username) {
      const answer = await refusalsOf(http, username, () => client.Users.all({ username }));
      const user = demand(z.array(schema.User), answer, username).find((entry) =>
        same(entry.username, username),
      );
      return user ? { id: user.id, username: user.username, email: user.email ?? '' } : null;
    },
    async personalNamespace(user) {
      const answer = await orNull(http, user.username, () => client.Namespaces.show(user.username));
      if (answer === null) return null;
      const { id, kind, full_path: fullPath } = demand(schema.Namespace, answer, user.username);
      if (kind !== 'user') return null;
      return { id, kind, fullPath, visibility: 'public', usable: true, userId: user.id, projects: [] };
    },
    async projectsOf(namespace) {
      const object = namespace.fullPath;
      const answer = await refusalsOf<unknown>(http, object, () =>
        namespace.kind === 'group'
          ? client.Groups.allProjects(namespace.id, { ...PAGE, includeSubgroups: false, withShared: false })
          : client.Users.allProjects(namespace.userId ?? 0, PAGE),
      );
      return demand(z.array(schema.Project), answer, object).map(toProject);
    },
    async findProject(fullPath) {
      const answer = await orNull(http, fullPath, () => client.Projects.show(fullPath));
      const project = answer === null ? null : toProject(demand(schema.Project, answer, fullPath));
      return project !== null && same(project.fullPath, fullPath) ? project : null;
    },
  };
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

export function groupNamespace(group: schema.Group, usable: boolean): Namespace {
  const { id, full_path: fullPath, visibility } = group;
  return { id, kind: 'group', fullPath, visibility, usable, userId: null, projects: [] };
}
