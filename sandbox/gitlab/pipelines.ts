import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { looseEntry } from '../loose-objects.ts';
import type { Context } from './context.ts';
import type { RefUpdate } from './default-branch.ts';
import type { Project } from './state.ts';

export type Pipeline = {
  id: number;
  projectId: number;
  ref: string;
  sha: string;
  status: 'pending' | 'skipped';
  createdAt: string;
};

/** A push starts no more (GL-360). */
const perPush = 4;
const pushed = /^refs\/(?:heads|tags)\/(.+)$/;

/** May anybody run or see pipelines of the project? */
export function buildsEnabled(project: Project): boolean {
  return project.attributes['builds_access_level'] !== 'disabled';
}

/**
 * What the job after a push does, which looks only then whether CI/CD is on (GL-366): with `ci.skip` a skipped pipeline for
 * each ref, else one where there is a CI file or Auto DevOps.
 */
export function startPipelines(
  context: Context,
  project: Project,
  updates: readonly RefUpdate[],
  options: readonly string[],
): void {
  // Whatever was pushed counts, and refs that are no branch or tag get none.
  const refs = updates.slice(0, perPush).filter(({ ref, new: id }) => pushed.test(ref) && !/^0+$/.test(id));
  if (refs.length === 0) return;
  context.after(context.settings.pipelineDelayMs, async () => {
    if (!buildsEnabled(project)) return;
    const skipped = options.includes('ci.skip');
    const all = skipped || context.settings.autoDevops;
    const due = all ? refs : await withCiFile(context.gitDir(project), refs);
    for (const { ref, new: sha } of due) {
      context.pipelines.push({
        id: context.state.nextId.other++,
        projectId: project.id,
        ref: pushed.exec(ref)?.[1] ?? ref,
        sha,
        status: skipped ? 'skipped' : 'pending',
        createdAt: new Date().toISOString(),
      });
    }
  });
}

async function withCiFile(gitDir: string, refs: readonly RefUpdate[]): Promise<RefUpdate[]> {
  const entries = refs.map(({ new: id }) => looseEntry(gitDir, id, '.gitlab-ci.yml'));
  // Mostly there is none, and git need not be asked.
  if (entries.every((entry) => entry === null)) return [];
  const git = spawn('git', ['-C', gitDir, 'cat-file', '--batch-check'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  git.stdin.end(refs.map(({ new: id }) => `${id}:.gitlab-ci.yml\n`).join(''));
  const lines = (await text(git.stdout)).split('\n');
  return refs.filter((_, index) => / blob \d+$/.test(lines[index] ?? ''));
}
