import { Failure } from '../failures/failure.ts';
import { forkFailed, forkPending } from '../failures/forks.ts';
import { interruption } from '../failures/usage.ts';
import type { Project, Visibility } from '../model/forge.ts';
import type { PlannedProject } from '../model/plan.ts';
import { forkRecords } from '../plan/forks.ts';
import { muteLikeParent } from './quiet-beginning.ts';
import { askAgain } from './ask-again.ts';
import { type ItemWork, type Writing } from './step.ts';

type ProjectWork = ItemWork & Writing & { item: PlannedProject };

/**
 * Makes the project as a copy of one branch of its parent, so that GitLab stores their objects once (GL-140, GL-147).
 * Null where GitLab shares nothing, where it is not worth it, or where it refuses: then it is made like any other.
 * Only of a parent that this run made: nobody has changed its features, which the copy gets too.
 */
export async function createShared(
  work: ProjectWork,
  wanted: { namespaceId: number; visibility: Visibility; branch: string | null },
): Promise<Project | null> {
  const { item, context, parent, journal } = work;
  const { namespaceId, visibility, branch } = wanted;
  if (parent === null || branch === null || !isShareable(work)) return null;
  const ref = `refs/heads/${branch}`;
  const tip = (await context.target.listRefs(parent.fullPath)).refs.get(ref);
  if (tip === undefined) return null;
  const note = (data: Record<string, unknown>): Promise<void> =>
    journal.record({ item: item.id, step: forkRecords.name, status: 'started', data });
  // What will be copied counts as ours from here on.
  await note({ parent: item.parent, parentId: parent.id, copied: { [ref]: tip } });
  await muteLikeParent(work, item.parent ?? '');
  const { path, fullPath, name, description } = item;
  try {
    return await context.target.forkProject(parent.id, {
      path,
      fullPath,
      name,
      description,
      namespaceId,
      visibility,
      branch,
    });
  } catch (error) {
    if (!(error instanceof Failure) || error.refusal === null) throw error;
    if (!['absent', 'forbidden'].includes(error.refusal.kind)) throw error;
    await note({ parentId: null, copied: null });
    return null;
  }
}

function isShareable({ item, parent, context }: ProjectWork): boolean {
  const { sharedForks: least } = context.config.limits;
  // A small one is sent in less time than GitLab's job takes.
  if (parent === null || least === null || parent.bytes < least) return false;
  if (parent.visibility === undefined || parent.visibility === 'private') return false;
  const { projects, groups } = context.plan;
  const above = projects.find(({ id }) => id === item.parent);
  const owner = groups.find(({ id }) => id === item.repository.owner);
  // A fork is made in the name of the token's user.
  const own = owner !== undefined && (owner.userId === null || owner.userId === context.identity.user.id);
  return own && above?.existing === null && above.parent === undefined;
}

/** Seconds between the looks at a copy; GitLab makes it in a job. */
const pauses = [1, 1, 2, 4, 8, 15, 30, 60, 60, 60, 60];

/** Waits until the repository of a fork is there, whose refs are then to be read. @throws fork-failed, fork-pending */
export async function untilCopied(found: Project, work: ProjectWork): Promise<void> {
  if (found.copying === undefined) return;
  const { target } = work.context;
  const { fullPath } = found;
  const reason = 'GitLab copies the repository of its parent';
  const now =
    found.copying === 'failed'
      ? found
      : await askAgain(pauses, reason, work, async () => {
          // The next run goes on from here.
          if (work.context.runtime.stopping.aborted) throw interruption(work.item.id);
          const project = await target.findProject(fullPath);
          return project?.copying === 'running' ? null : project;
        });
  if (now === null) throw forkPending(fullPath);
  if (now.copying === 'failed') throw forkFailed(fullPath);
  // The plan has seen no refs: the steps must not believe it.
  work.attempt = Math.max(work.attempt, 2);
  work.targetRefs = null;
}
