import { targetRefused } from '../failures/target.ts';
import type { UserState } from '../../sandbox/gitlab/state.ts';

import type { Reader } from './reader.ts';
import * as schema from './schema.ts';
import type { SnapshotUser } from './snapshot.ts';

/** GitLab's own default; only administrators see that of others. */
const USUAL_LIMIT = 100_000;
const STATES: readonly string[] = [
  'blocked',
  'deactivated',
  'banned',
  'ldap_blocked',
  'blocked_pending_approval',
] satisfies UserState[];

/** The token's user, with the personal namespace. */
export async function readMyself(reader: Reader): Promise<SnapshotUser> {
  const user = await reader.one('/user', schema.User);
  if (user === null) throw targetRefused('/user', { detail: 'it is not shown' });
  if (user.namespace_id) return toUser(user, user.namespace_id);
  const namespace = await reader.one(`/namespaces/${encodeURIComponent(user.username)}`, schema.Namespace);
  return toUser(user, namespace?.kind === 'user' ? namespace.id : null);
}

/** Another user, in whose personal namespace projects are made; null when there is none. */
export async function readUser(
  reader: Reader,
  { id, namespaceId }: { id: number; namespaceId: number | null },
): Promise<SnapshotUser | null> {
  const user = await reader.one(`/users/${id}`, schema.User);
  return user === null ? null : toUser(user, namespaceId ?? user.namespace_id ?? null);
}

function toUser(user: schema.User, namespaceId: number | null): SnapshotUser {
  const { state = 'active' } = user;
  return {
    id: user.id,
    username: user.username,
    email: user.email ?? '',
    admin: user.is_admin === true,
    canCreateGroup: user.can_create_group ?? true,
    projectsLimit: user.projects_limit ?? USUAL_LIMIT,
    external: user.external ?? false,
    state: STATES.includes(state) ? (state as UserState) : 'active',
    namespaceId,
  };
}
