import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { askingOfGit } from '../auth.ts';
import type { GitBucketContext } from '../context.ts';
import type { RepositoryRecord } from '../state.ts';
import { initBare, looksLikeRepository } from './bare.ts';
import { sendErrorPage } from './error-page.ts';
import type { GitRequest } from './git-request.ts';
import { receivePack } from './receive-pack.ts';
import { sendAdvertisement, sendDumbFile, uploadPack } from './upload-pack.ts';

/** Answers what JGit's servlet answers, behind GitBucket's authentication filter (GB-101, GB-102, GB-104 to GB-107, GB-111, GB-141). */
export async function serveGitServlet(
  context: GitBucketContext,
  request: IncomingMessage,
  response: ServerResponse,
  raw: { uri: string; path: string; query: string },
): Promise<void> {
  const [, , owner, name, ...rest] = raw.path.split('/');
  const repository = owner && name ? context.repository(owner, repositoryName(name)) : undefined;
  if (!repository || !owner || !name) return sendErrorPage(response, 404, raw.uri);
  if (!context.isIntact(repository) || !admitted(context, request, repository, raw)) {
    request.resume();
    return sendErrorPage(response, 401, raw.uri);
  }
  if (isBrowser(request) && raw.uri.includes('.git')) return redirectToPage(context, response, raw.uri);
  const wiki = name.endsWith('.wiki.git');
  const gitDir = directory(context, owner, name, wiki);
  const git: GitRequest = { request, response, uri: raw.uri, query: raw.query, repository, wiki, gitDir };
  await dispatch(context, git, rest.join('/'));
}

/** True for requests that the LFS routes answer instead. */
export function isLfsBatch(method: string | undefined, path: string): boolean {
  return method === 'POST' && path.endsWith('/info/lfs/objects/batch');
}

async function dispatch(context: GitBucketContext, git: GitRequest, action: string): Promise<void> {
  const method = git.request.method ?? 'GET';
  const service = new URLSearchParams(git.query).get('service');
  const get = method === 'GET' || method === 'HEAD';
  if (get && action === 'info/refs' && service === 'git-upload-pack') return sendAdvertisement(context, git);
  if (get && action === 'info/refs' && service === 'git-receive-pack') return receivePack(context, git);
  if (method === 'POST' && action === 'git-upload-pack') return uploadPack(context, git);
  if (method === 'POST' && action === 'git-receive-pack') return receivePack(context, git);
  if (get && /^(HEAD|info\/refs|objects\/.+)$/.test(action)) return sendDumbFile(git, action);
  git.request.resume();
  sendErrorPage(git.response, 404, git.uri);
}

function repositoryName(segment: string): string {
  return segment.replace(/(\.wiki)?\.git$/, '');
}

/** The filter in front of the servlet: nothing is asked for reading public repositories, whatever credentials are sent. */
function admitted(
  context: GitBucketContext,
  request: IncomingMessage,
  repository: RepositoryRecord,
  raw: { path: string; query: string },
): boolean {
  const updating = raw.path.endsWith('/git-receive-pack') || raw.query === 'service=git-receive-pack';
  if (!updating && !repository.private && context.anonymousAccess) return true;
  const asking = askingOfGit(context.state, context.minor, request.headers.authorization);
  if (asking.kind !== 'account') return false;
  if (updating) return context.canWrite(asking.account, repository);
  return context.canRead(asking.account, repository);
}

function isBrowser(request: IncomingMessage): boolean {
  return !(request.headers['user-agent'] ?? '').toLowerCase().includes('git');
}

function redirectToPage(context: GitBucketContext, response: ServerResponse, uri: string): void {
  const parts = uri.slice(0, uri.indexOf('.git')).split('/');
  response.writeHead(302, {
    Location: `${context.url()}/${parts.at(-2)}/${parts.at(-1)}`,
    'Content-Length': 0,
  });
  response.end();
}

/** Without `.git` at the end, JGit opens a directory that does not exist: the repository looks empty (GB-101). */
function directory(context: GitBucketContext, owner: string, name: string, wiki: boolean): string {
  const base = wiki
    ? context.wikiDir(owner, repositoryName(name))
    : context.gitDir(owner, repositoryName(name));
  if (name.endsWith('.git') && looksLikeRepository(base)) return base;
  const nothing = join(context.dir, 'nothing.git');
  if (!looksLikeRepository(nothing)) initBare(nothing, 'main');
  return nothing;
}
