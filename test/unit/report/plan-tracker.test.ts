import { describe, expect, it } from 'vitest';
import type { Plan, PlannedPerson, PlannedProject } from '../../../src/model/plan.ts';
import { planMarkdown } from '../../../src/report/plan-markdown.ts';
import { renderPlanPage } from '../../../src/report/plan-page.ts';
import { trackerLines } from '../../../src/report/plan-tracker.ts';
import { renderPlan } from '../../../src/report/plan-view.ts';
import { planQuestion } from '../../../src/ui/plan-messages.ts';
import { createPalette } from '../../../src/ui/terminal.ts';
import { planTotals } from '../../../src/report/plan-summary.ts';
import { plan, plannedGroup, somePeople, plannedProject } from './samples.ts';

const closed = {
  code: 'tracker-closed',
  object: 'team/x',
  message: 'the source is off',
  fix: 'switch it on',
};

function withTracker(
  name: string,
  count: { issues: number; pulls: number },
  part: { add?: number; closed?: typeof closed; rest?: boolean; stay?: number } = {},
): PlannedProject {
  const add = part.add ?? count.issues + count.pulls;
  const project = plannedProject(name);
  const step = {
    step: 'tracker',
    title: 'Issues and merge requests',
    changes: add > 0,
    state: part.closed === undefined ? ('proven' as const) : ('refused' as const),
    counts: { create: add },
    notices: part.closed === undefined ? [] : [part.closed],
    part: { issues: true, count, change: 0, unread: null, ...part, add, closed: part.closed ?? null },
  };
  return { ...project, steps: [...project.steps, step] };
}

function planOf(projects: PlannedProject[], target: Partial<Plan['target']>, people?: PlannedPerson[]): Plan {
  const plain = plan([plannedGroup()], projects, { people: people ?? somePeople });
  return { ...plain, target: { ...plain.target, administrator: true, loadsPerMinute: 6, ...target } };
}

const known = somePeople.filter(({ action, blocked }) => blocked === null && /use|create/.test(action));

describe('what the plan says of issues and pull requests', () => {
  const projects = [
    withTracker('web', { issues: 1200, pulls: 201 }),
    withTracker('api', { issues: 1, pulls: 0 }),
  ];

  it('is how many there are, in how many archives and minutes, and whose they will be', () => {
    const [loading, authors, ...more] = trackerLines(planOf(projects, {}));
    expect(loading).toBe(
      "to load: 1,201 issues and 201 pull requests in 9 archives: about 2 min at 6 archives a minute, and about 28 min of GitLab's own time",
    );
    expect(authors).toBe(
      `authors: the accounts of ${known.length} of ${somePeople.length} people; of the others a line in the text names who wrote it`,
    );
    expect(more).toEqual([]);
  });

  it('is without a rate where the server has none', () => {
    expect(trackerLines(planOf(projects, { loadsPerMinute: null }))[0]).toContain(
      "in 9 archives and about 28 min of GitLab's own time",
    );
  });

  it("is whom an administrator's token would make the authors", () => {
    const [, authors] = trackerLines(planOf(projects, { administrator: false }));
    expect(authors).toMatch(/^authors: the token's user, .*; with an administrator's token the accounts of/);
    expect(trackerLines(planOf(projects, {}, []))[1]).toContain('nobody has an account');
  });

  it('is what stays and the way out, where GitLab loads nothing', () => {
    const none = [withTracker('web', { issues: 3, pulls: 1 }, { closed })];
    expect(trackerLines(planOf(none, {}))).toEqual([
      '3 issues and 1 pull request of 1 repository stay on GitBucket, since GitLab loads no archives: switch it on',
    ]);
  });

  it('is how many issues are sent by REST and how many pull requests stay, or why none is sent', () => {
    const sent = withTracker('web', { issues: 100, pulls: 0 }, { rest: true, stay: 7 });
    expect(trackerLines(planOf([sent], {}))).toEqual([
      "to send by REST: 100 issues, which takes about 5 min; the token's user is the author of all, and a line in the text names who wrote it",
      '7 pull requests stay on GitBucket until GitLab can load archives',
    ]);
    const none = withTracker('web', { issues: 3, pulls: 0 }, { rest: true, closed });
    expect(trackerLines(planOf([none], {}))).toEqual([
      "3 issues of 1 repository stay on GitBucket, since the token's user is no Owner: switch it on",
    ]);
  });

  it('is nothing when there is nothing to load', () => {
    expect(trackerLines(planOf([withTracker('web', { issues: 3, pulls: 1 }, { add: 0 })], {}))).toEqual([]);
    expect(trackerLines(planOf([plannedProject('web')], {}))).toEqual([]);
  });

  it('stands on the terminal, in plan.md and in plan.html, and in the question', () => {
    const full = planOf(projects, {});
    const [loading = ''] = trackerLines(full);
    expect(renderPlan(full, { width: 300, palette: createPalette(false) })).toContain(loading);
    expect(planMarkdown(full)).toContain(`- ${loading}`);
    const origin = { at: '2026-01-01T00:00:00Z', version: '1', command: 'gb2gl plan', targetUser: 'root' };
    expect(renderPlanPage(full, origin)).toContain('1,201 issues and 201 pull requests in 9 archives');
    expect(planQuestion(planTotals(full), 'https://gitlab.example.com')).toContain(
      'load 1,402 issues and merge requests',
    );
  });
});
