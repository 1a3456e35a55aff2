import { createKey, keyWithFingerprint } from '../../keys.ts';
import { mailAnyway } from '../../mails.ts';
import type { User } from '../../state.ts';
import { created, ok, type Call, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { deployKey, personalKey } from '../entities/keys.ts';
import { basicUser } from '../entities/users.ts';
import { invalid, notFound } from '../errors.ts';
import { findUser } from '../lookup.ts';
import { page, PAGING } from '../pagination.ts';
import { textOf, type Declaration } from '../params.ts';

const KEY: Declaration = {
  fields: { title: { type: 'string', required: true }, key: { type: 'string', required: true } },
};

/** SSH keys of people (GL-287, GL-289, GL-465, GL-466). */
export const sshKeyEndpoints: Endpoint[] = [
  {
    method: 'GET',
    path: '/users/:user_id/keys',
    access: 'anonymous',
    declares: { fields: PAGING },
    run: (call) => list(call, findUser(call)),
  },
  {
    method: 'GET',
    path: '/user/keys',
    access: 'user',
    declares: { fields: PAGING },
    run: (call) => list(call, call.actor.user),
  },
  {
    method: 'POST',
    path: '/users/:user_id/keys',
    access: 'admin',
    declares: KEY,
    run: (call) => add(call, findUser(call)),
  },
  {
    method: 'POST',
    path: '/user/keys',
    access: 'user',
    declares: KEY,
    run: (call) => add(call, call.actor.user),
  },
  {
    method: 'GET',
    path: '/keys',
    access: 'admin',
    declares: { fields: { fingerprint: { type: 'string', required: true } } },
    run: byFingerprint,
  },
];

function list(call: Call, { id }: User): Reply {
  const { context } = call;
  const own = (context.state.keys ?? []).filter((each) => !each.deploy && each.userId === id);
  return page(call, own, (each) => personalKey(context, each));
}

function add({ context, params }: UserCall, user: User): Reply {
  const made = createKey(context, {
    title: textOf(params, 'title') ?? '',
    key: textOf(params, 'key') ?? '',
    userId: user.id,
    deploy: false,
  });
  if ('errors' in made) throw invalid(made.errors);
  // No setting holds this mail back.
  if (user.state === 'active') mailAnyway(context, user.email, 'key-added', made.key.title);
  return created(personalKey(context, made.key));
}

function byFingerprint({ context, params }: UserCall): Reply {
  const wanted = (textOf(params, 'fingerprint') ?? '').replace(/^SHA256:/, '');
  const key = keyWithFingerprint(context, wanted);
  if (!key) throw notFound('Key');
  const owner = context.routes.user(key.userId);
  return ok({
    ...(key.deploy ? deployKey(key) : personalKey(context, key)),
    user: owner && basicUser(context, owner),
    ...(key.deploy && {
      deploy_keys_projects: context.state.projects.flatMap(({ id, deployKeys = [] }) =>
        deployKeys
          .filter(({ keyId }) => keyId === key.id)
          .map(({ keyId, canPush }) => ({ deploy_key_id: keyId, project_id: id, can_push: canPush })),
      ),
    }),
  });
}
