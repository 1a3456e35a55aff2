import { MigrationError } from '../errors.ts';
import { excerpt } from '../net/http-answer.ts';
import type { Http } from '../net/http.ts';
import type { Target } from '../target/gitlab.ts';
import { failed, found, type CheckFinding } from './finding.ts';

/** A path at which nothing can be, nor come to be by asking: its group does not exist (gitlab-contract §1.2). */
const NOWHERE = 'gb2gl-no-such-group/no-such-project';

/** Does a path with %2F arrive as it was sent? A decoded one is no route of the API (gitlab-contract §3.3, T64). */
export async function slashFindings(http: Http): Promise<CheckFinding[]> {
  const { url } = http.server;
  const path = `/api/v4/projects/${encodeURIComponent(NOWHERE)}`;
  const { status, body } = await http.send({ method: 'GET', path });
  const { error } = { ...(body as { error?: unknown } | null) };
  const strange =
    typeof body === 'string' ? status >= 400 && status < 500 : status === 404 && error === '404 Not Found';
  if (!strange) return [found('target-slashes', 'target', url)];
  return [found('target-slashes-decoded', 'target', url, { status, detail: excerpt(body) })];
}

/**
 * Would GitLab take a push? It says so in the advertisement already: maintenance mode, a read-only server and a token
 * without the right are refused before the project is looked for (gitlab-contract §1.2, §10.3).
 */
export async function pushFindings(target: Target): Promise<CheckFinding[]> {
  const { url } = target;
  try {
    await target.remote(NOWHERE).advertisement('git-receive-pack');
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    if (error.code !== 'git-token-refused') {
      if (error.code !== 'project-missing') throw error;
      return [found('target-git', 'target', url)];
    }
    const detail = String(error.context['detail']);
    if (/maintenance mode/.test(detail)) return [failed(new MigrationError('maintenance', url), 'target')];
    const id = /read-only/.test(detail) ? 'target-read-only' : 'target-push-refused';
    return [found(id, 'target', url, { detail })];
  }
  return [found('target-git', 'target', url)];
}

/** Git LFS switched off answers 501 to everything (gitlab-contract §5); switched on, it says nothing of a project that is not there. */
export async function lfsFindings(target: Target): Promise<CheckFinding[]> {
  const { username, password } = target.remote(NOWHERE);
  const { status } = await target.http.send({
    method: 'GET',
    path: `/${NOWHERE}.git/info/lfs/locks`,
    headers: {
      authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
      accept: 'application/vnd.git-lfs+json',
      'private-token': null,
    },
  });
  return status === 501 ? [found('target-lfs-disabled', 'target', target.url)] : [];
}
