import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Config } from '../config/schema.ts';
import { peopleFileUnreadable, peopleFileUnwritable } from '../failures/people.ts';
import { useDirectory } from '../journal/journal.ts';
import type { PlannedPerson } from '../model/plan.ts';
import { parsePeopleFile, renderPeopleFile, type PeopleFile } from '../plan/people-file.ts';

/** Where the file of people is, whether it exists or not. */
export function peopleFilePath(
  { people }: Config,
  { workDir, cwd }: { workDir: string; cwd: string },
): string {
  return people.file === null ? join(workDir, 'people.csv') : resolve(cwd, people.file);
}

/** What the file says; null when there is none. @throws people-file-unreadable, people-file-invalid */
export async function readPeopleFile(path: string): Promise<PeopleFile | null> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    // Whether a directory can be made there is found out by whoever needs it first.
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw peopleFileUnreadable(path, { detail: error.message }, error);
  });
  return bytes === null ? null : parsePeopleFile(decoded(bytes, path), path);
}

function decoded(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    const detail = 'it is not in UTF-8; save it from the spreadsheet as "CSV UTF-8"';
    throw peopleFileUnreadable(path, { detail }, error);
  }
}

/**
 * Writes what is planned into the file, for its owner alone; what somebody wrote there meanwhile stays. False when nothing
 * had to be changed. @throws people-file-unreadable, people-file-invalid, people-file-unwritable
 */
export async function writePeopleFile(path: string, people: readonly PlannedPerson[]): Promise<boolean> {
  const text = renderPeopleFile(await readPeopleFile(path), people);
  if (text === null) return false;
  const draft = `${path}.new`;
  try {
    await useDirectory(dirname(path));
    await rm(draft, { force: true });
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw peopleFileUnwritable(path, { detail: (error as Error).message }, error);
  }
  return true;
}
