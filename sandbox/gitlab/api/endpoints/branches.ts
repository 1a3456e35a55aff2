import { DEVELOPER, MAINTAINER } from '../../access.ts';
import { listRefs, type ListedRef } from '../../git-refs.ts';
import { isProtected } from '../../protections.ts';
import { isValidRefName, looksLikeObjectId } from '../../git/ref-names.ts';
import { readCommits } from '../../git-objects.ts';
import { createRef, deleteRef } from '../../ref-writing.ts';
import { readRef } from '../../repository.ts';
import type { RefUpdate } from '../../default-branch.ts';
import type { Project } from '../../state.ts';
import { refreshRequests } from '../../tracker/pushes.ts';
import { created, noContent, ok, type Call, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { branchEntity } from '../entities/refs.ts';
import { failure, notFound, type ApiError } from '../errors.ts';
import { findRepository, requireLevel } from '../lookup.ts';
import { textOf } from '../params.ts';
import { refPage, REF_FILTERS } from '../ref-lists.ts';

const ABSENT = '0'.repeat(40);

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
  {
    method: 'POST',
    path: '/projects/:id/repository/branches',
    access: 'user',
    declares: {
      fields: { branch: { type: 'string', required: true }, ref: { type: 'string', required: true } },
    },
    run: create,
  },
  { method: 'DELETE', path: '/projects/:id/repository/branches/:branch', access: 'user', run: remove },
];

async function list(call: Call): Promise<Reply> {
  const { project, gitDir } = findRepository(call);
  const refs = await listRefs(gitDir, 'refs/heads/');
  const known = refs.filter((ref) => !isUnseen(call, project, ref.name));
  return refPage(call, known, entityFor(call));
}

async function show(call: Call): Promise<Reply> {
  const { project, gitDir } = findRepository(call);
  const name = call.route['branch'] ?? '';
  if (!isValidRefName(name)) throw failure(400, 'The branch refname is invalid');
  const [ref] = await listRefs(gitDir, `refs/heads/${name}`);
  // HEAD looks into the cached list, GET does not (GL-166).
  const onlyAsked = call.request.method === 'HEAD';
  if (ref?.name !== name || (onlyAsked && isUnseen(call, project, name))) throw notFound('Branch');
  return onlyAsked ? noContent() : ok(entityFor(call)(ref));
}

/** Refusals of the push are repeated with what Gitaly puts around them. */
async function create(call: UserCall): Promise<Reply> {
  const { project, gitDir } = findRepository(call);
  requireLevel(call, project, DEVELOPER);
  const name = textOf(call.params, 'branch') ?? '';
  const from = textOf(call.params, 'ref') ?? '';
  if (!isValidRefName(name)) throw failure(400, 'Branch name is invalid');
  if (readRef(gitDir, `refs/heads/${name}`) !== null) throw failure(400, 'Branch already exists');
  const failed = (reason: string) => failure(400, `Failed to create branch '${name}': ${reason}`);
  if (looksLikeObjectId(name)) {
    const reason = 'You cannot create a branch with a SHA-1 or SHA-256 branch name.';
    throw failed(`13:running pre-receive hooks: GitLab: ${reason}.`);
  }
  const [commit] = await readCommits(gitDir, [from, '-1']);
  if (!commit || !(await createRef(gitDir, `refs/heads/${name}`, commit.id))) {
    throw failed(`invalid reference name '${from}'`);
  }
  afterChange(call, project, { ref: `refs/heads/${name}`, old: ABSENT, new: commit.id });
  const [ref] = await listRefs(gitDir, `refs/heads/${name}`);
  return created(ref && entityFor(call)(ref));
}

async function remove(call: UserCall): Promise<Reply> {
  const { context, route } = call;
  const { project, gitDir, defaultBranch } = findRepository(call);
  requireLevel(call, project, DEVELOPER);
  const name = route['branch'] ?? '';
  const id = readRef(gitDir, `refs/heads/${name}`);
  if (id === null) throw notFound('Branch');
  if (defaultBranch === name) throw refusedDeletion('The default branch of a project cannot be deleted.');
  if (isProtected(project, name) && context.accessLevel(call.actor, project) < MAINTAINER) {
    throw refusedDeletion(
      'You are not allowed to delete protected branches from this project. Only a project maintainer or owner can delete a protected branch.',
    );
  }
  await deleteRef(gitDir, `refs/heads/${name}`, id);
  afterChange(call, project, { ref: `refs/heads/${name}`, old: id, new: ABSENT });
  return noContent();
}

/** The same job as after a push looks at the merge requests. */
function afterChange({ context, actor }: UserCall, project: Project, update: RefUpdate): void {
  const { pipelineDelayMs } = context.settings;
  context.after(pipelineDelayMs, () => refreshRequests(context, project, [update], actor));
}

function refusedDeletion(reason: string): ApiError {
  return failure(400, `7:deletion denied by access checks: running pre-receive hooks: GitLab: ${reason}.`);
}

function isUnseen({ context }: Call, project: Project, name: string): boolean {
  return context.unseenBranches.get(project.id)?.has(name) ?? false;
}

function entityFor(call: Call): (ref: ListedRef) => unknown {
  const { project, web, defaultBranch } = findRepository(call);
  const options = { defaultBranch, level: call.context.accessLevel(call.actor, project), web };
  return (ref) => branchEntity(ref, project, options);
}
