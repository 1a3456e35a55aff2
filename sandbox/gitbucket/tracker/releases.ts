import type { Hono } from 'hono';
import * as z from 'zod';
import { notFound, serverError } from '../answers.ts';
import type { GitBucketContext, GitBucketEnv, GitBucketRequest } from '../context.ts';
import type { RepositoryRecord } from '../state.ts';
import { jsonBody } from './body.ts';
import { openRepository, param } from './opened.ts';
import { releaseJson } from './release-json.ts';
import type { ReleaseState, TrackerState } from './state.ts';

const RELEASES = '/api/v3/repos/:owner/:repository/releases';

const NEW_RELEASE = z.object({
  tag_name: z.string(),
  name: z.string().nullish(),
  body: z.string().nullish(),
});

/** Releases, by API from 4.31 on. */
export function registerReleases(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  if (context.minor < 31) return;

  app.get(RELEASES, (c) => {
    const opened = openRepository(c, context, 'read');
    if (opened instanceof Response) return opened;
    return answer(c, context, opened.repository, byUpdate(opened.tracker));
  });

  app.get(`${RELEASES}/latest`, (c) => {
    const opened = openRepository(c, context, 'read');
    if (opened instanceof Response) return opened;
    return answer(c, context, opened.repository, byUpdate(opened.tracker).at(-1));
  });

  app.get(`${RELEASES}/tags/:tag`, (c) => {
    const opened = openRepository(c, context, 'read');
    if (opened instanceof Response) return opened;
    const release = opened.tracker.releases.find((row) => row.tag === param(c, 'tag'));
    return answer(c, context, opened.repository, release);
  });

  app.post(RELEASES, async (c) => {
    const opened = openRepository(c, context, 'write');
    if (opened instanceof Response) return opened;
    const { repository, tracker, viewer } = opened;
    const data = await jsonBody(c, NEW_RELEASE);
    if (!data) return c.body('', 400);
    if (!viewer || tracker.releases.some((row) => row.tag === data.tag_name)) return serverError(c);
    const release = insertRelease(context, tracker, {
      tag: data.tag_name,
      name: data.name ?? data.tag_name,
      body: data.body ?? null,
      author: viewer.login,
    });
    return answer(c, context, repository, release);
  });
}

export type NewRelease = Pick<ReleaseState, 'tag' | 'name' | 'body' | 'author'> & { createdAt?: number };

/** Adds a release; its tag need not exist in git. */
export function insertRelease(
  context: GitBucketContext,
  tracker: TrackerState,
  release: NewRelease,
): ReleaseState {
  const at = release.createdAt ?? context.now();
  const { tag, name, body, author } = release;
  const row: ReleaseState = { tag, name, body, author, createdAt: at, updatedAt: at, assets: [] };
  tracker.releases.push(row);
  context.changed();
  return row;
}

function byUpdate(tracker: TrackerState): ReleaseState[] {
  return tracker.releases.toSorted((a, b) => a.updatedAt - b.updatedAt);
}

/** One disabled author among those asked for makes the whole answer fail (GB-211). */
function answer(
  c: GitBucketRequest,
  context: GitBucketContext,
  repository: RepositoryRecord,
  asked: ReleaseState | ReleaseState[] | undefined,
): Response {
  if (!asked) return notFound(c);
  const rendered = [asked].flat().map((release) => {
    const author = context.account(release.author);
    return author && releaseJson(release, context, repository, author);
  });
  if (rendered.includes(undefined)) return serverError(c);
  return c.json(Array.isArray(asked) ? rendered : rendered[0]);
}
