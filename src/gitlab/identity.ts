import * as z from 'zod';
import { Failure } from '../failures/failure.ts';
import { gitTokenRefused, notTheApi } from '../failures/network.ts';
import { tokenScope, userRefused } from '../failures/target.ts';
import type { Namespace } from '../model/forge.ts';
import type { TargetIdentity } from '../model/target.ts';
import { excerpt } from '../net/answers.ts';
import type { Http } from '../net/http.ts';
import type { GitLabClient } from './client.ts';
import { errorText, refusalOf, toFailure, unlessRefused } from './errors.ts';
import * as schema from './schema.ts';

/** Asks GitLab who the token is. @throws not-the-api, token-refused, user-refused and those of the HTTP policy */
export async function askWho({ http }: GitLabClient): Promise<schema.User> {
  const { url } = http.server;
  const first = await http.send({ method: 'GET', path: '/api/v4/user', firstContact: true });
  const where = { server: http.server.name, side: http.server.side };
  // GitLab has such a page in every version.
  if (first.status === 404)
    throw notTheApi(url, { ...where, detail: `/user returns 404, ${errorText(first.body)}` });
  if (first.status !== 200 || typeof first.body === 'string') throw refusedUser(toFailure(http, url, first));
  const user = schema.User.safeParse(first.body);
  if (user.success) return user.data;
  const fields = z.prettifyError(user.error).replaceAll('\n', ' ');
  throw notTheApi(url, { ...where, detail: `/user has unexpected fields: ${fields}` });
}

/**
 * Proves the token of this user on the API and on git over HTTP before anything is planned. Of several refusals that of
 * the API counts, since git refuses the same token in other words.
 * @throws token-scope, git-token-refused and those of the HTTP policy
 */
export async function connect(
  gitlab: GitLabClient,
  user: schema.User,
  gitAuthorization: string,
): Promise<TargetIdentity> {
  const { http } = gitlab;
  const [token, version, git] = await Promise.allSettled([
    tokenInfo(gitlab),
    versionOf(gitlab),
    proveGit(http, gitAuthorization),
  ]);
  const info = valueOf(token);
  if (info !== null && !info.scopes.includes('api')) {
    throw tokenScope(http.server.url, { scopes: info.scopes.join(', ') });
  }
  const known = valueOf(version);
  valueOf(git);
  return identityOf(user, known, info);
}

function valueOf<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === 'rejected') throw settled.reason;
  return settled.value;
}

/** As `connect`, without proving anything: for a token that reads the API though git refuses it, or a scope is missing. */
export async function whoIs(gitlab: GitLabClient): Promise<TargetIdentity> {
  const { url } = gitlab.http.server;
  const user = await gitlab.request(url, schema.User, (api) => api.Users.showCurrentUser());
  const version = await versionOf(gitlab);
  return identityOf(user, version, await unlessRefused(readToken(gitlab)));
}

function identityOf(user: schema.User, version: string, token: schema.TokenInfo | null): TargetIdentity {
  return {
    version,
    token: token === null ? null : { scopes: token.scopes, expiresAt: token.expires_at },
    user: {
      id: user.id,
      username: user.username,
      email: user.email ?? '',
      admin: user.is_admin === true,
      canCreateGroup: user.can_create_group && !user.external,
      namespaceId: user.namespace_id ?? null,
      projectsLimit: user.projects_limit ?? null,
    },
  };
}

/** Who may not even ask who he is, is blocked, deactivated or not yet confirmed (GL-32). */
function refusedUser(error: Failure): Failure {
  if (error.refusal?.kind !== 'forbidden') return error;
  return userRefused(error.object, { detail: error.detail });
}

/** Null for tokens that have no such record (OAuth, GL-36). */
async function tokenInfo(gitlab: GitLabClient): Promise<schema.TokenInfo | null> {
  try {
    return await readToken(gitlab);
  } catch (error) {
    if (error instanceof Failure && error.code === 'target-refused') return null;
    throw error;
  }
}

function readToken(gitlab: GitLabClient): Promise<schema.TokenInfo> {
  const { url } = gitlab.http.server;
  return gitlab.request(url, schema.TokenInfo, (api) => api.PersonalAccessTokens.show());
}

async function versionOf(gitlab: GitLabClient): Promise<string> {
  const { url } = gitlab.http.server;
  return (await gitlab.request(url, schema.Metadata, (api) => api.Metadata.show())).version;
}

/** Reading a path that cannot exist answers 404 to good credentials, 401 to bad ones, and changes nothing (GL-53, GL-54). */
async function proveGit(http: Http, authorization: string): Promise<void> {
  const answer = await http.send({
    method: 'GET',
    path: '/gb2gl-no-such-group/no-such-project.git/info/refs?service=git-upload-pack',
    headers: { authorization, 'private-token': null },
  });
  if (answer.status !== 401 && answer.status !== 403) return;
  throw gitTokenRefused(http.server.url, {
    server: 'GitLab',
    side: 'target',
    detail: `${answer.status}, ${excerpt(answer.body)}`,
    refusal: refusalOf(answer),
  });
}

/** Administrators count as more than any role (GL-126). */
export const administrator = 60;
export const owner = 50;
/** Role that may push to protected branches; less is of no use here, whatever a group demands for making projects. */
export const maintainer = 40;

/** The namespace that a group is for somebody with this role in it (GL-94, GL-126). */
export function groupNamespace(group: schema.Group, role: number): Namespace {
  const stopped = whyStopped(group);
  const maintains = role >= maintainer;
  const canCreateProjects = maintains && stopped === null && role >= roleForProjects(group);
  return {
    id: group.id,
    kind: 'group',
    fullPath: group.full_path,
    visibility: group.visibility,
    canCreateProjects,
    canCreateSubgroups: stopped === null && role >= roleForGroups(group),
    unusableReason: maintains && !canCreateProjects ? (stopped ?? 'rules') : null,
    bypassesRestrictions: role >= administrator,
    userId: null,
    projectsLimit: null,
    projects: [],
    takenPaths: [],
    assumedDefaultBranch: group.default_branch || null,
  };
}

/** Is Maintainer not enough to say what may be done in the group? */
export function exactRoleMatters(group: schema.Group): boolean {
  return Math.max(roleForProjects(group), roleForGroups(group)) > maintainer;
}

function whyStopped(group: schema.Group): 'archived' | 'pending-deletion' | null {
  if (group.marked_for_deletion_on) return 'pending-deletion';
  return group.archived === true ? 'archived' : null;
}

/** Nobody, administrators included, makes projects where the level is `noone`. */
function roleForProjects({ project_creation_level: level }: schema.Group): number {
  if (level === 'noone') return Infinity;
  if (level === 'administrator') return administrator;
  return level === 'owner' ? owner : maintainer;
}

function roleForGroups({ subgroup_creation_level: level }: schema.Group): number {
  return level === 'owner' ? owner : maintainer;
}
