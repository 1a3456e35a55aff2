import { Failure } from '../failures/failure.ts';
import type { GitLabTarget } from '../gitlab/target.ts';
import type { PlannedProject } from '../model/plan.ts';
import type { TargetCommitNote, TargetItem, TargetTracker } from '../model/target-tracker.ts';
import { once } from '../net/once.ts';

type Project = Parameters<TargetTracker['issues']>[0];
type Real = Pick<
  TargetTracker,
  'issues' | 'mergeRequests' | 'labels' | 'milestones' | 'commitNotes' | 'uploaded'
>;

/**
 * The stage as if it had what trackers have on the real server. That is read there when it is asked for; what the
 * rehearsal adds, changes and removes lies over it, on the stage and in this memory.
 */
export function overRealTrackers(
  stage: GitLabTarget,
  real: Real,
  projects: readonly PlannedProject[],
): GitLabTarget {
  const there = new Set(projects.flatMap(({ existing }) => existing?.id ?? []));
  const removed = new Set<string>();
  const notes = new Map<number, TargetCommitNote>();
  const asked = new Map<string, () => Promise<unknown>>();

  /** What the real server answered first; what happens there meanwhile is no matter of a rehearsal. */
  function ofReal<T>(key: string, { id }: Project, ask: () => Promise<T>): Promise<T | undefined> {
    if (!there.has(id)) return Promise.resolve(undefined);
    const kept = asked.get(`${key} ${id}`) ?? once(ask);
    asked.set(`${key} ${id}`, kept);
    return kept() as Promise<T>;
  }

  function items(kind: 'issue' | 'pull') {
    const verb = kind === 'issue' ? 'issues' : 'mergeRequests';
    return async (project: Project): Promise<TargetItem[] | null> => {
      const before = await ofReal(verb, project, () => real[verb](project));
      const staged = await stage[verb](project);
      if (before === undefined || before === null) return before === null ? null : staged;
      const kept = before.filter(({ number }) => !removed.has(keyOf(project, kind, number)));
      return laidOver(kept, staged ?? [], ({ number }) => number);
    };
  }

  return {
    ...stage,
    issues: items('issue'),
    mergeRequests: items('pull'),
    async removeItem(project, kind, number) {
      removed.add(keyOf(project, kind, number));
      await stage.removeItem(project, kind, number);
    },
    async labels(project) {
      const before = await ofReal('labels', project, () => real.labels(project));
      return laidOver(before ?? [], await stage.labels(project), ({ name }) => name);
    },
    async milestones(project) {
      const before = await ofReal('milestones', project, () => real.milestones(project));
      return laidOver(before ?? [], await stage.milestones(project), ({ title }) => title);
    },
    async commitNotes(project, commit) {
      const before = await ofReal(`notes of ${commit}`, project, () => real.commitNotes(project, commit));
      const staged = await stage.commitNotes(project, commit);
      const now = (before ?? []).map((note) => notes.get(note.id) ?? note);
      return before || staged ? [...now, ...(staged ?? [])] : null;
    },
    async addCommitNote(project, commit, note) {
      const before = await ofReal(`notes of ${commit}`, project, () => real.commitNotes(project, commit));
      const elsewhere = before?.some(({ thread }) => thread === note.thread) === true;
      return stage.addCommitNote(project, commit, elsewhere ? { ...note, thread: null } : note);
    },
    async changeCommitNote(project, commit, note) {
      const before = await ofReal(`notes of ${commit}`, project, () => real.commitNotes(project, commit));
      const found = before?.find(({ id }) => id === note.id);
      if (found === undefined) return stage.changeCommitNote(project, commit, note);
      const changed = { ...found, text: note.text };
      notes.set(note.id, changed);
      return changed;
    },
    async uploaded(project, url) {
      const staged = await stage.uploaded(project, url);
      return staged === null && there.has(project.id) ? real.uploaded(project, url) : staged;
    },
  };
}

function keyOf({ id }: Project, kind: 'issue' | 'pull', number: number): string {
  return `${id} ${kind} ${number}`;
}

function laidOver<T>(before: readonly T[], staged: readonly T[], key: (each: T) => string | number): T[] {
  const names = new Set(staged.map(key));
  return [...before.filter((each) => !names.has(key(each))), ...staged];
}

/** Makes the releases of the real projects on the stage: changing one wants it there. */
export async function stageReleases(
  stage: GitLabTarget,
  real: Pick<TargetTracker, 'releases'>,
  projects: readonly PlannedProject[],
): Promise<void> {
  for (const { existing } of projects) {
    if (existing === null) continue;
    const project = { id: existing.id, fullPath: existing.fullPath };
    for (const release of await real.releases(project))
      await stage.addRelease(project, release).catch((error: unknown) => {
        // Without its tag nothing of it can be rehearsed.
        if (!(error instanceof Failure) || error.code !== 'target-refused') throw error;
      });
  }
}
