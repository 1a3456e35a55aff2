import type { Hono } from 'hono';
import * as z from 'zod';
import { notFound, unauthorized } from '../answers.ts';
import type { GitBucketContext, GitBucketEnv, Viewer } from '../context.ts';
import type { RepositoryRecord } from '../state.ts';
import { jsonBody } from './body.ts';
import { insertIssue } from './insert.ts';
import { searchIssues } from './issue-filter.ts';
import { issueJson } from './issue-json.ts';
import { intParam, openRepository } from './opened.ts';

const ISSUES = '/api/v3/repos/:owner/:repository/issues';

const NEW_ISSUE = z.object({
  title: z.string(),
  body: z.string().nullish(),
  assignees: z.array(z.string()).default([]),
  milestone: z.int().nullish(),
  labels: z.array(z.string()).default([]),
});

/** Issues: list, single, create. There is no way to edit one (GB-180, GB-185). */
export function registerIssues(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  app.get(ISSUES, (c) => {
    const opened = openRepository(c, context, 'read');
    if (opened instanceof Response) return opened;
    const { repository, tracker } = opened;
    // A disabled author is still shown here, but not by the single issue (GB-184).
    const issues = searchIssues(c, tracker, 'issue', context.minor).flatMap((issue) => {
      const author = context.anyAccount(issue.author);
      return author ? [issueJson(issue, { context, repository, tracker, author })] : [];
    });
    return c.json(issues);
  });

  app.get(`${ISSUES}/:id`, (c) => {
    const opened = openRepository(c, context, 'read');
    if (opened instanceof Response) return opened;
    const { repository, tracker } = opened;
    const number = intParam(c, 'id');
    const issue = tracker.issues.find((row) => row.number === number);
    const author = issue && context.account(issue.author);
    if (!issue || !author) return notFound(c);
    return c.json(issueJson(issue, { context, repository, tracker, author }));
  });

  app.post(ISSUES, async (c) => {
    const opened = openRepository(c, context, 'read');
    if (opened instanceof Response) return opened;
    const { repository, tracker, viewer } = opened;
    if (!viewer || !mayPost(context, repository, viewer)) return unauthorized(c);
    const data = await jsonBody(c, NEW_ISSUE);
    if (!data) return notFound(c);
    // Only developers may set more than title and body.
    const manages = context.canWrite(viewer, repository);
    const issue = insertIssue(context, tracker, {
      title: data.title,
      body: data.body,
      author: viewer.login,
      ...(manages && {
        assignees: data.assignees,
        labels: data.labels.filter((name) => tracker.labels.some((label) => label.name === name)),
        milestone: tracker.milestones.find((row) => row.id === data.milestone)?.id ?? null,
      }),
    });
    return c.json(issueJson(issue, { context, repository, tracker, author: viewer }));
  });
}

/** Who may open issues, by the repository's option (GB-73). */
function mayPost(context: GitBucketContext, repository: RepositoryRecord, viewer: Viewer): boolean {
  if (repository.issuesOption === 'DISABLE') return false;
  if (repository.issuesOption === 'ALL') return !repository.private;
  if (repository.issuesOption === 'PRIVATE') return context.canWrite(viewer, repository);
  return hasAnyRole(context, repository, viewer);
}

/** Guests and better: those who could read the repository if it were private. */
function hasAnyRole(context: GitBucketContext, repository: RepositoryRecord, viewer: Viewer): boolean {
  return context.canRead(viewer, { ...repository, private: true });
}
