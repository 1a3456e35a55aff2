import { MAINTAINER } from '../../access.ts';
import type { Context } from '../../context.ts';
import { extrasOf, type ProjectExtras } from '../../extras.ts';
import type { Project, Scope } from '../../state.ts';
import { createToken, dayIn } from '../../tokens.ts';
import { nextId } from '../../tracker/items.ts';
import { createUser } from '../../users.ts';
import { created, ok, type Call, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { invalid } from '../errors.ts';
import { findManagedProject } from '../lookup.ts';
import { integerOf, listOf, textOf, type Declaration, type Param } from '../params.ts';

const DEPLOY_SCOPES = [
  'read_repository',
  'read_registry',
  'write_registry',
  'read_package_registry',
  'write_package_registry',
];
const TOKEN_SCOPES = ['api', 'read_api', 'read_repository', 'write_repository', 'create_runner'];

const text: Param = { type: 'string', required: true };

/** Badges, variables and tokens of a project (GL-462). */
export const projectExtraEndpoints: Endpoint[] = [
  reading('badges', ({ badges }) => badges.map(badgeEntity)),
  writing('badges', { fields: { link_url: text, image_url: text } }, addBadge),
  reading('variables', ({ variables }) => variables.map(variableEntity)),
  writing('variables', { fields: { key: text, value: text } }, addVariable),
  writing(
    'deploy_tokens',
    { fields: { name: text, scopes: { type: 'strings', required: true, values: DEPLOY_SCOPES } } },
    addDeployToken,
  ),
  writing(
    'access_tokens',
    {
      fields: {
        name: text,
        scopes: { type: 'strings', required: true, values: TOKEN_SCOPES },
        access_level: { type: 'integer', values: [10, 15, 20, 30, 40, 50], default: MAINTAINER },
        expires_at: { type: 'string' },
      },
    },
    addProjectToken,
  ),
];

function reading(name: string, shown: (extras: ProjectExtras) => unknown[]): Endpoint {
  return {
    method: 'GET',
    path: `/projects/:id/${name}`,
    access: 'user',
    run: (call: Call) => ok(shown(extrasOf(findManagedProject(call)))),
  };
}

function writing(
  name: string,
  declares: Declaration,
  add: (call: UserCall, project: Project) => Reply,
): Endpoint {
  return {
    method: 'POST',
    path: `/projects/:id/${name}`,
    access: 'user',
    declares,
    run(call) {
      const reply = add(call, findManagedProject(call));
      call.context.changed();
      return reply;
    },
  };
}

function addBadge({ context, params }: UserCall, project: Project): Reply {
  const blocked = 'is blocked: Only allowed schemes are http, https';
  const refused = ['link_url', 'image_url'].filter(
    (name) => !/^https?:\/\/./.test(textOf(params, name) ?? ''),
  );
  if (refused.length > 0) throw invalid(Object.fromEntries(refused.map((name) => [name, [blocked]])));
  const [linkUrl = '', imageUrl = ''] = ['link_url', 'image_url'].map((name) => textOf(params, name));
  const badge = { id: nextId(context), linkUrl, imageUrl };
  extrasOf(project).badges.push(badge);
  return created(badgeEntity(badge));
}

function badgeEntity({ id, linkUrl, imageUrl }: ProjectExtras['badges'][number]): Record<string, unknown> {
  return {
    name: null,
    link_url: linkUrl,
    image_url: imageUrl,
    rendered_link_url: linkUrl,
    rendered_image_url: imageUrl,
    id,
    kind: 'project',
  };
}

function addVariable({ params }: UserCall, project: Project): Reply {
  const [key = '', value = ''] = ['key', 'value'].map((name) => textOf(params, name));
  const { variables } = extrasOf(project);
  if (variables.some((each) => each.key === key)) throw invalid({ key: [`(${key}) has already been taken`] });
  variables.push({ key, value });
  return created(variableEntity({ key, value }));
}

function variableEntity({ key, value }: { key: string; value: string }): Record<string, unknown> {
  return {
    variable_type: 'env_var',
    key,
    value,
    hidden: false,
    protected: false,
    masked: false,
    raw: false,
    environment_scope: '*',
    description: null,
  };
}

function addDeployToken({ context, params }: UserCall, project: Project): Reply {
  const token = {
    id: nextId(context),
    name: textOf(params, 'name') ?? '',
    scopes: listOf(params, 'scopes') ?? [],
  };
  extrasOf(project).deployTokens.push(token);
  return created({
    ...token,
    username: `gitlab+deploy-token-${token.id}`,
    expires_at: null,
    revoked: false,
    expired: false,
    token: `sandbox-deploy-token-${token.id}`,
  });
}

/** It belongs to an account of its own, which is a member of the project. */
function addProjectToken({ context, params, actor }: UserCall, project: Project): Reply {
  const accessLevel = integerOf(params, 'access_level') ?? MAINTAINER;
  const bot = botOf(context, project);
  const createdAt = new Date().toISOString();
  project.members.push({ userId: bot, accessLevel, createdAt, expiresAt: null, createdBy: actor.user.id });
  const user = context.routes.user(bot);
  if (!user) throw new Error('no account for the token');
  const expiresAt = textOf(params, 'expires_at') ?? dayIn(365);
  const name = textOf(params, 'name') ?? '';
  const scopes = (listOf(params, 'scopes') ?? []) as Scope[];
  const token = createToken(context, user, { scopes, expiresAt, name });
  return created({
    id: token.id,
    name,
    revoked: false,
    created_at: token.createdAt,
    description: null,
    scopes,
    user_id: bot,
    last_used_at: null,
    active: true,
    expires_at: expiresAt,
    access_level: accessLevel,
    resource_type: 'project',
    resource_id: project.id,
    token: token.value,
  });
}

function botOf(context: Context, { id }: Project): number {
  const username = `project_${id}_bot_${nextId(context)}`;
  return createUser(context, { username, email: `${username}@noreply.example.com`, canCreateGroup: false })
    .id;
}
