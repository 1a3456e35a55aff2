import type { User, UserState } from '../../state.ts';
import { ok, type Call, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { basicUser, userDetails } from '../entities/users.ts';
import { forbidden, notFound } from '../errors.ts';
import { findUser } from '../lookup.ts';
import { KEYSET, keysetPage, ordered } from '../pagination.ts';
import { textOf } from '../params.ts';

/** Users in these states are shown to administrators only (users_finder.rb without_forbidden_states). */
const FORBIDDEN_STATES: ReadonlySet<UserState> = new Set([
  'blocked',
  'banned',
  'ldap_blocked',
  'blocked_pending_approval',
]);

/** Reading users (GL-280). */
export const userEndpoints: Endpoint[] = [
  {
    method: 'GET',
    path: '/users',
    access: 'anonymous',
    scopes: ['read_user'],
    declares: {
      fields: {
        ...KEYSET,
        username: { type: 'string' },
        search: { type: 'string' },
        public_email: { type: 'string' },
        active: { type: 'boolean' },
        blocked: { type: 'boolean' },
      },
    },
    run: list,
  },
  { method: 'GET', path: '/users/:user_id', access: 'user', scopes: ['read_user'], run: show },
];

function list(call: Call): Reply {
  const { context, params, actor } = call;
  const username = textOf(params, 'username');
  if (!actor && username === undefined) throw forbidden('Not authorized to access /api/v4/users');
  const search = textOf(params, 'search')?.toLowerCase();
  const publicEmail = textOf(params, 'public_email')?.toLowerCase();
  const found = context.state.users.filter((user) => {
    if (username !== undefined && user.username.toLowerCase() !== username.toLowerCase()) return false;
    if (!actor?.admin && FORBIDDEN_STATES.has(user.state)) return false;
    if (publicEmail !== undefined && user.publicEmail?.toLowerCase() !== publicEmail) return false;
    if (params['active'] === true && user.state !== 'active') return false;
    if (params['blocked'] === true && user.state !== 'blocked') return false;
    return search === undefined || search === '' || matches(user, search, actor?.admin === true);
  });
  return keysetPage(
    call,
    ordered(call, found, {}, { by: 'id', sort: 'desc' }),
    (user) => (actor?.admin ? userDetails(context, user, actor) : basicUser(context, user)),
    { type: 'User', enforced: true },
  );
}

/** Of addresses everybody finds the public one, administrators also the others, further ones once they are confirmed. */
function matches(user: User, search: string, admin: boolean): boolean {
  const further = (user.emails ?? []).flatMap(({ address, confirmed }) => (confirmed ? [address] : []));
  const addresses = [user.publicEmail, ...(admin ? [user.email, ...further] : [])];
  if (addresses.some((address) => address?.toLowerCase() === search)) return true;
  return user.username.toLowerCase().includes(search) || user.name.toLowerCase().includes(search);
}

function show(call: UserCall): Reply {
  call.limiter.check('users_get_by_id', call.actor.user.id);
  const user = findUser(call);
  if (user.state !== 'active' && !call.actor.admin && user.state === 'banned') throw notFound('User');
  return ok(userDetails(call.context, user, call.actor));
}
