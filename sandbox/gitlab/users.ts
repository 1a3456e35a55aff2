import type { Context } from './context.ts';
import type { User } from './state.ts';

export type NewUser = {
  username: string;
  email: string;
  name?: string | undefined;
  admin?: boolean | undefined;
  canCreateGroup?: boolean | undefined;
  projectsLimit?: number | undefined;
  external?: boolean | undefined;
  state?: User['state'] | undefined;
};

/** Adds a user with the personal namespace; what may go wrong is the caller's to check. */
export function createUser(context: Context, input: NewUser): User {
  const { nextId } = context.state;
  const user: User = {
    id: nextId.user++,
    username: input.username,
    name: input.name ?? input.username,
    email: input.email,
    admin: input.admin ?? false,
    state: input.state ?? 'active',
    canCreateGroup: input.canCreateGroup ?? true,
    projectsLimit: input.projectsLimit ?? 100_000,
    external: input.external ?? false,
    namespaceId: nextId.namespace++,
    createdAt: new Date().toISOString(),
  };
  context.routes.addUser(user);
  context.changed();
  return user;
}
