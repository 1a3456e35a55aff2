import { rm } from 'node:fs/promises';
import { gitFailed } from '../failures/git.ts';
import { interruption } from '../failures/usage.ts';
import { GitExit, remoteText } from '../git/errors.ts';
import { createGit, type Git } from '../git/run.ts';
import { saysDamaged, updateMirror, type MirrorJob, type MirrorOptions } from './mirror.ts';

/**
 * Brings the mirror up to date and looks into its objects; a damaged mirror is made anew, once.
 * @throws interrupted, git-failed, and what updating a mirror throws
 */
export async function lookIntoMirror<T>(
  job: MirrorJob,
  options: MirrorOptions,
  look: (git: Git) => Promise<T>,
): Promise<T> {
  const { id, signal } = job;
  for (let attempt = 1; ; attempt += 1) {
    const { directory } = await updateMirror(job, options);
    try {
      return await look(createGit({ ...options, directory, remotes: [], signal }));
    } catch (error) {
      if (signal.aborted) throw interruption(id);
      if (!(error instanceof GitExit)) throw error;
      // It holds nothing that cannot be fetched again.
      if (saysDamaged(error)) await rm(directory, { recursive: true, force: true });
      if (!saysDamaged(error) || attempt > 1)
        throw gitFailed(id, { detail: remoteText(error.stderr) }, error);
    }
  }
}
