import * as z from 'zod';
import { Failure } from '../failures/failure.ts';
import type { Project, Visibility } from '../model/forge.ts';
import type { Notice } from '../model/notice.ts';
import type { PlannedProject } from '../model/plan.ts';
import type { Check } from '../model/result.ts';
import { forkRecords, type ForkData } from '../plan/forks.ts';
import { narrower } from '../plan/visibility.ts';
import { readersLost, unlinkable } from './fork-notices.ts';
import {
  proven,
  remark,
  type Outcome,
  type Place,
  type Planning,
  type Step,
  type Work,
  type WritingWork,
} from './step.ts';

const Part = z.object({
  parent: z
    .string()
    .nullable()
    .describe('owner/name of what it was forked from; null when that cannot be told'),
  at: z
    .object({ id: z.int(), fullPath: z.string(), url: z.null() })
    .nullable()
    .describe('Where an earlier run put the parent; null when it is in this plan, or nowhere'),
});
type Part = z.infer<typeof Part>;
type ForkWork = WritingWork<ForkData, PlannedProject>;

/**
 * Makes a project the fork of its parent's, before its LFS objects are sent: GitLab then finds those of the parent
 * (GL-258). What somebody set by hand stays.
 */
export const fork: Step<Part, ForkData, PlannedProject> = {
  ...forkRecords,
  title: 'Forks',
  of: 'project',
  stage: 'content',
  part: Part,
  plan(planning) {
    const { item, input } = planning;
    const parent = input.parents?.get(item.id);
    if (parent === undefined) return null;
    const place = parent === null ? null : placeOfParent(parent, planning);
    const at = place === 'planned' ? null : place;
    const now = item.existing?.forkedFrom;
    const linked = now !== undefined && now.id === idOfParent(parent, planning);
    const part = { parent, at };
    const refused = linked ? undefined : widerAlready(parent, planning);
    // Without the parent nobody knows which project it should be.
    const other =
      place === null || linked ? null : differenceOf(now, part, { item, known: knownIn(planning), refused });
    const possible = place !== null && !linked && other === null;
    return {
      part,
      changes: possible && item.blocked === null,
      state: stateOf(other),
      counts: countsOf(linked, possible),
      notices: [
        ...(other === null ? [] : [other]),
        ...unlinkable(item, parent, place),
        ...readersLost(item, parent),
      ],
    };
  },
  async run(part, work) {
    const { item, place } = work;
    const parent = work.parent ?? part.at;
    if (part.parent === null || parent === null || place === null) return { changed: false };
    const known = work.known();
    const done = { parent: part.parent, parentId: parent.id };
    if (item.existing?.forkedFrom?.id === parent.id) {
      if (known?.parentId !== parent.id) await work.record('done', { data: done });
      return { changed: false, counts: { unchanged: 1 } };
    }
    const open = work.journal.history.items.get(item.id)?.steps.get(fork.name)?.status !== 'done';
    const looks = item.existing !== null || work.attempt > 1 || (known !== null && open);
    const now = looks ? (await work.context.target.findProject(place.fullPath))?.forkedFrom : undefined;
    if (now?.id === parent.id) {
      await work.record('done', { data: { ...done, refused: null } });
      return { changed: open || work.attempt > 1, counts: { link: 1 } };
    }
    // Somebody chose another parent, or none, since this tool made it a fork.
    if (now !== undefined || (known?.parentId !== undefined && !open)) return { changed: false };
    return link(parent, done, work);
  },
  async verify(part, work) {
    const parent = work.parent ?? part.at;
    if (part.parent === null || parent === null) {
      const differences = unlinkable(work.item, part.parent, null);
      return { ...proven(0), differences };
    }
    if (work.item.existing?.forkedFrom?.id === parent.id) return proven(1);
    const now = await currentProject(work);
    if (now?.forkedFrom?.id === parent.id) return proven(1);
    return notLinked(now, part, work, widerThan(parent, work));
  },
};

function countsOf(linked: boolean, possible: boolean): Record<string, number> {
  if (linked) return { unchanged: 1 };
  return possible ? { link: 1 } : {};
}

async function link(
  parent: Place,
  done: { parent: string; parentId: number },
  work: ForkWork,
): Promise<Outcome> {
  const { place, context } = work;
  if (place === null) return { changed: false };
  const wider = widerThan(parent, work);
  if (wider !== null) return leave(wider, done, work);
  await work.record('started', { data: { ...done, refused: null } });
  try {
    await context.target.linkFork(place, parent.id);
  } catch (error) {
    if (!(error instanceof Failure) || !isAboutIt(error) || error.refusal === null) throw error;
    const { refusal } = error;
    const now = await currentProject(work);
    if (now?.forkedFrom?.id !== parent.id) return leave(refusal.text, done, work);
  }
  await work.record('done', { data: done });
  return { changed: true, counts: { link: 1 } };
}

/** Other refusals are about the user, the server or the whole group. */
function isAboutIt({ code }: Failure): boolean {
  return code === 'target-refused' || code === 'target-forbidden';
}

/** Writes down why the project is no fork, once. */
async function leave(refused: string, { parent }: { parent: string }, work: ForkWork): Promise<Outcome> {
  const known = work.known();
  if (known?.refused !== refused || known.parentId !== undefined)
    await work.record('done', { data: { parent, parentId: null, refused } });
  return { changed: false };
}

/** GitLab would take it, and refuse every later change of the level (GL-148). */
function widerThan(parent: Place, { place, item }: Work<ForkData, PlannedProject>): string | null {
  const own = place?.visibility ?? item.visibility;
  return wider(own, parent.visibility ?? own);
}

function wider(own: Visibility, limit: Visibility): string | null {
  return narrower(own, limit) === own ? null : `it is ${own} on GitLab and its parent is ${limit}`;
}

/** Two projects that exist, of which the fork shows more than its parent. */
function widerAlready(
  parent: string | null,
  { item: { existing }, input }: Planning<PlannedProject>,
): string | undefined {
  const there = input.paths.get(parent ?? '')?.existing ?? null;
  if (existing === null || there === null) return undefined;
  return wider(existing.visibility, there.visibility) ?? undefined;
}

function currentProject({ context, place, item }: Work<ForkData, PlannedProject>): Promise<Project | null> {
  return context.target.findProject(place?.fullPath ?? item.fullPath);
}

async function notLinked(
  now: Project | null,
  part: Part,
  work: Work<ForkData, PlannedProject>,
  wide: string | null,
): Promise<Check> {
  const known = work.known();
  const difference =
    differenceOf(now?.forkedFrom, part, {
      item: work.item,
      known,
      refused: known?.refused ?? wide ?? undefined,
    }) ?? remark('fork-differs', work.item.id, `it is not a fork of ${part.parent} on GitLab`);
  return Promise.resolve({ state: stateOf(difference), compared: 1, hash: null, differences: [difference] });
}

function stateOf(difference: Notice | null): Check['state'] {
  if (difference === null) return 'proven';
  if (difference.code === 'fork-diverged') return 'diverged';
  return difference.code === 'fork-refused' ? 'refused' : 'failed';
}

/** Why the project is not the fork that it should be; null when nothing is known that explains it. */
function differenceOf(
  now: Project['forkedFrom'],
  { parent }: Part,
  { item, known, refused }: { item: PlannedProject; known: ForkData | null; refused: string | undefined },
): Notice | null {
  if (parent === null) return null;
  const leave = 'or leave relations alone with "migrate": {"forks": false}';
  if (now !== undefined) {
    const message = `on GitLab it is a fork of ${now.fullPath}, on GitBucket of ${parent}`;
    const fix = `remove the relation on GitLab (Settings > General > Advanced) and run again, ${leave}`;
    return { code: 'fork-diverged', object: item.id, message, fix };
  }
  if (refused !== undefined) {
    const message = `GitLab does not make it a fork of ${parent}: ${refused}`;
    const fix = refused.startsWith('it is ')
      ? `lower its visibility on GitLab and run again, ${leave}`
      : `have an Owner of its group run it, who may also fork the parent, ${leave}`;
    return { code: 'fork-refused', object: item.id, message, fix };
  }
  if (known?.parentId === undefined || item.existing === null) return null;
  const message = `on GitLab it is no fork of ${parent} any more: somebody removed the relation`;
  const fix = `set it again on GitLab (POST /projects/:id/fork/:parent), ${leave}`;
  return { code: 'fork-diverged', object: item.id, message, fix };
}

/** Where the parent is or will be; null when it is nowhere. */
function placeOfParent(
  parent: string,
  { input }: Planning<PlannedProject>,
): NonNullable<Part['at']> | 'planned' | null {
  if (input.paths.has(parent)) return 'planned';
  const target = input.history.items.get(parent)?.target ?? null;
  return target === null ? null : { id: target.id, fullPath: target.path, url: null };
}

function idOfParent(parent: string | null, { input }: Planning<PlannedProject>): number | undefined {
  if (parent === null) return undefined;
  return input.paths.get(parent)?.existing?.id ?? input.history.items.get(parent)?.target?.id;
}

function knownIn({ history }: Planning<PlannedProject>): ForkData | null {
  const step = history?.steps.get(forkRecords.name);
  if (step === undefined || step.status !== 'done') return null;
  return forkRecords.data.safeParse(step.data).data ?? null;
}
