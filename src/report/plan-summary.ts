import type { Notice } from '../model/notice.ts';
import { itemsOf, type Plan, type PlanItem, type PlannedGroup, type PlannedProject } from '../model/plan.ts';
import type { Totals } from '../model/result.ts';
import { peopleLine } from '../ui/people-messages.ts';
import { groupsLine, planVerdict, projectsLine, stepLine } from '../ui/plan-messages.ts';
import { countPeople } from './plan-people.ts';
import { sumSteps } from './result.ts';

/** What happens to one item as a whole. */
export type Action = 'blocked' | 'create' | 'update' | 'unchanged';

export type PlanTotals = {
  groups: Record<Action, number>;
  projects: Record<Action, number>;
  steps: (Totals['steps'][number] & { bytes?: number })[];
};

/** A project with what a reader should know about it before it happens. */
export type PlannedRow = {
  project: PlannedProject;
  action: Action;
  renamed: boolean;
  /** The project becomes less visible than the repository is. */
  lowered: boolean;
  /** What needs a decision: things that GitLab refuses, or that somebody moved. */
  attention: Notice[];
  /** What is only good to know. */
  notices: Notice[];
};

export type PlannedOwner = { owner: string; group: PlannedGroup | null; rows: PlannedRow[] };

export function actionOfGroup(group: PlannedGroup): Action {
  if (group.blocked !== null) return 'blocked';
  return group.existing === null && group.namespaceKind === 'group' ? 'create' : 'unchanged';
}

/** Reads off a planned project what will happen and what needs attention. */
function rowOf(project: PlannedProject): PlannedRow {
  const notices = project.steps.flatMap((step) => step.notices);
  return {
    project,
    action: actionOfProject(project),
    renamed: project.path !== project.repository.name,
    lowered: !project.repository.private && project.visibility !== 'public',
    attention: notices.filter(({ fix }) => fix !== ''),
    notices: notices.filter(({ fix }) => fix === ''),
  };
}

/** Groups and projects by owner, in the order of the plan. */
export function ownersOf(plan: Plan): PlannedOwner[] {
  const owners = new Map<string, PlannedOwner>();
  for (const group of plan.groups) owners.set(group.id, { owner: group.id, group, rows: [] });
  for (const project of plan.projects) {
    const { owner } = project.repository;
    const known = owners.get(owner) ?? { owner, group: null, rows: [] };
    known.rows.push(rowOf(project));
    owners.set(owner, known);
  }
  return [...owners.values()];
}

export function planTotals(plan: Plan, owners: readonly PlannedOwner[] = ownersOf(plan)): PlanTotals {
  const none = { blocked: 0, create: 0, update: 0, unchanged: 0 };
  const totals: PlanTotals = {
    groups: { ...none },
    projects: { ...none },
    steps: withBytes(itemsOf(plan)),
  };
  for (const { group, rows } of owners) {
    if (group !== null) totals.groups[actionOfGroup(group)] += 1;
    for (const { action } of rows) totals.projects[action] += 1;
  }
  return totals;
}

/** What the plan comes to, in a line for each kind. */
export function countLines(plan: Plan, owners?: readonly PlannedOwner[]): string[] {
  const { groups, projects, steps } = planTotals(plan, owners);
  return [
    groupsLine(groups),
    projectsLine(projects),
    ...peopleLine(countPeople(plan)),
    ...steps.map(stepLine),
  ];
}

function withBytes(items: readonly PlanItem[]): PlanTotals['steps'] {
  const planned = items.flatMap(({ steps }) => steps);
  return sumSteps(items).map((sum) => {
    const bytes = planned.reduce((all, each) => all + (each.step === sum.step ? (each.bytes ?? 0) : 0), 0);
    return bytes === 0 ? sum : { ...sum, bytes };
  });
}

/** True for an item of which something stays behind until somebody decides. */
export function waitsForDecision(item: PlanItem): boolean {
  if (item.blocked !== null || item.steps.some(({ state }) => state !== 'proven')) return true;
  return item.kind === 'project' && item.findings.some(({ refused }) => refused);
}

/** What the plan comes to, in one sentence. */
export function verdictOfPlan(plan: Plan): ReturnType<typeof planVerdict> {
  const open = itemsOf(plan).filter((item) => waitsForDecision(item));
  const failed = open.filter((item) => hasProblem(item)).length;
  return planVerdict(plan, { failed, waiting: open.length - failed, writes: writesAnything(plan) });
}

/** True for an item of which something could not be planned: no decision helps there. */
export function hasProblem({ blocked, steps }: PlanItem): boolean {
  return blocked === null && steps.some(({ state }) => state === 'failed');
}

/** True when carrying it out would change something on the target. */
export function writesAnything(plan: Plan): boolean {
  const open = itemsOf(plan).filter(({ blocked }) => blocked === null);
  return open.some(({ steps }) => steps.some(({ changes }) => changes));
}

function actionOfProject(project: PlannedProject): Action {
  if (project.blocked !== null) return 'blocked';
  if (project.existing === null) return 'create';
  return project.steps.some(({ changes }) => changes) ? 'update' : 'unchanged';
}

/**
 * `plan.json` piece by piece, one project a line: as one text the plan of a big server would need more memory than all
 * the rest of the run. The totals are there for readers; a run does not look at them.
 */
export function* planJson(plan: Plan): Generator<string> {
  const { version, projects, ...rest } = plan;
  const head = JSON.stringify({ version, totals: planTotals(plan), ...rest });
  yield `${head.slice(0, -1)},"projects":[`;
  for (const [index, project] of projects.entries()) {
    yield `${index === 0 ? '' : ','}\n${JSON.stringify(project)}`;
  }
  yield '\n]}\n';
}
