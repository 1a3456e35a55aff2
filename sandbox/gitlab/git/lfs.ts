import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Actor } from '../access.ts';
import type { Context } from '../context.ts';
import type { Project } from '../state.ts';
import { canDownloadCode, canLogIn, canPushCode, mayWithToken } from './abilities.ts';
import type { GitAddress } from './address.ts';
import { downloads, requestedObjects, uploads } from './lfs-batch.ts';
import { readJson, refuseLfs, sendLfs } from './lfs-json.ts';
import { createLock, deleteLock, listLocks, verifyLocks } from './lfs-locks.ts';
import { sendObject, storeObject } from './lfs-storage.ts';
import { lfsActor } from './lfs-token.ts';
import { askForLogin, logIn } from './login.ts';
import { fullStorageRefusal } from './quota.ts';
import { answerEarly, type Answer } from './workhorse.ts';

type LfsAddress = Extract<GitAddress, { kind: 'lfs' }>;
type LfsCall = {
  request: IncomingMessage;
  response: ServerResponse;
  context: Context;
  address: LfsAddress;
  project: Project;
  actor: Actor | null;
};

const OBJECT = /^gitlab-lfs\/objects\/([0-9a-f]{64})(?:\/(\d+))?$/;
const LOCK = /^info\/lfs\/locks\/([^/]+)\/unlock$/;
const OLD_API = /^info\/lfs\/objects(?:\/[^/]+)?$/;

/** Serves Git LFS below a repository's URL (GL-250, GL-253). */
export async function serveLfs(
  request: IncomingMessage,
  response: ServerResponse,
  context: Context,
  address: LfsAddress,
): Promise<void> {
  if (!context.settings.lfsEnabled) {
    const text = 'Git LFS is not enabled on this GitLab server, contact your admin.';
    return refuseLfs(context, response, 501, text);
  }
  const login = lfsLogin(context, request);
  if (login.kind === 'refused') return answerEarly(request, response, login.answer);
  const project = context.findProjectByPath(address.target.fullPath);
  const readable = project && !project.pendingDelete && mayDownload(context, login.actor, project);
  if (!readable && !login.actor) return answerEarly(request, response, askForLogin(context, request));
  if (!readable || !project.lfsEnabled) return refuseLfs(context, response, 404, 'Not found.');
  await route({ request, response, context, address, project, actor: login.actor });
}

async function route(call: LfsCall): Promise<void> {
  const { request, response, context, address, project, actor } = call;
  const { method } = request;
  const { path, query } = address;
  if (method === 'POST' && path === 'info/lfs/objects/batch') return serveBatch(call);
  if (OLD_API.test(path)) {
    const text = 'Server supports batch API only, please update your Git LFS client to version 1.0.1 and up.';
    return refuseLfs(context, response, 501, text);
  }
  const object = OBJECT.exec(path);
  if (method === 'GET' && object && object[2] === undefined) {
    return sendObject(response, context, project, object[1]!);
  }
  if (method === 'GET' && path === 'info/lfs/locks') return listLocks(call, query);
  if (method !== 'POST' && method !== 'PUT') return refuseLfs(context, response, 404, 'Not found.');
  if (!actor || !mayUpload(context, actor, project)) return forbid(call);
  if (method === 'PUT' && object && object[2] !== undefined) {
    return storeObject(request, response, context, project, { oid: object[1]!, size: Number(object[2]) });
  }
  if (method === 'POST' && path.startsWith('info/lfs/locks')) return serveLocks(call, actor);
  refuseLfs(context, response, 404, 'Not found.');
}

async function serveBatch(call: LfsCall): Promise<void> {
  const { request, response, context, project, actor, address } = call;
  // What is no JSON has no operation.
  const body = /\bjson\b/.test(request.headers['content-type'] ?? '') ? await readJson(request) : {};
  if (!['upload', 'download'].includes(String(body['operation']))) return forbid(call);
  const objects = requestedObjects(body);
  if (objects.length === 0) return refuseLfs(context, response, 404, 'Not found.');
  const suffix = address.target.wiki ? '.wiki.git' : '.git';
  const url = `${context.externalUrl}/${project.fullPath}${suffix}`;
  if (body['operation'] === 'download') {
    return sendLfs(response, 200, { objects: downloads(project, actor, url, objects) });
  }
  if (!actor || !mayUpload(context, actor, project)) return forbid(call);
  if (context.settings.readOnlyDatabase || context.settings.maintenanceMode) {
    return refuseLfs(context, response, 403, 'You cannot write to this read-only GitLab instance.');
  }
  const full = fullStorageRefusal(context, project);
  if (full !== null) return refuseLfs(context, response, 406, full);
  sendLfs(response, 200, { objects: uploads(context, project, actor, url, objects) });
}

async function serveLocks(call: LfsCall, actor: Actor): Promise<void> {
  const { request, response, context, address } = call;
  const body = await readJson(request);
  if (address.path === 'info/lfs/locks/verify') return verifyLocks(call, actor);
  const unlock = LOCK.exec(address.path);
  if (unlock) return deleteLock(call, actor, unlock[1]!, body['force'] === true);
  const { path } = body;
  if (address.path === 'info/lfs/locks') return createLock(call, actor, typeof path === 'string' ? path : '');
  refuseLfs(context, response, 404, 'Not found.');
}

function forbid({ context, response, request }: LfsCall): void {
  request.resume();
  refuseLfs(context, response, 403, 'Access forbidden. Check your access level.');
}

type LfsLogin = { kind: 'known'; actor: Actor | null } | { kind: 'refused'; answer: Answer };

/** The token of a batch answer or the usual Basic password. */
function lfsLogin(context: Context, request: IncomingMessage): LfsLogin {
  const actor = lfsActor(context, request);
  if (actor === 'expired' || (actor && !canLogIn(actor))) {
    return { kind: 'refused', answer: askForLogin(context, request) };
  }
  if (actor) return { kind: 'known', actor };
  const login = logIn(context, request);
  if (login.kind === 'refused') return login;
  return { kind: 'known', actor: login.kind === 'actor' ? login.actor : null };
}

function mayDownload(context: Context, actor: Actor | null, project: Project): boolean {
  if (actor && !mayWithToken(actor, false)) return false;
  return context.canRead(actor, project) && canDownloadCode(context, actor, project);
}

function mayUpload(context: Context, actor: Actor, project: Project): boolean {
  return !project.archived && mayWithToken(actor, true) && canPushCode(context, actor, project);
}
