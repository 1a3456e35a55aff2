import * as z from 'zod';
import type { Project } from '../model/forge.ts';
import type { PlannedProject } from '../model/plan.ts';
import { narrower } from './visibility.ts';

/** What the step `fork` keeps in the journal. */
export const ForkData = z.object({
  parent: z.string().optional().describe('owner/name of what it was forked from'),
  parentId: z.int().optional().describe('Id of the project of which it was made a fork, or was about to be'),
  copied: z
    .record(z.string(), z.string())
    .optional()
    .describe('Ids that GitLab copied from the parent, or was asked to, by ref'),
  refused: z.string().optional().describe("GitLab's words"),
});
export type ForkData = z.infer<typeof ForkData>;

/** Under which name the journal has it. */
export const forkRecords = { name: 'fork', data: ForkData } as const;

/** Is it the copy that a run of ours asked for? */
export function isOwnCopy(found: Pick<Project, 'forkedFrom'>, known: ForkData | null): boolean {
  return known?.copied !== undefined && found.forkedFrom?.id === known.parentId;
}

/**
 * Forks that are about to be made are never more visible than their parents: GitLab would make them lower, or refuse every
 * later change (GL-139, GL-146).
 */
export function belowParents(projects: readonly PlannedProject[]): PlannedProject[] {
  const settled = new Map<string, PlannedProject>();
  for (const project of parentsFirst(projects)) settled.set(project.id, below(project, settled));
  return projects.map((project) => settled.get(project.id) ?? project);
}

function below(project: PlannedProject, settled: ReadonlyMap<string, PlannedProject>): PlannedProject {
  const parent = settled.get(project.parent ?? '');
  if (parent === undefined || project.existing !== null) return project;
  const { visibility } = parent;
  if (narrower(project.visibility, visibility) === project.visibility) return project;
  const reason = `${visibility} instead of ${project.visibility}, because ${parent.id}, of which it is a fork, is ${visibility}`;
  return { ...project, visibility, reasons: [...project.reasons, reason] };
}

/** Every project behind its parent, where that is among them; a circle is cut somewhere. */
export function parentsFirst<T extends { id: string; parent?: string }>(projects: readonly T[]): T[] {
  const byId = new Map(projects.map((project) => [project.id, project]));
  const ordered: T[] = [];
  const seen = new Set<string>();
  for (const project of projects) {
    const line: T[] = [];
    for (let each: T | undefined = project; each !== undefined && !seen.has(each.id);) {
      seen.add(each.id);
      line.push(each);
      each = byId.get(each.parent ?? '');
    }
    ordered.push(...line.toReversed());
  }
  return ordered;
}
