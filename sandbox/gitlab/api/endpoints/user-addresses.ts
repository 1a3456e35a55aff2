import { mailAnyway } from '../../mails.ts';
import type { User } from '../../state.ts';
import { userWithAddress } from '../../users.ts';
import { created, ok, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { failure } from '../errors.ts';
import { findUser } from '../lookup.ts';
import { flagOf, textOf } from '../params.ts';

/** Further addresses of a user, for administrators (GL-287, GL-293). */
export const userAddressEndpoints: Endpoint[] = [
  {
    method: 'GET',
    path: '/users/:user_id/emails',
    access: 'admin',
    run: (call) => ok((findUser(call).emails ?? []).map((each, index) => entity(each, index))),
  },
  {
    method: 'POST',
    path: '/users/:user_id/emails',
    access: 'admin',
    declares: {
      fields: { email: { type: 'string', required: true }, skip_confirmation: { type: 'boolean' } },
    },
    run: add,
  },
];

function add(call: UserCall): Reply {
  const { context, params } = call;
  const user = findUser(call);
  const address = textOf(params, 'email') ?? '';
  if (userWithAddress(context, address)) throw failure(500, '500 Internal Server Error');
  const confirmed = flagOf(params, 'skip_confirmation') === true;
  const added = { address, confirmed };
  user.emails = [...(user.emails ?? []), added];
  mailAnyway(context, user.email, 'address-added', address);
  if (!confirmed) mailAnyway(context, address, 'confirmation', address);
  context.changed();
  return created(entity(added, user.emails.length - 1));
}

function entity(
  { address, confirmed }: NonNullable<User['emails']>[number],
  index: number,
): Record<string, unknown> {
  return { id: index + 1, email: address, confirmed_at: confirmed ? new Date(0).toISOString() : null };
}
