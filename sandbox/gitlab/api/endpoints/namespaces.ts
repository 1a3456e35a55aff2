import type { NamespaceRef } from '../../routes.ts';
import { ok, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { namespaceEntity } from '../entities/groups.ts';
import { failure } from '../errors.ts';
import { findNamespace, maySeeNamespace } from '../lookup.ts';
import { page, PAGING } from '../pagination.ts';
import { flagOf, integerOf, textOf } from '../params.ts';

/** Groups and personal namespaces alike (GL-98). */
export const namespaceEndpoints: Endpoint[] = [
  {
    method: 'GET',
    path: '/namespaces',
    access: 'user',
    declares: {
      fields: {
        ...PAGING,
        search: { type: 'string' },
        owned_only: { type: 'boolean' },
        top_level_only: { type: 'boolean' },
      },
    },
    run: list,
  },
  {
    method: 'GET',
    path: '/namespaces/:id',
    access: 'user',
    run: (call) => ok(namespaceEntity(call.context, findNamespace(call))),
  },
  {
    method: 'GET',
    path: '/namespaces/:id/exists',
    access: 'user',
    declares: { fields: { parent_id: { type: 'integer' } } },
    run: exists,
  },
];

function list(call: UserCall): Reply {
  const { context, params, actor } = call;
  const search = textOf(params, 'search')?.toLowerCase() ?? '';
  const all: NamespaceRef[] = [
    ...context.state.users.map((user) => ({ kind: 'user', user }) as const),
    ...context.state.groups.map((group) => ({ kind: 'group', group }) as const),
  ];
  const found = all.filter((namespace) => {
    if (!maySeeNamespace(call, namespace)) return false;
    if (flagOf(params, 'top_level_only') && namespace.kind === 'group' && namespace.group.parentId !== null)
      return false;
    if (flagOf(params, 'owned_only') && !isOwned(call, namespace, actor.user.id)) return false;
    return searchText(namespace).includes(search);
  });
  return page(call, found, (namespace) => namespaceEntity(context, namespace));
}

function isOwned(call: UserCall, namespace: NamespaceRef, userId: number): boolean {
  if (namespace.kind === 'user') return namespace.user.id === userId;
  return call.context.accessLevel({ ...call.actor, admin: false }, namespace.group) >= 50;
}

function searchText(namespace: NamespaceRef): string {
  const text =
    namespace.kind === 'user'
      ? `${namespace.user.username} ${namespace.user.name}`
      : `${namespace.group.path} ${namespace.group.name}`;
  return text.toLowerCase();
}

function exists(call: UserCall): Reply {
  const { context, route, params } = call;
  call.limiter.check('namespace_exists', call.actor.user.id);
  const path = route['id'] ?? '';
  const parentId = integerOf(params, 'parent_id');
  const parent = parentId === undefined ? null : context.routes.group(parentId);
  if (parentId !== undefined && !parent) throw failure(404, '404 Namespace Not Found');
  const prefix = parent ? `${parent.fullPath}/` : '';
  const taken = (candidate: string) => context.routes.find(prefix + candidate) !== null;
  if (!taken(path)) return ok({ exists: false, suggests: [] });
  let number = 1;
  while (taken(`${path}${number}`)) number += 1;
  return ok({ exists: true, suggests: [`${path}${number}`] });
}
