import { trackerOf, type Project } from '../../state.ts';
import { findIssue, nextId } from '../../tracker/items.ts';
import type { IssueLinkState, IssueState } from '../../tracker/state.ts';
import { created, ok, type Call, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { issueEntity } from '../entities/items.ts';
import { failure, notFound } from '../errors.ts';
import { lookUpProject } from '../lookup.ts';
import { integerOf, textOf } from '../params.ts';
import { findIssueOf, requirePlanner } from '../tracker-lookup.ts';

/** Issues that belong together. */
export const issueLinkEndpoints: Endpoint[] = [
  { method: 'GET', path: '/projects/:id/issues/:iid/links', access: 'anonymous', run: list },
  {
    method: 'POST',
    path: '/projects/:id/issues/:iid/links',
    access: 'user',
    declares: {
      fields: {
        target_project_id: { type: 'string', required: true },
        target_issue_iid: { type: 'integer', required: true },
      },
    },
    run: create,
  },
];

function list(call: Call): Reply {
  const { project, item } = findIssueOf(call);
  const links = (project.tracker?.issueLinks ?? []).filter(({ issues }) =>
    issues.some((each) => each.projectId === project.id && each.iid === item.iid),
  );
  return ok(links.flatMap((link) => linked(call, link, { project, item })));
}

function linked(
  { context }: Call,
  { id, issues }: IssueLinkState,
  { project, item }: { project: Project; item: IssueState },
): unknown[] {
  const other = issues.find((each) => each.projectId !== project.id || each.iid !== item.iid);
  const of = other && context.routes.project(other.projectId);
  const issue = of && findIssue(of, other.iid);
  if (!of || !issue) return [];
  return [{ ...issueEntity(context, of, issue), issue_link_id: id, link_type: 'relates_to' }];
}

function create(call: UserCall): Reply {
  const { context, params } = call;
  const { project, item } = findIssueOf(call);
  requirePlanner(call, project);
  const target = lookUpProject(call, textOf(params, 'target_project_id') ?? '');
  const other = target && findIssue(target, integerOf(params, 'target_issue_iid') ?? 0);
  if (!target || !other) throw notFound();
  const pair: IssueLinkState['issues'] = [
    { projectId: project.id, iid: item.iid },
    { projectId: target.id, iid: other.iid },
  ];
  const links = (trackerOf(project).issueLinks ??= []);
  if (links.some(({ issues }) => keyOf(issues) === keyOf(pair)))
    throw failure(409, 'Issue(s) already assigned');
  const link: IssueLinkState = { id: nextId(context), issues: pair };
  links.push(link);
  if (target !== project) (trackerOf(target).issueLinks ??= []).push(link);
  context.changed();
  return created({
    id: link.id,
    source_issue: issueEntity(context, project, item),
    target_issue: issueEntity(context, target, other),
    link_type: 'relates_to',
  });
}

function keyOf(issues: IssueLinkState['issues']): string {
  return issues
    .map(({ projectId, iid }) => `${projectId}#${iid}`)
    .sort()
    .join();
}
