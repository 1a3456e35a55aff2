import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SandboxHandler } from '../server.ts';
import { createApi } from './api/app.ts';
import type { Context } from './context.ts';
import { serveProjectGit } from './git/serve.ts';
import { interceptWrite } from './read-only.ts';
import { createThrottles } from './throttles.ts';
import { serveUpload } from './uploads.ts';

const PAGE =
  '<!DOCTYPE html>\n<html class="devise-layout-html"><head><title>Sign in · GitLab</title></head></html>\n';
const NOT_FOUND =
  '<!DOCTYPE html>\n<html><head><title>The page could not be found (404)</title></head></html>\n';
/** What is longer than `read` is refused by Puma; the answer to less has more headers than a proxy takes (GL-22). */
const LONGEST_QUERY = { answered: 8000, read: 10_240 };
/** Requests that the middleware lets through though they are no GET (GL-296). */
const READING_GIT = /\/(?:git-upload-pack|info\/lfs\/objects\/batch)$/;

/** Files of git's old protocol lead people to the sign-in page. */
const DUMB_GIT_URL = /\.git\/(?:HEAD|objects\/.+)$/;

/** Everything in the order in which a request meets it: web server, middleware, git, API, web pages. */
export function createFront(context: Context): SandboxHandler {
  const api = createApi(context);
  const throttles = createThrottles(context);

  return async (request, response) => {
    const raw = request.url ?? '/';
    if (context.settings.redirectTo !== null) {
      redirect(request, response, context.settings.redirectTo + raw);
      return;
    }
    const question = raw.indexOf('?');
    const fullPath = question < 0 ? raw : raw.slice(0, question);
    const query = new URLSearchParams(question < 0 ? '' : raw.slice(question + 1));
    if (isMalformed(raw)) {
      request.resume();
      response.writeHead(400, { 'content-type': 'text/plain' }).end('Bad Request');
      return;
    }
    if (raw.length - fullPath.length > LONGEST_QUERY.answered) {
      const read = raw.length - fullPath.length <= LONGEST_QUERY.read;
      html(request, response, read ? 502 : 400, read ? 'GitLab is not responding' : '');
      return;
    }
    if (!isBelow(fullPath, context.relativeUrl)) {
      html(request, response, 404, NOT_FOUND);
      return;
    }
    const path = fullPath.slice(context.relativeUrl.length);
    if (throttles.intercept(request, response, path, query)) return;
    if (!READING_GIT.test(path) && interceptWrite(context, request, response)) return;
    if (await serveProjectGit(request, response, context)) return;
    if (path.startsWith('/api/')) await api(request, response, path, query);
    else web(context, request, response, path);
  };
}

/** A NUL, or bytes that are not UTF-8 (GL-20). */
function isMalformed(url: string): boolean {
  try {
    return decodeURIComponent(url.replaceAll(/%(?![0-9a-f]{2})/gi, '%25')).includes('\0');
  } catch {
    return true;
  }
}

function web(context: Context, request: IncomingMessage, response: ServerResponse, path: string): void {
  if (path === '/' || path === '') redirect(request, response, `${context.relativeUrl}/users/sign_in`, 302);
  else if (DUMB_GIT_URL.test(path)) redirect(request, response, `${context.externalUrl}/users/sign_in`, 302);
  else if (serveUpload(context, request, response, path)) return;
  else if (path === '/users/sign_in') html(request, response, 200, PAGE);
  else html(request, response, 404, NOT_FOUND);
}

function redirect(request: IncomingMessage, response: ServerResponse, location: string, status = 301): void {
  request.resume();
  response.writeHead(status, { location, 'content-type': 'text/html' });
  response.end();
}

function html(request: IncomingMessage, response: ServerResponse, status: number, body: string): void {
  request.resume();
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' });
  response.end(body);
}

function isBelow(path: string, relativeUrl: string): boolean {
  return path === relativeUrl || path.startsWith(`${relativeUrl}/`);
}
