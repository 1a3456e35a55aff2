import type { Project, Visibility } from '../../state.ts';
import type { Actor } from '../../access.ts';
import { commitReadme } from '../../readme.ts';
import { created, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { avatarErrors } from '../avatars.ts';
import { projectEntity } from '../entities/projects.ts';
import { ApiError, failure, forbidden, invalid } from '../errors.ts';
import { findUser } from '../lookup.ts';
import { flagOf, integerOf, textOf } from '../params.ts';
import { CREATE_FIELDS, featureErrors, plainSettings, topicsOf } from '../project-fields.ts';

/** Creating projects (GL-120 to GL-127, GL-131). */
export const projectCreationEndpoints: Endpoint[] = [
  {
    method: 'POST',
    path: '/projects',
    access: 'user',
    declares: { fields: CREATE_FIELDS, atLeastOneOf: ['name', 'path'] },
    run: createOwn,
  },
  {
    method: 'POST',
    path: '/projects/user/:user_id',
    access: 'admin',
    declares: { fields: { ...CREATE_FIELDS, name: { type: 'string', required: true } } },
    run: createForUser,
  },
];

async function createOwn(call: UserCall): Promise<Reply> {
  refuseImport(call);
  const result = create(call, call.actor);
  if (result.kind === 'refused') {
    const limit = result.errors['limit_reached'];
    throw limit ? new ApiError(403, { error: limit }) : invalid(result.errors);
  }
  return finish(call, result.project);
}

/** The user becomes the owner; the administrator is no member of the result. */
async function createForUser(call: UserCall): Promise<Reply> {
  refuseImport(call);
  const user = findUser(call);
  if (user.projectsLimit === 0) throw invalid({ namespace: ['is not valid'] });
  const result = create(call, { user, token: call.actor.token, admin: user.admin });
  if (result.kind === 'refused') throw invalid(result.errors);
  return finish(call, result.project);
}

function create({ context, params }: UserCall, creator: Actor) {
  const template = textOf(params, 'template_name');
  if (template) throw invalid({ template_name: [`'${template}' is unknown or invalid`] });
  const errors = { ...featureErrors(params), ...avatarErrors(params) };
  if (Object.keys(errors).length > 0) throw invalid(errors);
  return context.createProject(creator, {
    namespaceId: integerOf(params, 'namespace_id') ?? null,
    path: textOf(params, 'path'),
    name: textOf(params, 'name'),
    description: textOf(params, 'description'),
    visibility: textOf(params, 'visibility') as Visibility | undefined,
    defaultBranch: textOf(params, 'default_branch'),
    lfsEnabled: flagOf(params, 'lfs_enabled'),
    topics: topicsOf(params),
    attributes: plainSettings(params),
  });
}

async function finish(call: UserCall, project: Project): Promise<Reply> {
  const { context, actor, params } = call;
  if (flagOf(params, 'initialize_with_readme')) await commitReadme(context, project, actor.user);
  return created(projectEntity(context, project, actor));
}

/** Importing by URL is closed on new installations; this server cannot reach any network (GL-470). */
function refuseImport({ context, params }: UserCall): void {
  if (!textOf(params, 'import_url')) return;
  if (!context.settings.importSources.includes('git')) throw forbidden();
  throw failure(422, 'Unable to access repository with the URL and credentials provided');
}
