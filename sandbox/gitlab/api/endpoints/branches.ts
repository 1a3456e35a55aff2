import { DEVELOPER, MAINTAINER } from '../../access.ts';
import { listRefs, type ListedRef } from '../../git-refs.ts';
import { isProtected } from '../../protections.ts';
import { deleteRef } from '../../ref-writing.ts';
import { effectiveDefaultBranch, readRef } from '../../repository.ts';
import type { Project } from '../../state.ts';
import { noContent, ok, type Call, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { branchEntity } from '../entities/refs.ts';
import { failure, notFound } from '../errors.ts';
import { findProject, requireLevel } from '../lookup.ts';
import { refPage, REF_FILTERS } from '../ref-lists.ts';

/** Branches of the repository itself (GL-166, GL-176, GL-340). */
export const branchEndpoints: Endpoint[] = [
  {
    method: 'GET',
    path: '/projects/:id/repository/branches',
    access: 'anonymous',
    declares: { fields: REF_FILTERS },
    run: list,
  },
  { method: 'GET', path: '/projects/:id/repository/branches/:branch', access: 'anonymous', run: show },
  { method: 'DELETE', path: '/projects/:id/repository/branches/:branch', access: 'user', run: remove },
];

async function list(call: Call): Promise<Reply> {
  const project = findProject(call);
  const refs = await listRefs(call.context.gitDir(project), 'refs/heads/');
  const known = refs.filter((ref) => !isUnseen(call, project, ref.name));
  return refPage(call, known, entityFor(call, project));
}

async function show(call: Call): Promise<Reply> {
  const project = findProject(call);
  const [ref] = await listRefs(call.context.gitDir(project), `refs/heads/${call.route['branch']}`);
  if (!ref || ref.name !== call.route['branch'] || isUnseen(call, project, ref.name))
    throw notFound('Branch');
  return ok(entityFor(call, project)(ref));
}

async function remove(call: UserCall): Promise<Reply> {
  const { context, route } = call;
  const project = findProject(call);
  requireLevel(call, project, DEVELOPER);
  const name = route['branch'] ?? '';
  const gitDir = context.gitDir(project);
  const id = readRef(gitDir, `refs/heads/${name}`);
  if (id === null) throw notFound('Branch');
  if (effectiveDefaultBranch(gitDir) === name) {
    throw failure(400, 'The default branch of a project cannot be deleted.');
  }
  if (isProtected(project, name) && context.accessLevel(call.actor, project) < MAINTAINER) {
    throw failure(
      400,
      'You are not allowed to delete protected branches from this project. Only a project maintainer or owner can delete a protected branch.',
    );
  }
  await deleteRef(gitDir, `refs/heads/${name}`, id);
  return noContent();
}

function isUnseen({ context }: Call, project: Project, name: string): boolean {
  return context.unseenBranches.get(project.id)?.has(name) ?? false;
}

function entityFor(call: Call, project: Project): (ref: ListedRef) => unknown {
  const { context, actor } = call;
  const options = {
    defaultBranch: effectiveDefaultBranch(context.gitDir(project)),
    level: context.accessLevel(actor, project),
    web: `${context.externalUrl}/${project.fullPath}`,
  };
  return (ref) => branchEntity(ref, project, options);
}
