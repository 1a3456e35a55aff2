import type { Project, Visibility } from '../../state.ts';
import { OWNER } from '../../access.ts';
import { projectErrors, type Errors } from '../../projects.ts';
import { changeDefaultBranch, prescribedBranch } from '../../default-branch.ts';
import { readRef } from '../../repository.ts';
import { restrictedVisibility, VISIBILITY_LEVELS } from '../../visibility.ts';
import { ok, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { avatarErrors, avatarName } from '../avatars.ts';
import { projectEntity } from '../entities/projects.ts';
import { invalid } from '../errors.ts';
import { findProject, requireMaintainer, requireOwner } from '../lookup.ts';
import { flagOf, textOf } from '../params.ts';
import { plainSettings, topicsOf, UPDATE_FIELDS } from '../project-fields.ts';

/** Changing projects (GL-137, GL-164, GL-165). */
export const projectUpdateEndpoints: Endpoint[] = [
  {
    method: 'PUT',
    path: '/projects/:id',
    access: 'user',
    declares: { fields: UPDATE_FIELDS, atLeastOneOf: Object.keys(UPDATE_FIELDS) },
    run: update,
  },
];

function update(call: UserCall): Reply {
  const { context, params, actor } = call;
  const project = findProject(call);
  requireMaintainer(call, project);
  const visibility = (textOf(params, 'visibility') ?? project.visibility) as Visibility;
  if (visibility !== project.visibility) requireOwner(call, project);
  const errors = {
    ...modelErrors(call, project),
    ...visibilityErrors(call, project, visibility),
    ...avatarErrors(params),
  };
  if (Object.keys(errors).length > 0) throw invalid(errors);
  const branch = newDefaultBranch(call, project);
  // The cause is not on the model, so nothing is rendered at all (GL-165).
  if (branch === 'head-exists') return ok(null);
  apply(call, project, visibility);
  if (branch) changeDefaultBranch(context, project, branch.name);
  context.changed();
  return ok(projectEntity(context, project, actor));
}

function modelErrors({ context, params }: UserCall, project: Project): Errors {
  const namespace = context.routes.namespace(project.namespaceId);
  if (!namespace) return { namespace: ['is not valid'] };
  return projectErrors(context, {
    namespace,
    path: textOf(params, 'path') ?? project.path,
    name: textOf(params, 'name') ?? project.name,
    description: textOf(params, 'description') ?? project.description,
    self: project,
  });
}

function visibilityErrors({ context, actor }: UserCall, project: Project, visibility: Visibility): Errors {
  if (visibility === project.visibility) return {};
  const restricted = restrictedVisibility(context, actor, visibility);
  if (restricted) return { visibility_level: [restricted] };
  const group = context.routes.group(project.namespaceId);
  if (group && VISIBILITY_LEVELS[visibility] > VISIBILITY_LEVELS[group.visibility]) {
    return { visibility_level: [`${visibility} is not allowed in a ${group.visibility} namespace.`] };
  }
  const source = project.forkedFromId === null ? null : context.routes.project(project.forkedFromId);
  if (source && VISIBILITY_LEVELS[visibility] > VISIBILITY_LEVELS[source.visibility]) {
    return {
      visibility_level: [`${visibility} is not allowed since the fork source project has lower visibility.`],
    };
  }
  return {};
}

/** Null when nothing changes; a missing branch is refused. */
function newDefaultBranch(call: UserCall, project: Project): { name: string } | 'head-exists' | null {
  const name = textOf(call.params, 'default_branch');
  if (name === undefined || name === '') return null;
  const gitDir = call.context.gitDir(project);
  // An empty project takes only the name that its group or the server prescribes (GL-164).
  const current = call.context.defaultBranch(project) ?? prescribedBranch(call.context, project);
  if (name === current) return null;
  if (readRef(gitDir, 'refs/heads/HEAD') !== null) return 'head-exists';
  const unseen = call.context.unseenBranches.get(project.id)?.has(name) ?? false;
  if (unseen || readRef(gitDir, `refs/heads/${name}`) === null) {
    throw invalid({ base: [`Could not change HEAD: branch '${name}' does not exist`] });
  }
  return { name };
}

function apply(call: UserCall, project: Project, visibility: Visibility): void {
  const { context, params, actor } = call;
  const settings = plainSettings(params);
  if (context.accessLevel(actor, project) < OWNER) delete settings['emails_enabled'];
  const path = textOf(params, 'path') ?? project.path;
  const moved = path !== project.path;
  Object.assign(project, {
    path,
    visibility,
    name: textOf(params, 'name') ?? project.name,
    description: textOf(params, 'description') ?? project.description,
    lfsEnabled: flagOf(params, 'lfs_enabled') ?? project.lfsEnabled,
    topics: topicsOf(params) ?? project.topics,
    attributes: { ...project.attributes, ...settings },
    ...avatarName(params),
  });
  if (moved) context.routes.moveProject(project);
}
