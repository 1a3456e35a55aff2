import { Failure } from '../failures/failure.ts';
import { gitTokenRefused } from '../failures/network.ts';
import { tokenScope, userRefused } from '../failures/target.ts';
import type { TargetIdentity } from '../model/target.ts';
import { excerpt } from '../net/answers.ts';
import type { Http } from '../net/http.ts';
import type { GitLabClient } from './client.ts';
import { refusalOf, toFailure, unlessRefused } from './errors.ts';
import * as schema from './schema.ts';

/**
 * Proves the token on the API and on git over HTTP before anything is planned.
 * @throws not-the-api, token-refused, token-scope, git-token-refused and those of the HTTP policy
 */
export async function connect(gitlab: GitLabClient, gitAuthorization: string): Promise<TargetIdentity> {
  const { http } = gitlab;
  const { url } = http.server;
  // A wrong URL shall be told at once and in its own words.
  const first = await http.send({ method: 'GET', path: '/api/v4/user', tries: 2 });
  if (first.status !== 200 || typeof first.body === 'string') throw refusedUser(toFailure(http, url, first));
  const token = await tokenInfo(gitlab);
  if (token !== null && !token.scopes.includes('api')) {
    throw tokenScope(url, { scopes: token.scopes.join(', ') });
  }
  const user = schema.parse(schema.User, first.body, url);
  const version = await versionOf(gitlab);
  await proveGit(http, gitAuthorization);
  return identityOf(user, version, token);
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
