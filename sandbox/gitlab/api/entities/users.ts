import type { Actor } from '../../access.ts';
import { userAvatar } from '../avatars.ts';
import type { Context } from '../../context.ts';
import type { User } from '../../state.ts';

/** What everybody sees of a user. */
export function basicUser(context: Context, user: User): Record<string, unknown> {
  return {
    id: user.id,
    username: user.username,
    public_email: user.publicEmail ?? '',
    name: user.name,
    state: user.state,
    locked: false,
    avatar_url: userAvatar(context, user),
    web_url: `${context.externalUrl}/${user.username}`,
  };
}

/** `GET /users/:id` and the lists; the private part is for administrators only. */
export function userDetails(context: Context, user: User, actor: Actor | null): Record<string, unknown> {
  const profile = profileOf(context, user);
  return actor?.admin ? { ...profile, ...privateDetails(user), ...adminDetails(context, user) } : profile;
}

/** `GET /user`: the keys `is_admin`, `note`, `namespace_id` exist for administrators only (GL-38). */
export function currentUser(context: Context, actor: Actor): Record<string, unknown> {
  const { user } = actor;
  const own = {
    ...profileOf(context, user),
    ...privateDetails(user),
  };
  return user.admin ? { ...own, ...adminDetails(context, user) } : own;
}

function privateDetails(user: User): Record<string, unknown> {
  return {
    last_sign_in_at: null,
    confirmed_at: user.confirmedAt === undefined ? user.createdAt : user.confirmedAt,
    last_activity_on: null,
    email: user.email,
    theme_id: 1,
    color_scheme_id: 1,
    projects_limit: user.projectsLimit,
    current_sign_in_at: null,
    identities: (user.identities ?? []).map(({ provider, externUid }) => ({
      provider,
      extern_uid: externUid,
    })),
    can_create_group: user.canCreateGroup,
    can_create_project: user.projectsLimit > 0,
    two_factor_enabled: false,
    external: user.external,
    private_profile: false,
    commit_email: user.commitEmail ?? user.email,
  };
}

function adminDetails(context: Context, user: User): Record<string, unknown> {
  const maker = context.state.users.find(({ id }) => id === user.createdBy);
  const madeBy = maker === undefined ? null : basicUser(context, maker);
  return { is_admin: user.admin, note: null, namespace_id: user.namespaceId, created_by: madeBy };
}

function profileOf(context: Context, user: User): Record<string, unknown> {
  return {
    ...basicUser(context, user),
    created_at: user.createdAt,
    bio: '',
    location: '',
    website_url: '',
    job_title: '',
    bot: false,
  };
}
