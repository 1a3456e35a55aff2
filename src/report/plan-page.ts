import type { Notice } from '../model/notice.ts';
import { summedLosses } from '../model/losses.ts';
import { plannedStep, type Plan } from '../model/plan.ts';
import { findingRemark, leftOutLines, lossParts } from '../ui/loss-messages.ts';
import { refsStep } from '../ui/messages.ts';
import * as messages from '../ui/plan-messages.ts';
import { peopleLine } from '../ui/people-messages.ts';
import { mergedFixes } from './merged-fixes.ts';
import { findingsOf, uncountedOf } from './plan-losses.ts';
import { countPeople, peopleRows, type PersonRow } from './plan-people.ts';
import {
  actionOfGroup,
  hasProblem,
  ownersOf,
  planTotals,
  type PlannedOwner,
  type PlannedRow,
  verdictOfPlan,
} from './plan-summary.ts';
import type { PlanOrigin, PlanPage, PlanPageRow } from './page-data.ts';
import { trackerLines } from './plan-tracker.ts';
import { countAll, remarkOf } from './result.ts';
import { pageOf } from './write.ts';

/** plan.html: the plan for those who decide about it. */
export function renderPlanPage(plan: Plan, origin: PlanOrigin): string {
  const otherwise = 'The same plan is in plan.md.';
  return pageOf(messages.planHeadings.title, planPage(plan, origin), otherwise);
}

function planPage(plan: Plan, origin: PlanOrigin): PlanPage {
  const { source, target, problems, warnings } = plan;
  const owners = ownersOf(plan);
  const totals = planTotals(plan, owners);
  const people = peopleRows(plan);
  const open = [...people.flatMap(openPerson), ...owners.flatMap(openOf)];
  const fixes = mergedFixes(plan);
  return {
    kind: 'plan',
    source,
    target,
    origin,
    verdict: verdictOfPlan(plan),
    totals: [
      messages.projectsLine(totals.projects),
      messages.groupsLine(totals.groups),
      ...peopleLine(countPeople(plan)),
      ...totals.steps.map(messages.stepLine),
    ],
    open,
    loading: trackerLines(plan),
    problems,
    warnings: [...warnings, ...leftOutLines(plan.leftOut)],
    paste: fixes === null ? null : JSON.stringify(fixes, null, 2),
    losses: summedLosses(plan.projects.flatMap(({ losses }) => losses)),
    uncounted: plan.projects.length === 0 ? '' : uncountedOf(plan),
    people,
    owners: owners.map(ownerOf),
    rows: owners.flatMap(({ rows }) => rows.map(rowOf)),
  };
}

function openPerson({ login, attention }: PersonRow): PlanPage['open'] {
  if (attention.length === 0) return [];
  return [{ name: login, state: 'blocked', remarks: attention.map((notice) => ({ ...notice, object: '' })) }];
}

function openOf({ group, rows }: PlannedOwner): PlanPage['open'] {
  const blocked = group?.blocked ?? null;
  const ofGroup = blocked === null || group === null ? [] : [openBlocked(group.id, blocked)];
  return [...ofGroup, ...rows.flatMap(openOfRow)];
}

function openOfRow(row: PlannedRow): PlanPage['open'] {
  const { project, attention } = row;
  if (project.blocked !== null) return [openBlocked(project.id, project.blocked)];
  const findings = findingsOf(row).filter(({ refused }) => refused);
  const remarks = [
    ...attention.map(remarkOf),
    ...findings.map((finding) => ({ ...finding, message: findingRemark(finding) })),
  ];
  if (remarks.length === 0) return [];
  const diverged = attention.some(({ code }) => code.endsWith('-diverged'));
  const waits = diverged ? 'diverged' : 'refused';
  return [{ name: project.id, state: hasProblem(project) ? 'failed' : waits, remarks }];
}

function openBlocked(name: string, blocked: Notice): PlanPage['open'][number] {
  return { name, state: 'blocked', remarks: [{ ...blocked, object: '' }] };
}

function ownerOf({ owner, group, rows }: PlannedOwner): PlanPage['owners'][number] {
  const refs = rows.reduce((sum, row) => sum + refsOf(row), 0);
  const named = { owner, repositories: rows.length, refs };
  if (group === null) return { ...named, path: '', what: '' };
  const what = messages.namespaceLine(actionOfGroup(group), group.namespaceKind, group.visibility);
  return { ...named, path: group.fullPath, what };
}

function rowOf(row: PlannedRow): PlanPageRow {
  const { project, action, renamed, lowered, attention, notices } = row;
  const others = findingsOf(row).map((finding) => ({ ...finding, message: findingRemark(finding) }));
  const blocked = project.blocked === null ? [] : [{ ...project.blocked, object: '' }];
  return {
    id: project.id,
    path: project.fullPath,
    action,
    visibility: {
      source: project.repository.private ? 'private' : 'public',
      target: project.visibility,
    },
    refs: refsOf(row),
    changes: messages.stepParts(project.steps),
    remarks: [
      ...(renamed ? [messages.renamedTo(project.path)] : []),
      ...(lowered ? [messages.loweredTo(project.visibility)] : []),
      ...project.reasons,
      ...notices.map(({ message }) => message),
    ],
    notices: [...blocked, ...attention.map(remarkOf), ...others],
    losses: lossParts(project.losses),
  };
}

function refsOf({ project }: PlannedRow): number {
  return countAll(plannedStep(project, refsStep)?.counts ?? {});
}
