import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { MAINTAINER, type Actor } from '../access.ts';
import type { Context } from '../context.ts';
import type { Project } from '../state.ts';
import { refuseLfs, sendLfs } from './lfs-json.ts';

type Lock = { id: string; path: string; locked_at: string; owner: { name: string } };
type StoredLock = Lock & { userId: number };

export type LockCall = { context: Context; project: Project; response: ServerResponse };

/** `GET locks`, perhaps of one path or id. */
export function listLocks({ context, project, response }: LockCall, query: URLSearchParams): void {
  const path = query.get('path');
  const id = query.get('id');
  const found = readLocks(context, project).filter(
    (lock) => (path === null || lock.path === path) && (id === null || lock.id === id),
  );
  sendLfs(response, 200, { locks: found.map(publicLock) });
}

/** `POST locks` */
export function createLock(call: LockCall, actor: Actor, path: string): void {
  const { context, project, response } = call;
  const locks = readLocks(context, project);
  const present = locks.find((lock) => lock.path === path);
  if (present) return refuseLfs(context, response, 409, 'already locked', { lock: publicLock(present) });
  const lock: StoredLock = {
    id: String(context.state.nextId.other++),
    path,
    locked_at: new Date().toISOString(),
    owner: { name: actor.user.name },
    userId: actor.user.id,
  };
  writeLocks(context, project, [...locks, lock]);
  context.changed();
  sendLfs(response, 201, { lock: publicLock(lock) });
}

/** `POST locks/verify`: git-lfs asks it before every push. */
export function verifyLocks({ context, project, response }: LockCall, actor: Actor): void {
  const locks = readLocks(context, project);
  const mine = (lock: StoredLock) => lock.userId === actor.user.id;
  sendLfs(response, 200, {
    ours: locks.filter(mine).map(publicLock),
    theirs: locks.filter((lock) => !mine(lock)).map(publicLock),
  });
}

/** `POST locks/:id/unlock` */
export function deleteLock(call: LockCall, actor: Actor, id: string, force: boolean): void {
  const { context, project, response } = call;
  const locks = readLocks(context, project);
  const lock = locks.find((each) => each.id === id);
  if (!lock) return refuseLfs(context, response, 404, 'Lock not found');
  if (force && context.accessLevel(actor, project) < MAINTAINER) {
    return refuseLfs(context, response, 403, 'You must have maintainer access to force delete a lock');
  }
  if (!force && lock.userId !== actor.user.id) {
    return refuseLfs(context, response, 403, `'${lock.path}' is locked by @${lock.owner.name}`);
  }
  writeLocks(
    context,
    project,
    locks.filter((each) => each !== lock),
  );
  sendLfs(response, 200, { lock: publicLock(lock) });
}

/** Paths that others have locked, with the names of these users. */
export function lockedByOthers(context: Context, project: Project, { user }: Actor): Map<string, string> {
  const others = readLocks(context, project).filter(({ userId }) => userId !== user.id);
  return new Map(others.map(({ path, userId }) => [path, context.routes.user(userId)?.username ?? '']));
}

function publicLock({ id, path, locked_at, owner }: StoredLock): Lock {
  return { id, path, locked_at, owner };
}

function readLocks(context: Context, project: Project): StoredLock[] {
  try {
    return JSON.parse(readFileSync(locksFile(context, project), 'utf8')) as StoredLock[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function writeLocks(context: Context, project: Project, locks: StoredLock[]): void {
  const file = locksFile(context, project);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(locks));
}

function locksFile(context: Context, project: Project): string {
  return join(context.dir, 'lfs-locks', `${project.id}.json`);
}
