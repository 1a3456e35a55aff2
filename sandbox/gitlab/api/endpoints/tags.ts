import { DEVELOPER, MAINTAINER } from '../../access.ts';
import { listRefs, type ListedRef } from '../../git-refs.ts';
import { matchesWildcard } from '../../protections.ts';
import { deleteRef } from '../../ref-writing.ts';
import { readRef } from '../../repository.ts';
import type { Project } from '../../state.ts';
import { noContent, ok, type Call, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { tagEntity } from '../entities/refs.ts';
import { failure, notFound } from '../errors.ts';
import { findProject, requireLevel } from '../lookup.ts';
import { refPage, REF_FILTERS } from '../ref-lists.ts';

/** Tags of the repository itself. */
export const tagEndpoints: Endpoint[] = [
  {
    method: 'GET',
    path: '/projects/:id/repository/tags',
    access: 'anonymous',
    declares: {
      fields: { ...REF_FILTERS, sort: { type: 'string', values: ['asc', 'desc'], default: 'desc' } },
    },
    run: list,
  },
  { method: 'GET', path: '/projects/:id/repository/tags/:tag_name', access: 'anonymous', run: show },
  { method: 'DELETE', path: '/projects/:id/repository/tags/:tag_name', access: 'user', run: remove },
];

async function list(call: Call): Promise<Reply> {
  const project = findProject(call);
  const refs = await listRefs(call.context.gitDir(project), 'refs/tags/');
  return refPage(call, refs, entityFor(call, project));
}

async function show(call: Call): Promise<Reply> {
  const project = findProject(call);
  const [ref] = await listRefs(call.context.gitDir(project), `refs/tags/${call.route['tag_name']}`);
  if (!ref || ref.name !== call.route['tag_name']) throw notFound('Tag');
  return ok(entityFor(call, project)(ref));
}

async function remove(call: UserCall): Promise<Reply> {
  const { context, route } = call;
  const project = findProject(call);
  requireLevel(call, project, DEVELOPER);
  const name = route['tag_name'] ?? '';
  const gitDir = context.gitDir(project);
  const id = readRef(gitDir, `refs/tags/${name}`);
  if (id === null) throw notFound('Tag');
  if (isProtectedTag(project, name) && context.accessLevel(call.actor, project) < MAINTAINER) {
    throw failure(
      400,
      'You are not allowed to delete protected tags from this project. Only a project maintainer or owner can delete a protected tag.',
    );
  }
  await deleteRef(gitDir, `refs/tags/${name}`, id);
  return noContent();
}

function entityFor({ context }: Call, project: Project): (ref: ListedRef) => unknown {
  const web = `${context.externalUrl}/${project.fullPath}`;
  return (ref) => tagEntity(ref, { protected: isProtectedTag(project, ref.name), web });
}

function isProtectedTag(project: Project, name: string): boolean {
  return project.protectedTags.some((rule) => matchesWildcard(rule.name, name));
}
