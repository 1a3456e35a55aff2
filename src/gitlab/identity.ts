import { tokenScope, userRefused } from '../failures/target.ts';
import { gitTokenRefused } from '../failures/network.ts';
import type { Gitlab } from '@gitbeaker/rest';
import type { z } from 'zod';
import { Failure } from '../failures/failure.ts';
import type { TargetInventory } from '../model/forge.ts';
import { excerpt } from '../net/answers.ts';
import type { Http } from '../net/http.ts';
import { refusalsOf, toError } from './errors.ts';
import * as schema from './schema.ts';
import { parse } from './schema.ts';

type Client = InstanceType<typeof Gitlab>;

export type TargetIdentity = Pick<TargetInventory, 'version' | 'user'> & {
  /** Null for tokens that have no such record, like those of OAuth. */
  token: { scopes: readonly string[]; expiresAt: string | null } | null;
};

/**
 * Proves the token on the API and on git over HTTP before anything is planned.
 * @throws not-the-api, token-refused, token-scope, git-token-refused and those of the HTTP policy
 */
export async function connect(client: Client, http: Http, gitAuthorization: string): Promise<TargetIdentity> {
  const { url } = http.server;
  // The first contact goes without gitbeaker: a wrong URL shall be told at once and in its own words.
  const first = await http.send({ method: 'GET', path: '/api/v4/user', tries: 2 });
  if (first.status !== 200 || typeof first.body === 'string')
    throw refusedUser(toError(http, url, first.status, first.body));
  const token = await tokenInfo(client, http);
  if (token !== null && !token.scopes.includes('api')) {
    throw tokenScope(url, { scopes: token.scopes.join(', ') });
  }
  const user = parse(schema.CurrentUser, first.body, url);
  const { version } = await ask(http, schema.Metadata, () => client.Metadata.show());
  await proveGit(http, gitAuthorization);
  return identityOf(user, version, token);
}

/** As `connect`, without proving anything: for a token that reads the API though git refuses it, or a scope is missing. */
export async function whoIs(http: Http): Promise<TargetIdentity> {
  const { url } = http.server;
  const read = async (path: string): Promise<unknown> => (await http.send({ method: 'GET', path })).body;
  const user = parse(schema.CurrentUser, await read('/api/v4/user'), url);
  const { version } = parse(schema.Metadata, await read('/api/v4/metadata'), url);
  const token = schema.TokenInfo.safeParse(await read('/api/v4/personal_access_tokens/self'));
  return identityOf(user, version, token.success ? token.data : null);
}

function identityOf(
  user: z.infer<typeof schema.CurrentUser>,
  version: string,
  token: z.infer<typeof schema.TokenInfo> | null,
): TargetIdentity {
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

/** Who may not even ask who he is, is blocked, deactivated or not yet confirmed (gitlab-contract §1.1). */
function refusedUser(error: Failure): Failure {
  if (error.code !== 'target-forbidden') return error;
  return userRefused(error.object, { detail: error.detail });
}

/** Null for tokens that have no such record (OAuth, gitlab-contract §1.1). */
async function tokenInfo(client: Client, http: Http): Promise<z.infer<typeof schema.TokenInfo> | null> {
  try {
    return await ask(http, schema.TokenInfo, () => client.PersonalAccessTokens.show());
  } catch (error) {
    if (error instanceof Failure && error.code === 'target-refused') return null;
    throw error;
  }
}

/** Reading a path that cannot exist answers 404 to good credentials, 401 to bad ones, and changes nothing (gitlab-contract §1.2). */
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
  });
}

async function ask<T>(http: Http, type: z.ZodType<T>, call: () => Promise<unknown>): Promise<T> {
  return parse(type, await refusalsOf(http, http.server.url, call), http.server.url);
}
