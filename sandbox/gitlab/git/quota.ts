import { readdirSync, statSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import type { Project } from '../state.ts';

const ASK = 'Contact your GitLab administrator for more information.';

/** Refusal of an EE server whose repository size limit is already exceeded; null when there is room. */
export function repositorySizeRefusal(context: Context, project: Project): string | null {
  const limit = context.settings.git.repositorySizeLimit;
  if (limit === null || sizeOnDisk(objectsDir(context, project)) <= limit) return null;
  return `Your push to this repository cannot be completed because this repository has exceeded the allocated storage for your project. ${ASK}`;
}

/** The same for what a push would add: its quarantine lies below `objects/` and is counted with it. */
export function pushSizeRefusal(context: Context, project: Project): string | null {
  const limit = context.settings.git.repositorySizeLimit;
  if (limit === null || sizeOnDisk(objectsDir(context, project)) <= limit) return null;
  return `Your push to this repository cannot be completed as it would exceed the allocated storage for your project. ${ASK}`;
}

function objectsDir(context: Context, project: Project): string {
  return join(context.gitDir(project), 'objects');
}

function sizeOnDisk(dir: string): number {
  let total = 0;
  for (const entry of listing(dir)) {
    const path = join(dir, entry.name);
    total += entry.isDirectory() ? sizeOnDisk(path) : (statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  }
  return total;
}

/** Other pushes come and go meanwhile: a directory that has vanished is empty. */
function listing(dir: string): Dirent[] {
  try {
    return readdirSync(dir, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
