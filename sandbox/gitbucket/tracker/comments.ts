import type { Hono } from 'hono';
import * as z from 'zod';
import { notFound, serverError } from '../answers.ts';
import type { GitBucketContext, GitBucketEnv } from '../context.ts';
import { isoSeconds } from '../dates.ts';
import type { AccountRecord, RepositoryRecord } from '../state.ts';
import { jsonBody } from './body.ts';
import { insertComment } from './insert.ts';
import { intParam, openRepository } from './opened.ts';
import type { CommentAction, CommentState, IssueState, TrackerState } from './state.ts';

const REPOSITORY = '/api/v3/repos/:owner/:repository';
const NEW_COMMENT = z.object({ body: z.string() });

/** Everything else (merge, close, references, renamed titles, …) stays in the database (GB-187). */
const SHOWN: ReadonlySet<CommentAction> = new Set(['comment', 'close_comment', 'reopen_comment']);

/** Comments of issues and of pull requests. */
export function registerComments(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  app.get(`${REPOSITORY}/issues/comments/:id`, (c) => {
    const opened = openRepository(c, context, 'read');
    if (opened instanceof Response) return opened;
    const id = intParam(c, 'id');
    if (id === undefined) return serverError(c);
    const comment = shown(opened.tracker).find((row) => row.id === id);
    const issue = opened.tracker.issues.find((row) => row.number === comment?.issue);
    const author = comment && context.anyAccount(comment.author);
    if (!comment || !issue || !author) return notFound(c);
    return c.json(commentJson(comment, { context, repository: opened.repository, issue, author }));
  });

  app.get(`${REPOSITORY}/issues/:id/comments`, (c) => {
    const opened = openRepository(c, context, 'read');
    if (opened instanceof Response) return opened;
    const { repository, tracker } = opened;
    const number = intParam(c, 'id');
    if (number === undefined) return notFound(c);
    const issue = tracker.issues.find((row) => row.number === number);
    if (!issue) return c.json([]);
    const comments = shown(tracker).filter((row) => row.issue === number);
    const rendered = comments.flatMap((comment) => {
      const author = context.anyAccount(comment.author);
      return author ? [commentJson(comment, { context, repository, issue, author })] : [];
    });
    return c.json(rendered);
  });

  app.post(`${REPOSITORY}/issues/:id/comments`, async (c) => {
    const opened = openRepository(c, context, 'read');
    if (opened instanceof Response) return opened;
    const { repository, tracker, viewer } = opened;
    const number = intParam(c, 'id');
    const issue = tracker.issues.find((row) => row.number === number);
    const data = await jsonBody(c, NEW_COMMENT);
    if (!issue || !data || data.body === '') return notFound(c);
    const asked = c.req.query('action');
    if (!viewer) return asked === undefined ? notFound(c) : serverError(c);
    const mayAct = context.canWrite(viewer, repository) || issue.author === viewer.login;
    const action = mayAct ? turn(issue, asked) : 'comment';
    const comment = insertComment(context, tracker, {
      issue,
      author: viewer.login,
      body: data.body,
      action,
    });
    return c.json(commentJson(comment, { context, repository, issue, author: viewer }));
  });
}

/** Closes or reopens when asked and not already so; tells under which action the comment is stored. */
function turn(issue: IssueState, asked: string | undefined): CommentAction {
  if (asked === 'close' && !issue.closed) {
    issue.closed = true;
    return 'close_comment';
  }
  if (asked === 'reopen' && issue.closed) {
    issue.closed = false;
    return 'reopen_comment';
  }
  return 'comment';
}

function shown(tracker: TrackerState): CommentState[] {
  return tracker.comments.filter((row) => SHOWN.has(row.action));
}

/** GB-187. */
function commentJson(
  comment: CommentState,
  parts: {
    context: GitBucketContext;
    repository: RepositoryRecord;
    issue: IssueState;
    author: AccountRecord;
  },
) {
  const { context, repository, issue, author } = parts;
  const kind = issue.pull === null ? 'issues' : 'pull';
  const page = `${context.url()}/${repository.owner}/${repository.name}/${kind}/${issue.number}`;
  return {
    id: comment.id,
    user: context.userJson(author),
    body: comment.body,
    created_at: isoSeconds(comment.createdAt),
    updated_at: isoSeconds(comment.updatedAt),
    html_url: `${page}#comment-${comment.id}`,
  };
}
