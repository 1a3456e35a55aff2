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
} & Pick<User, 'confirmedAt' | 'createdBy' | 'publicEmail' | 'commitEmail' | 'emails' | 'identities'>;

/** Adds a user with the personal namespace; what may go wrong is the caller's to check. */
export function createUser(context: Context, input: NewUser): User {
  const { nextId } = context.state;
  const { confirmedAt, createdBy, publicEmail, commitEmail, emails, identities } = input;
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
    ...(confirmedAt === undefined ? {} : { confirmedAt }),
    ...(createdBy === undefined ? {} : { createdBy }),
    ...(publicEmail === undefined ? {} : { publicEmail }),
    ...(commitEmail === undefined ? {} : { commitEmail }),
    ...(emails === undefined ? {} : { emails }),
    ...(identities === undefined ? {} : { identities }),
    namespaceId: nextId.namespace++,
    createdAt: new Date().toISOString(),
  };
  context.routes.addUser(user);
  context.changed();
  return user;
}

/** Who has the address, be it the first or a further one. */
export function userWithAddress({ state }: Context, address: string): User | null {
  const wanted = address.toLowerCase();
  return (
    state.users.find(({ email, emails = [] }) =>
      [email, ...emails.map((each) => each.address)].some((each) => each.toLowerCase() === wanted),
    ) ?? null
  );
}
