import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MigrationError } from '../errors.ts';
import { GitExit } from './git.ts';

/** What git says when its own repository is at fault: objects, packs, refs or the folder itself. */
const damage = [
  'not a git repository',
  'does not match index',
  'packfile .* cannot be',
  'bad object',
  'is corrupt',
  'object file .* is empty',
  'did not send all necessary objects',
  'does not point to a valid object',
  'unable to read (tree|sha1|[0-9a-f]{40})',
  'missing (blob|tree|commit|tag|necessary objects)',
  'inflate',
  'cannot lock ref',
  'invalid object',
];
const pattern = new RegExp(damage.join('|'), 'i');

/**
 * True when the failure may come from a damaged mirror. It holds nothing that cannot be fetched again, so a wrong guess
 * costs time only.
 */
export function saysDamaged(error: unknown): boolean {
  if (error instanceof GitExit) return pattern.test(error.stderr);
  return error instanceof MigrationError && pattern.test(String(error.context['detail'] ?? ''));
}

/** True when the target could not even unpack what it got: git packs a damaged object without looking at it. */
export function sentBroken(remote: string): boolean {
  return /inflate|pack has bad object/i.test(remote);
}

/** Removes what a git that was killed left in its repository: half-written packs, and locks that nobody holds any more. */
export async function removeLeftovers(mirror: string): Promise<void> {
  const packs = join(mirror, 'objects', 'pack');
  const refs = join(mirror, 'refs');
  const stale = [
    ...(await filesIn(packs)).filter((name) => name.startsWith('tmp_')).map((name) => join(packs, name)),
    ...(await filesIn(mirror)).filter(isLock).map((name) => join(mirror, name)),
    ...(await filesIn(refs, true)).filter(isLock).map((name) => join(refs, name)),
  ];
  await Promise.all(stale.map((file) => rm(file, { force: true })));
}

function isLock(name: string): boolean {
  return name.endsWith('.lock');
}

function filesIn(folder: string, recursive = false): Promise<string[]> {
  return readdir(folder, { recursive }).catch(() => []);
}
