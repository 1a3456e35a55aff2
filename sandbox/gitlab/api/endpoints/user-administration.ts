import type { Context } from '../../context.ts';
import { BLANK, isLonger, usernameErrors } from '../../names.ts';
import type { Errors } from '../../projects.ts';
import { isSince } from '../../settings.ts';
import type { User, UserState } from '../../state.ts';
import { mailAnyway } from '../../mails.ts';
import { createUser, userWithAddress } from '../../users.ts';
import { created, noContent, ok, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { avatarErrors, avatarName } from '../avatars.ts';
import { userDetails } from '../entities/users.ts';
import { failure, forbidden, invalid } from '../errors.ts';
import { findUser } from '../lookup.ts';
import { flagOf, integerOf, textOf, type Param } from '../params.ts';

const FOR_AI =
  "starting with 'duo-', 'duo_', 'ai-' or 'ai_' is reserved for GitLab AI entities. Please choose a different name.";
const OTHER_OWNER = 'A user, alias, or group already exists with that username.';

const CREATE: Record<string, Param> = {
  email: { type: 'string', required: true },
  name: { type: 'string', required: true },
  username: { type: 'string', required: true },
  password: { type: 'string' },
  reset_password: { type: 'boolean' },
  force_random_password: { type: 'boolean' },
  skip_confirmation: { type: 'boolean' },
  projects_limit: { type: 'integer' },
  can_create_group: { type: 'boolean' },
  external: { type: 'boolean' },
  admin: { type: 'boolean' },
  provider: { type: 'string' },
  extern_uid: { type: 'string' },
  public_email: { type: 'string' },
  commit_email: { type: 'string' },
};

/** Making and blocking users, for administrators (GL-281, GL-284). */
export const userAdministrationEndpoints: Endpoint[] = [
  {
    method: 'POST',
    path: '/users',
    access: 'admin',
    declares: { fields: CREATE, atLeastOneOf: ['password', 'reset_password', 'force_random_password'] },
    run: create,
  },
  {
    method: 'PUT',
    path: '/users/:user_id',
    access: 'admin',
    declares: {
      fields: {
        name: { type: 'string' },
        username: { type: 'string' },
        email: { type: 'string' },
        skip_reconfirmation: { type: 'boolean' },
        public_email: { type: 'string' },
        commit_email: { type: 'string' },
        avatar: { type: 'file' },
      },
    },
    run: update,
  },
  { method: 'DELETE', path: '/users/:user_id', access: 'admin', run: remove },
  change('block', 'blocked', ['active', 'deactivated', 'blocked_pending_approval']),
  change('unblock', 'active', ['blocked']),
  change('deactivate', 'deactivated', ['active']),
  change('activate', 'active', ['deactivated']),
];

function create(call: UserCall): Reply {
  const { context, params } = call;
  const email = textOf(params, 'email') ?? '';
  const username = textOf(params, 'username') ?? '';
  const name = textOf(params, 'name') ?? '';
  if (userWithAddress(context, email)) throw failure(409, 'Email has already been taken');
  if (context.routes.userByName(username)) throw failure(409, 'Username has already been taken');
  const errors = userErrors(context, { email, username, name, password: textOf(params, 'password') });
  const identities = identitiesIn(call);
  if (identities.some((each) => isKnown(context, each)))
    errors['identities.extern_uid'] = ['has already been taken'];
  if (Object.keys(errors).length > 0) throw invalid(errors);
  const confirmed = flagOf(params, 'skip_confirmation') === true;
  const external = flagOf(params, 'external') ?? isOutsider(context, email);
  const user = createUser(context, {
    email,
    username,
    name,
    identities,
    createdBy: call.actor.user.id,
    admin: flagOf(params, 'admin'),
    // GL-285.
    canCreateGroup: external ? false : flagOf(params, 'can_create_group'),
    projectsLimit: external ? 0 : integerOf(params, 'projects_limit'),
    external,
    state: isFull(context) ? 'blocked_pending_approval' : 'active',
    ...(confirmed ? {} : { confirmedAt: null }),
  });
  if (!confirmed) mailAnyway(context, email, 'confirmation', username);
  if (flagOf(params, 'reset_password')) mailAnyway(context, email, 'password-reset', username);
  if (user.state === 'blocked_pending_approval') tellAdministrators(context, username);
  return created(userDetails(context, user, call.actor));
}

function identitiesIn({ params }: UserCall): NonNullable<User['identities']> {
  const provider = textOf(params, 'provider') ?? '';
  const externUid = textOf(params, 'extern_uid') ?? '';
  return provider === '' || externUid === '' ? [] : [{ provider, externUid }];
}

function isKnown(
  { state }: Context,
  { provider, externUid }: { provider: string; externUid: string },
): boolean {
  return state.users.some(({ identities = [] }) =>
    identities.some((each) => each.provider === provider && each.externUid === externUid),
  );
}

/** Where new accounts are external, a rule may spare addresses of the house (GL-283). */
function isOutsider({ settings }: Context, email: string): boolean {
  const { newUsersExternal, internalAddresses } = settings;
  return newUsersExternal && (internalAddresses === null || !new RegExp(internalAddresses, 'i').test(email));
}

/** GL-118. */
function isFull({ state, settings: { userCap } }: Context): boolean {
  return userCap !== null && state.users.filter((user) => user.state === 'active').length >= userCap;
}

function tellAdministrators(context: Context, username: string): void {
  for (const user of context.state.users)
    if (user.admin && user.state === 'active') mailAnyway(context, user.email, 'approval-wanted', username);
}

function update(call: UserCall): Reply {
  const { context, params } = call;
  const user = findUser(call);
  const username = textOf(params, 'username') ?? user.username;
  const holder = context.routes.find(username);
  if (holder && !(holder.kind === 'user' && holder.user === user)) throw invalid({ base: [OTHER_OWNER] });
  const avatar = avatarErrors(params);
  if (Object.keys(avatar).length > 0) throw invalid(avatar);
  context.routes.removeUser(user);
  const email = textOf(params, 'email') ?? user.email;
  if (email !== user.email && !flagOf(params, 'skip_reconfirmation'))
    mailAnyway(context, email, 'confirmation', username);
  const publicEmail = textOf(params, 'public_email') ?? user.publicEmail;
  const commitEmail = textOf(params, 'commit_email') ?? user.commitEmail;
  Object.assign(user, {
    username,
    email,
    name: textOf(params, 'name') ?? user.name,
    ...(publicEmail === undefined ? {} : { publicEmail }),
    ...(commitEmail === undefined ? {} : { commitEmail }),
    ...avatarName(params),
  });
  context.routes.addUser(user);
  context.changed();
  return ok(userDetails(context, user, call.actor));
}

/** A background job removes it. */
function remove(call: UserCall): Reply {
  const { context } = call;
  const user = findUser(call);
  context.after(context.settings.asyncDelayMs, () => {
    context.routes.removeUser(user);
    context.changed();
  });
  return noContent();
}

function userErrors(
  context: Context,
  input: { email: string; username: string; name: string; password: string | undefined },
): Errors {
  const errors: Errors = {};
  if (input.email === '') errors['email'] = [BLANK];
  else if (!/^[^@\s]+@[^@\s]+$/.test(input.email)) errors['email'] = ['is invalid'];
  if (input.name === '') errors['name'] = [BLANK];
  else if (isLonger(input.name, 255)) errors['name'] = ['is too long (maximum is 255 characters)'];
  const username = usernameErrors(input.username);
  if (isSince(context.settings.version, 18, 0) && /^(?:duo|ai)[-_]/i.test(input.username))
    username.push(FOR_AI);
  if (context.routes.find(input.username)) errors['base'] = [OTHER_OWNER];
  if (username.length > 0) errors['username'] = username;
  const password = input.password === undefined ? [] : passwordErrors(input.password, input);
  if (password.length > 0) errors['password'] = password;
  return errors;
}

function passwordErrors(password: string, person: { username: string; name: string }): string[] {
  if (password.length < 8) return ['is too short (minimum is 8 characters)'];
  const common = ['password', 'gitlab', 'devops', '12345678', 'qwertyui', person.username, person.name];
  const weak = common.some((word) => word.length >= 4 && password.toLowerCase().includes(word.toLowerCase()));
  return weak ? ['must not contain commonly used combinations of words and letters'] : [];
}

function change(action: string, to: UserState, from: UserState[]): Endpoint {
  return {
    method: 'POST',
    path: `/users/:user_id/${action}`,
    access: 'admin',
    run(call) {
      const user = findUser(call);
      // GL-284.
      if (user.state === to) return created(action === 'block' ? null : action === 'activate');
      if (user === call.actor.user && action === 'block')
        throw forbidden('The API initiating user cannot be blocked by the API');
      if (!from.includes(user.state))
        throw forbidden(`A ${user.state} user cannot be ${action}ed by the API`);
      user.state = to;
      call.context.changed();
      return created(true);
    },
  };
}
