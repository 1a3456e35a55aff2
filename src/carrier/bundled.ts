import { stat } from 'node:fs/promises';
import { exportDamaged } from '../failures/carrier.ts';
import type { Failure } from '../failures/failure.ts';
import { interruption } from '../failures/usage.ts';
import { GitExit } from '../git/errors.ts';
import { diskRemote, type Remote } from '../git/remote.ts';
import type { Git } from '../git/run.ts';
import type { RepositoryPart, WikiContent } from '../model/source.ts';
import { updateMirror, type MirrorOptions } from '../transfer/mirror.ts';
import { sha256OfFile } from './files.ts';
import { bundleOf, type CarriedPart } from './layout.ts';

/** A repository as it lies in its bundle. */

/** A bundle is read by git alone: it answers no requests. `damage` tells whether git fails because of it. */
export function remoteOf(
  directory: string,
  id: string,
  part: RepositoryPart,
  damage: () => Promise<Failure | null>,
): Remote {
  const detail = 'it is a bundle on disk';
  return diskRemote(bundleOf(directory, id, part), { id, detail, explain: damage });
}

/** git in a bundle, unpacked into a mirror. @throws what updating a mirror throws */
export async function unbundle(
  id: string,
  source: Remote,
  { mirrors, signal }: { mirrors: MirrorOptions; signal: AbortSignal },
): Promise<Git> {
  const patterns = ['refs/heads/*', 'refs/tags/*'];
  const { git } = await updateMirror({ id, source, patterns, progress() {}, signal }, mirrors);
  return git;
}

/** Is there an object of that name, such as `COMMIT:PATH`? */
export async function hasObject(git: Git, name: string): Promise<boolean> {
  try {
    await git.run('cat-file', '-e', name);
    return true;
  } catch (error) {
    if (error instanceof GitExit) return false;
    throw error;
  }
}

/** Empty when there is no such file. */
export async function textOf(git: Git, name: string): Promise<string> {
  return (await hasObject(git, name)) ? git.run('cat-file', 'blob', name) : '';
}

/** What a wiki holds at its tip. Only the texts of pages are read: nobody looks into the other files. */
export async function wikiIn(git: Git, tip: string): Promise<WikiContent> {
  const files = new Map<string, Buffer>();
  for (const path of (await git.run('ls-tree', '-r', '-z', '--name-only', tip)).split('\0')) {
    if (path === '') continue;
    const text = /\.(md|markdown)$/i.test(path) ? await git.run('cat-file', 'blob', `${tip}:${path}`) : '';
    files.set(path, Buffer.from(text));
  }
  const parents = (await git.run('show', '--no-patch', '--format=%P', tip)).trim();
  const message = (await git.run('show', '--no-patch', '--format=%B', tip)).trim();
  return { files, message, parents: parents === '' ? 0 : parents.split(' ').length };
}

type Bundle = NonNullable<CarriedPart['bundle']>;

/** @throws export-damaged when the bundle is missing, or has another length than when it was written */
export async function requireBundle(
  directory: string,
  id: string,
  part: RepositoryPart,
  { bytes }: Bundle,
): Promise<void> {
  const file = bundleOf(directory, id, part);
  const there = await stat(file).catch(() => null);
  if (there === null) throw exportDamaged(id, { file, detail: 'it is missing' });
  if (there.size !== bytes)
    throw exportDamaged(id, { file, detail: `it has ${there.size} bytes instead of ${bytes}` });
}

/** @throws export-damaged when the bundle is not, byte by byte, what was written, interrupted */
export async function requireWhole(
  directory: string,
  id: string,
  part: RepositoryPart,
  { bundle, signal }: { bundle: Bundle; signal: AbortSignal },
): Promise<void> {
  await requireBundle(directory, id, part, bundle);
  const file = bundleOf(directory, id, part);
  const sha256 = await sha256OfFile(file, signal).catch((error: Error) => {
    if (signal.aborted) throw interruption(id);
    throw exportDamaged(id, { file, detail: error.message }, error);
  });
  if (sha256 !== bundle.sha256)
    throw exportDamaged(id, { file, detail: `it has the SHA-256 ${sha256} instead of ${bundle.sha256}` });
}
