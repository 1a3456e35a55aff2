import type { Hono } from 'hono';
import { notFound, page, pageNotFound } from '../answers.ts';
import type { GitBucketContext, GitBucketEnv } from '../context.ts';
import { intParam, openPage, openRepository } from './opened.ts';
import { trialMerge } from './pull-git.ts';
import { isPull } from './pulls.ts';

/** The two GETs that write `refs/pull/N/merge` on the server (GB-110): traps for a reader. */
export function registerPullMerge(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  app.get('/api/v3/repos/:owner/:repository/pulls/:id/merge', async (c) => {
    const opened = openRepository(c, context, 'read');
    if (opened instanceof Response) return opened;
    const number = intParam(c, 'id');
    const pull = opened.tracker.issues.find((row) => row.number === number)?.pull;
    if (number === undefined || !isPull(pull)) return notFound(c);
    const { owner, name } = opened.repository;
    const conflict = await trialMerge(context.gitDir(owner, name), number, pull.baseBranch);
    // Upside down in reality too: what can be merged is "not found".
    return conflict ? c.body(null, 204) : notFound(c);
  });

  app.get('/:owner/:repository/pull/:id/mergeguide', async (c) => {
    const opened = openPage(c, context, 'read');
    if (opened instanceof Response) return opened;
    const number = intParam(c, 'id');
    const pull = opened.tracker.issues.find((row) => row.number === number)?.pull;
    if (number === undefined || !isPull(pull)) return pageNotFound(c, context);
    const { owner, name } = opened.repository;
    await trialMerge(context.gitDir(owner, name), number, pull.baseBranch);
    return page(c, '<div class="box-content">This branch was tried to be merged.</div>\n');
  });
}
