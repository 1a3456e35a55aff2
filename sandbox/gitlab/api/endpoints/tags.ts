import { DEVELOPER, MAINTAINER } from '../../access.ts';
import { listRefs, type ListedRef } from '../../git-refs.ts';
import { isValidRefName } from '../../git/ref-names.ts';
import { readCommits } from '../../git-objects.ts';
import { matchesWildcard } from '../../protections.ts';
import { createTag, deleteRef } from '../../ref-writing.ts';
import { readRef } from '../../repository.ts';
import type { Project } from '../../state.ts';
import { findRelease } from '../../tracker/releases.ts';
import { created, noContent, ok, type Call, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { tagEntity } from '../entities/refs.ts';
import { failure, notFound } from '../errors.ts';
import { findRepository, requireLevel } from '../lookup.ts';
import { textOf } from '../params.ts';
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
  {
    method: 'POST',
    path: '/projects/:id/repository/tags',
    access: 'user',
    declares: {
      fields: {
        tag_name: { type: 'string', required: true },
        ref: { type: 'string', required: true },
        message: { type: 'string' },
      },
    },
    run: create,
  },
  { method: 'DELETE', path: '/projects/:id/repository/tags/:tag_name', access: 'user', run: remove },
];

async function list(call: Call): Promise<Reply> {
  const { project, gitDir } = findRepository(call);
  const refs = await listRefs(gitDir, 'refs/tags/');
  return refPage(call, refs, entityFor(call, project));
}

async function show(call: Call): Promise<Reply> {
  const { project, gitDir } = findRepository(call);
  const [ref] = await listRefs(gitDir, `refs/tags/${call.route['tag_name']}`);
  if (!ref || ref.name !== call.route['tag_name']) throw notFound('Tag');
  return ok(entityFor(call, project)(ref));
}

async function create(call: UserCall): Promise<Reply> {
  const { params, actor } = call;
  const { project, gitDir } = findRepository(call);
  requireLevel(call, project, DEVELOPER);
  const name = textOf(params, 'tag_name') ?? '';
  const target = textOf(params, 'ref') ?? '';
  if (!isValidRefName(name)) throw failure(400, 'Tag name invalid');
  if (readRef(gitDir, `refs/tags/${name}`) !== null) throw failure(400, `Tag ${name} already exists`);
  const [commit] = await readCommits(gitDir, [target, '-1']);
  if (!commit) throw failure(400, `Target ${target} is invalid`);
  await createTag(gitDir, name, commit.id, { message: textOf(params, 'message') ?? '', by: actor.user });
  const [ref] = await listRefs(gitDir, `refs/tags/${name}`);
  return created(ref && entityFor(call, project)(ref));
}

async function remove(call: UserCall): Promise<Reply> {
  const { context, route } = call;
  const { project, gitDir } = findRepository(call);
  requireLevel(call, project, DEVELOPER);
  const name = route['tag_name'] ?? '';
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
  return (ref) => {
    const found = findRelease(project, ref.name);
    const release = found && { tag_name: found.tag, description: found.description || null };
    return tagEntity(ref, { protected: isProtectedTag(project, ref.name), web, release });
  };
}

function isProtectedTag(project: Project, name: string): boolean {
  return project.protectedTags.some((rule) => matchesWildcard(rule.name, name));
}
