import type { ProtectedTag } from '../../state.ts';
import { created, noContent, ok, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { levelEntity } from '../entities/levels.ts';
import { failure } from '../errors.ts';
import { findManagedProject } from '../lookup.ts';
import { page, PAGING } from '../pagination.ts';
import { integerOf, textOf, type Param } from '../params.ts';

const FIELDS: Record<string, Param> = {
  name: { type: 'string', required: true },
  create_access_level: { type: 'integer', values: [0, 30, 40], default: 40 },
};

/** Protected tags; a second one is answered otherwise than a second protected branch (GL-174). */
export const protectedTagEndpoints: Endpoint[] = [
  {
    method: 'GET',
    path: '/projects/:id/protected_tags',
    access: 'user',
    declares: { fields: PAGING },
    run: listTags,
  },
  {
    method: 'GET',
    path: '/projects/:id/protected_tags/:name',
    access: 'user',
    run: (call) => ok(tagEntity(findTag(call))),
  },
  {
    method: 'POST',
    path: '/projects/:id/protected_tags',
    access: 'user',
    declares: { fields: FIELDS },
    run: protectTag,
  },
  { method: 'DELETE', path: '/projects/:id/protected_tags/:name', access: 'user', run: unprotectTag },
];

function listTags(call: UserCall): Reply {
  return page(call, findManagedProject(call).protectedTags, tagEntity);
}

function findTag(call: UserCall): ProtectedTag {
  const tag = findManagedProject(call).protectedTags.find((each) => each.name === call.route['name']);
  if (!tag) throw failure(404, '404 Not found');
  return tag;
}

function protectTag(call: UserCall): Reply {
  const project = findManagedProject(call);
  const name = textOf(call.params, 'name') ?? '';
  if (project.protectedTags.some((each) => each.name === name))
    throw failure(422, ['Name has already been taken']);
  const tag = { name, createAccessLevel: integerOf(call.params, 'create_access_level') ?? 40 };
  project.protectedTags.push(tag);
  call.context.changed();
  return created(tagEntity(tag));
}

function unprotectTag(call: UserCall): Reply {
  const tag = findTag(call);
  const project = findManagedProject(call);
  project.protectedTags = project.protectedTags.filter((each) => each !== tag);
  call.context.changed();
  return noContent();
}

function tagEntity(tag: ProtectedTag): Record<string, unknown> {
  return { name: tag.name, create_access_levels: [levelEntity(tag.createAccessLevel)] };
}
