import type { Group, Project, Scope, User, Visibility } from './state.ts';
import { MAINTAINER, type Actor } from './access.ts';
import type { Context } from './context.ts';
import { createGroup } from './groups.ts';
import type { NewProject } from './projects.ts';
import { createToken, dayIn } from './tokens.ts';
import { createTrackerSetup, type TrackerSetup } from './tracker/setup.ts';
import { createUser, type NewUser } from './users.ts';

const EVERY_SCOPE: Scope[] = [
  'api',
  'read_user',
  'read_repository',
  'write_repository',
  'sudo',
  'admin_mode',
];

type TokenOptions = {
  scopes?: Scope[];
  expired?: boolean;
  revoked?: boolean;
  /** `2026-01-31`; in a year when absent, null for never. */
  expiresAt?: string | null;
};

type GroupSetup = {
  path: string;
  name?: string;
  /** Full path of the group above. */
  parent?: string;
  visibility?: Visibility;
  /** User name; the first administrator when absent. */
  owner?: string;
  description?: string;
  attributes?: Record<string, unknown>;
};

type ProjectSetup = Omit<NewProject, 'namespaceId' | 'path'> & {
  path: string;
  /** Full path of a group, or a user name. */
  namespace: string;
};

/** What tests and rehearsals need to furnish the server without its API. */
export type Setup = TrackerSetup & {
  addUser(input: NewUser): User;
  /** Makes a token and returns its value. */
  token(username: string, options?: TokenOptions): string;
  addGroup(input: GroupSetup): Group;
  addProject(input: ProjectSetup): Project;
  /** `target` is the full path of a group or a project; Maintainer (40) unless told otherwise. */
  addMember(target: string, username: string, accessLevel?: number): void;
  /** Switches the import source on by which trackers come in. */
  allowImports(): void;
};

export function createSetup(context: Context): Setup {
  const { routes, state } = context;

  function user(username: string): User {
    const found = routes.userByName(username);
    if (!found) throw new Error(`the sandbox has no user ${username}`);
    return found;
  }

  function group(fullPath: string): Group {
    const route = routes.find(fullPath);
    if (route?.kind !== 'group') throw new Error(`the sandbox has no group ${fullPath}`);
    return route.group;
  }

  function place(fullPath: string): Group | Project {
    const route = routes.find(fullPath);
    if (!route || route.kind === 'user') throw new Error(`the sandbox has no group or project ${fullPath}`);
    return route.kind === 'group' ? route.group : route.project;
  }

  return {
    ...createTrackerSetup(context, { user, place }),
    addUser: (input) => createUser(context, input),
    token: (username, options = {}) => addToken(context, user(username), options),
    addGroup(input) {
      const parent = input.parent === undefined ? null : group(input.parent);
      const owner = input.owner === undefined ? state.users.find((each) => each.admin) : user(input.owner);
      if (!owner) throw new Error('the sandbox has no administrator who could own the group');
      return createGroup(context, owner.id, {
        path: input.path,
        name: input.name ?? input.path,
        parent,
        description: input.description ?? '',
        visibility: input.visibility ?? 'private',
        attributes: { ...input.attributes },
      });
    },
    addProject: ({ namespace, ...input }) => addProject(context, namespace, input),
    allowImports() {
      const { settings } = context;
      settings.importSources = [...new Set([...settings.importSources, 'gitlab_project'])];
    },
    addMember(target, username, accessLevel = MAINTAINER) {
      const of = place(target);
      const userId = user(username).id;
      of.members.push({
        userId,
        accessLevel,
        createdAt: new Date().toISOString(),
        expiresAt: null,
        createdBy: null,
      });
      context.changed();
    },
  };
}

function addToken(context: Context, user: User, options: TokenOptions): string {
  const { scopes, revoked = false, expired = false, expiresAt = dayIn(expired ? 0 : 365) } = options;
  const usual = EVERY_SCOPE.filter((scope) => user.admin || (scope !== 'sudo' && scope !== 'admin_mode'));
  return createToken(context, user, { scopes: scopes ?? usual, revoked, expiresAt }).value;
}

/** Made in the name of the namespace's owner. */
function addProject(context: Context, namespace: string, input: Omit<ProjectSetup, 'namespace'>): Project {
  const route = context.routes.find(namespace);
  if (!route || route.kind === 'project') throw new Error(`the sandbox has no namespace ${namespace}`);
  const creator = route.kind === 'user' ? route.user : context.state.users.find((each) => each.admin);
  if (!creator) throw new Error('the sandbox has no administrator who could create the project');
  const actor: Actor = { user: creator, admin: true, token: ownToken(creator) };
  const namespaceId = route.kind === 'user' ? route.user.namespaceId : route.group.id;
  const result = context.createProject(actor, { ...input, namespaceId });
  if (result.kind === 'refused') throw new Error(`project ${input.path}: ${JSON.stringify(result.errors)}`);
  return result.project;
}

function ownToken(user: User): Actor['token'] {
  const createdAt = user.createdAt;
  return {
    id: 0,
    userId: user.id,
    name: '',
    value: '',
    scopes: [],
    revoked: false,
    expiresAt: null,
    createdAt,
    lastUsedAt: null,
  };
}
