import { readdirSync, statSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { groupsAbove } from '../groups.ts';
import type { Project } from '../state.ts';

const ASK = 'Contact your GitLab administrator for more information.';
const FULL =
  'Your push to this repository cannot be completed because this repository has exceeded the allocated storage for your project.';
const TOO_MUCH =
  'Your push to this repository cannot be completed as it would exceed the allocated storage for your project.';
const NAMESPACE_TOO_MUCH =
  'Your push to this repository has been rejected because it would exceed the namespace storage limit of';

/** Refusal of an EE server where a limit is passed already, whatever the push brings; null when there is room (GL-295). */
export function fullStorageRefusal(context: Context, project: Project): string | null {
  const { repositorySizeLimit, namespaceStorageLimit } = context.settings.git;
  if (namespaceStorageLimit !== null) {
    const size = namespaceSize(context, project, leftovers);
    return size > namespaceStorageLimit ? namespaceFull(context, project, size, namespaceStorageLimit) : null;
  }
  if (repositorySizeLimit === null) return null;
  const size = sizeOnDisk(objectsDir(context, project), leftovers);
  return size > repositorySizeLimit ? `${FULL} ${ASK}` : null;
}

/** The same for what a push would add: its quarantine lies below `objects/` and is counted with it. */
export function pushSizeRefusal(context: Context, project: Project): string | null {
  const { repositorySizeLimit, namespaceStorageLimit } = context.settings.git;
  if (namespaceStorageLimit !== null) {
    if (namespaceSize(context, project) <= namespaceStorageLimit) return null;
    const manage = 'Reduce your namespace storage or purchase additional storage.';
    return `${NAMESPACE_TOO_MUCH} ${formatted(namespaceStorageLimit)}. ${manage}${helpOf(context)}`;
  }
  if (repositorySizeLimit === null) return null;
  return sizeOnDisk(objectsDir(context, project)) > repositorySizeLimit ? `${TOO_MUCH} ${ASK}` : null;
}

/** The top group above a project; its own personal namespace has no name here. */
export function rootGroup(context: Context, project: Project): string {
  const group = context.routes.group(project.namespaceId);
  const root = group === null ? undefined : groupsAbove(context, group).at(-1);
  return root?.fullPath ?? project.fullPath.split('/', 1)[0]!;
}

function namespaceFull(context: Context, project: Project, size: number, limit: number): string {
  const name = rootGroup(context, project);
  const used = `${Math.round((size / Math.max(limit, 1)) * 100)}%`;
  return `##### ERROR ##### You have used ${used} of the storage quota for ${name} (${formatted(size)} of ${formatted(limit)}). ${name} is now read-only. Projects under this namespace are locked and actions will be restricted. ${helpOf(context)}`;
}

function helpOf({ externalUrl }: Context): string {
  return `To manage storage, or purchase additional storage, see ${externalUrl}/help/user/storage_usage_quotas.md#manage-storage-usage. To learn more about restricted actions, see ${externalUrl}/help/user/read_only_namespaces.md#restricted-actions`;
}

function namespaceSize(context: Context, project: Project, but?: RegExp): number {
  const root = rootGroup(context, project);
  const own = context.state.projects.filter((each) => rootGroup(context, each) === root);
  return own.reduce((sum, each) => sum + sizeOnDisk(objectsDir(context, each), but), 0);
}

function formatted(bytes: number): string {
  return bytes < 1024 ? `${bytes} Bytes` : `${Number((bytes / 1024).toPrecision(2))} KiB`;
}

/** What pushes have under way. */
const leftovers = /^tmp_objdir-|^incoming-/;

function objectsDir(context: Context, project: Project): string {
  return join(context.gitDir(project), 'objects');
}

function sizeOnDisk(dir: string, but?: RegExp): number {
  let total = 0;
  for (const entry of listing(dir)) {
    if (but?.test(entry.name)) continue;
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
