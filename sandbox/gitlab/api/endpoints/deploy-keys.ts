import { DEVELOPER } from '../../access.ts';
import { createKey, sanitized } from '../../keys.ts';
import type { Project, SshKey } from '../../state.ts';
import { created, noContent, ok, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { deployKey, enabledKey } from '../entities/keys.ts';
import { failure, invalid, notFound } from '../errors.ts';
import { findManagedProject } from '../lookup.ts';
import { page, PAGING } from '../pagination.ts';
import { flagOf, textOf } from '../params.ts';

/** Deploy keys (GL-461, GL-465, GL-466). */
export const deployKeyEndpoints: Endpoint[] = [
  {
    method: 'GET',
    path: '/projects/:id/deploy_keys',
    access: 'user',
    declares: { fields: PAGING },
    run: (call) => page(call, keysOf(findManagedProject(call)), (each) => enabledKey(call.context, each)),
  },
  {
    method: 'POST',
    path: '/projects/:id/deploy_keys',
    access: 'user',
    declares: {
      fields: {
        title: { type: 'string', required: true },
        key: { type: 'string', required: true },
        can_push: { type: 'boolean' },
      },
    },
    run: add,
  },
  {
    method: 'PUT',
    path: '/projects/:id/deploy_keys/:key_id',
    access: 'user',
    declares: {
      fields: { title: { type: 'string' }, can_push: { type: 'boolean' } },
      atLeastOneOf: ['title', 'can_push'],
    },
    run: update,
  },
  { method: 'POST', path: '/projects/:id/deploy_keys/:key_id/enable', access: 'user', run: enable },
  { method: 'DELETE', path: '/projects/:id/deploy_keys/:key_id', access: 'user', run: remove },
];

type Enabled = NonNullable<Project['deployKeys']>[number];

function keysOf(project: Project): Enabled[] {
  return (project.deployKeys ??= []);
}

function add(call: UserCall): Reply {
  const { context, params, actor } = call;
  const project = findManagedProject(call);
  const text = (textOf(params, 'key') ?? '').trim();
  const known = context.state.keys?.find((each) => each.deploy && each.key === text);
  const enabled = keysOf(project).find(({ keyId }) => keyId === known?.id);
  if (enabled) return created(enabledKey(context, enabled));
  const canPush = flagOf(params, 'can_push') ?? false;
  if (known && isAccessible(call, known)) return enableFor(call, project, { keyId: known.id, canPush });
  const made = createKey(context, {
    title: textOf(params, 'title') ?? '',
    key: sanitized(text),
    userId: actor.user.id,
    deploy: true,
  });
  if ('errors' in made)
    throw invalid(
      Object.fromEntries(Object.entries(made.errors).map(([name, texts]) => [`deploy_key.${name}`, texts])),
    );
  return enableFor(call, project, { keyId: made.key.id, canPush });
}

/** One that is enabled in a project of which the caller is a member; being an administrator does not help here. */
function isAccessible({ context, actor }: UserCall, { id }: SshKey): boolean {
  const member = { ...actor, admin: false };
  return context.state.projects.some(
    (project) =>
      keysOf(project).some(({ keyId }) => keyId === id) && context.accessLevel(member, project) >= DEVELOPER,
  );
}

function enableFor({ context }: UserCall, project: Project, enabled: Enabled): Reply {
  keysOf(project).push(enabled);
  context.changed();
  return created(enabledKey(context, enabled));
}

function enable(call: UserCall): Reply {
  const { context, route, actor } = call;
  const project = findManagedProject(call);
  const key = context.state.keys?.find(({ id, deploy }) => deploy && id === Number(route['key_id']));
  if (!key || !(actor.admin || isAccessible(call, key))) throw notFound('Deploy Key');
  if (!keysOf(project).some(({ keyId }) => keyId === key.id))
    enableFor(call, project, { keyId: key.id, canPush: false });
  return created(deployKey(key));
}

function find(call: UserCall, project: Project): Enabled {
  const found = keysOf(project).find(({ keyId }) => keyId === Number(call.route['key_id']));
  if (!found) throw failure(404, '404 Not found');
  return found;
}

function update(call: UserCall): Reply {
  const found = find(call, findManagedProject(call));
  found.canPush = flagOf(call.params, 'can_push') ?? found.canPush;
  call.context.changed();
  return ok(enabledKey(call.context, found));
}

function remove(call: UserCall): Reply {
  const project = findManagedProject(call);
  const found = find(call, project);
  project.deployKeys = keysOf(project).filter((each) => each !== found);
  call.context.changed();
  return noContent();
}
