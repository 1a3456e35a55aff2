import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Context } from '../context.ts';
import { isSince } from '../settings.ts';
import { gitAddress, serviceOf, type GitAddress } from './address.ts';
import { admit, type GitService } from './admission.ts';
import { advertisement, protocolOf } from './advertisement.ts';
import { serveLfs } from './lfs.ts';
import { askForLogin, logIn, plain } from './login.ts';
import { memoryOf } from './memory.ts';
import { servePush } from './push.ts';
import { serveFetch } from './upload-pack.ts';
import { answerEarly, hasBody, send, type Answer } from './workhorse.ts';

const GITALY_DOWN =
  'The git server, Gitaly, is not available at this time. Please contact your administrator.';

/** Answers git, wiki and LFS requests; false for every other URL. */
export async function serveProjectGit(
  request: IncomingMessage,
  response: ServerResponse,
  context: Context,
): Promise<boolean> {
  const address = gitAddress(request.url ?? '', context.relativeUrl);
  if (!address) return false;
  switch (address.kind) {
    case 'redirect':
      if (request.method !== 'GET') return false;
      send(response, redirection(request, context, address.path));
      return true;
    case 'lfs':
      await serveLfs(request, response, context, address);
      return true;
    case 'info-refs':
      if (request.method !== 'GET') return false;
      await serveInfoRefs(request, response, context, address);
      return true;
    case 'service':
      if (request.method !== 'POST') return false;
      await serveService(request, response, context, address.service, address);
      return true;
  }
}

async function serveInfoRefs(
  request: IncomingMessage,
  response: ServerResponse,
  context: Context,
  { target, query }: GitAddress,
): Promise<void> {
  const service = serviceOf(query);
  if (!service) return send(response, { status: 403 });
  const admitted = admission(request, context, target, service);
  if ('status' in admitted) return send(response, admitted);
  if (context.settings.git.gitalyDown) return send(response, plain(503, GITALY_DOWN));
  const header = request.headers['git-protocol'];
  const protocol = protocolOf(typeof header === 'string' ? header : undefined);
  const { peeled } = memoryOf(context);
  // GitLab's git is 2.41 since 16.1; one before says nothing at all of an empty repository (GL-226).
  const mute = !isSince(context.settings.version, 16, 1);
  const body = await advertisement(admitted.gitDir, service, protocol, peeled, mute);
  send(response, compressed(request, `application/x-${service}-advertisement`, body));
}

async function serveService(
  request: IncomingMessage,
  response: ServerResponse,
  context: Context,
  service: GitService,
  { target }: GitAddress,
): Promise<void> {
  const admitted = admission(request, context, target, service);
  if ('status' in admitted) return answerEarly(request, response, admitted);
  // Workhorse routes by the content type; what is not git's goes to Rails, which wants Workhorse's own header.
  if (request.headers['content-type'] !== `application/x-${service}-request`) {
    return answerEarly(request, response, { status: 403 });
  }
  if (!hasBody(request.headers)) return send(response, { status: 500 });
  if (service === 'git-upload-pack') {
    if (context.settings.git.gitalyDown) return answerEarly(request, response, { status: 500 });
    return serveFetch(request, response, admitted.gitDir);
  }
  const { actor } = admitted;
  if (!actor) return answerEarly(request, response, askForLogin(context, request));
  return servePush(request, response, context, { ...admitted, actor });
}

/** Login and Rails' checks together; an answer when the request goes no further. */
function admission(
  request: IncomingMessage,
  context: Context,
  target: GitAddress['target'],
  service: GitService,
) {
  const login = logIn(context, request);
  if (login.kind === 'refused') return login.answer;
  const actor = login.kind === 'actor' ? login.actor : null;
  const result = admit(context, actor, target, service);
  if (result.kind === 'login') return askForLogin(context, request);
  if (result.kind === 'refused') return plain(result.status, result.text);
  return { ...result, actor };
}

function redirection(request: IncomingMessage, context: Context, path: string): Answer {
  const question = (request.url ?? '').indexOf('?');
  const query = question < 0 ? '' : request.url!.slice(question);
  const host = request.headers.host ?? 'localhost';
  const location = `http://${host}${context.relativeUrl}/${encodeURI(path)}${query}`;
  return {
    status: 301,
    headers: { location, 'content-type': 'text/html; charset=utf-8' },
    body: `<html><body>You are being <a href="${location.replaceAll('&', '&amp;')}">redirected</a>.</body></html>`,
  };
}

/** Workhorse compresses advertisements, and nothing else of git's (GL-219). */
function compressed(request: IncomingMessage, type: string, body: Buffer): Answer {
  const headers = { 'content-type': type, 'cache-control': 'no-cache' };
  const accepted = request.headers['accept-encoding'] ?? '';
  if (!/\bgzip\b/.test(accepted)) return { status: 200, headers, body };
  return {
    status: 200,
    headers: { ...headers, 'content-encoding': 'gzip', vary: 'Accept-Encoding' },
    body: gzipSync(body, { level: 1 }),
  };
}
