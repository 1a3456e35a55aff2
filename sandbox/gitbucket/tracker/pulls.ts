import type { Hono } from 'hono';
import * as z from 'zod';
import { emptyJson, notFound, serverError } from '../answers.ts';
import type { GitBucketContext, GitBucketEnv } from '../context.ts';
import type { RepositoryRecord } from '../state.ts';
import { jsonBody } from './body.ts';
import { searchIssues } from './issue-filter.ts';
import { intParam, openRepository } from './opened.ts';
import { createPull } from './pull-create.ts';
import { pullCommits, type PullCommit } from './pull-git.ts';
import { pullJson, type PullJson } from './pull-json.ts';
import type { IssueState, PullState, TrackerState } from './state.ts';

const PULLS = '/api/v3/repos/:owner/:repository/pulls';

const NEW_PULL = z.object({
  title: z.string(),
  head: z.string(),
  base: z.string(),
  body: z.string().nullish(),
  draft: z.boolean().nullish(),
});

/** Pull requests: list, single, create, commits. */
export function registerPulls(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  app.get(PULLS, (c) => {
    const opened = openRepository(c, context, 'read');
    if (opened instanceof Response) return opened;
    const { repository, tracker } = opened;
    // The list says of every head that it is in the base repository, and that this has no forks (GB-70, GB-200).
    const headRepo = { ...context.repositoryJson(repository), forks: 0, forks_count: 0 };
    const pulls = searchIssues(c, tracker, 'pull', context.minor).flatMap((issue) => {
      const author = context.anyAccount(issue.author);
      if (!author || !isPull(issue.pull)) return [];
      return [pullJson(issue, issue.pull, { context, repository, tracker, author, headRepo })];
    });
    return c.json(pulls);
  });

  app.get(`${PULLS}/:id`, (c) => {
    const opened = openRepository(c, context, 'read');
    if (opened instanceof Response) return opened;
    const number = intParam(c, 'id');
    if (number === undefined) return notFound(c);
    const single = singlePull(number, context, opened.repository, opened.tracker);
    if (single === 'broken') return serverError(c);
    return single ? c.json(single) : emptyJson(c);
  });

  app.get(`${PULLS}/:id/commits`, async (c) => {
    const opened = openRepository(c, context, 'read');
    if (opened instanceof Response) return opened;
    const { repository, tracker } = opened;
    const pull = tracker.issues.find((row) => row.number === intParam(c, 'id'))?.pull;
    if (!isPull(pull)) return notFound(c);
    const gitDir = context.gitDir(repository.owner, repository.name);
    try {
      const commits = await pullCommits(gitDir, pull.baseSha, pull.headSha);
      return c.json(commits.map((commit) => commitJson(commit, context, repository)));
    } catch {
      return serverError(c);
    }
  });

  app.post(PULLS, async (c) => {
    const opened = openRepository(c, context, 'read');
    if (opened instanceof Response) return opened;
    const { repository, tracker, viewer } = opened;
    const data = await jsonBody(c, NEW_PULL);
    if (!data) return c.body('', 400);
    const [owner, branch] = data.head.includes(':')
      ? (data.head.split(':', 2) as [string, string])
      : [repository.owner, data.head];
    const headRepository = context.repository(owner, repository.name);
    if (!headRepository || !viewer) return viewer ? notFound(c) : serverError(c);
    const made = await createPull(context, repository, tracker, {
      title: data.title,
      body: data.body ?? null,
      author: viewer.login,
      base: data.base,
      head: { owner, name: repository.name, branch },
      draft: data.draft ?? false,
    });
    const single = made && singlePull(made.number, context, repository, tracker);
    return single && single !== 'broken' ? c.json(single) : notFound(c);
  });
}

/** Nothing when opener, head owner or head repository cannot be found: the answer is then 200 without a body (GB-201). */
function singlePull(
  number: number,
  context: GitBucketContext,
  repository: RepositoryRecord,
  tracker: TrackerState,
): PullJson | 'broken' | undefined {
  const issue = tracker.issues.find((row) => row.number === number);
  if (!issue || !isPull(issue.pull)) return undefined;
  const author = context.account(issue.author);
  const head = context.repository(issue.pull.headOwner, issue.pull.headName);
  if (!author || !head) return undefined;
  if (!context.isIntact(head)) return 'broken';
  const headRepo = context.repositoryJson(head);
  return pullJson(issue, issue.pull, { context, repository, tracker, author, headRepo });
}

export function isPull(pull: IssueState['pull'] | undefined): pull is PullState {
  return typeof pull === 'object' && pull !== null;
}

/** GB-203. */
function commitJson(commit: PullCommit, context: GitBucketContext, repository: RepositoryRecord) {
  const api = `${context.url()}/api/v3/repos/${repository.owner}/${repository.name}`;
  const { sha, message, author, committer } = commit;
  return {
    sha,
    commit: { message, author, committer, url: `${api}/git/commits/${sha}` },
    parents: commit.parents.map((parent) => ({ sha: parent, url: `${api}/commits/${parent}` })),
    url: `${api}/commits/${sha}`,
  };
}
