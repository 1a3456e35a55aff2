import type { Hono } from 'hono';
import * as z from 'zod';
import { notFound, serverError } from '../answers.ts';
import type { GitBucketContext, GitBucketEnv } from '../context.ts';
import { jsonBody } from './body.ts';
import { milestoneJson } from './milestone-json.ts';
import { intParam, openRepository } from './opened.ts';
import type { MilestoneState, TrackerState } from './state.ts';

const MILESTONES = '/api/v3/repos/:owner/:repository/milestones';

const MILESTONE = z.object({
  title: z.string().regex(/^[a-zA-Z0-9\-+_.]{1,100}$/),
  state: z.string().default('open'),
  description: z.string().nullish(),
  due_on: z.iso.datetime().nullish(),
});

/** Milestones, by API from 4.35 on. */
export function registerMilestones(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  if (context.minor < 35) return;

  app.get(MILESTONES, (c) => {
    const opened = openRepository(c, context, 'read');
    if (opened instanceof Response) return opened;
    const { repository, tracker } = opened;
    const state = c.req.query('state') ?? 'all';
    if (!['all', 'open', 'closed'].includes(state)) return notFound(c);
    const newestFirst = tracker.milestones.toSorted((a, b) => b.id - a.id);
    const rendered = newestFirst.map((row) => milestoneJson(row, context, repository, tracker));
    return c.json(rendered.filter((row) => state === 'all' || row.state === state));
  });

  app.get(`${MILESTONES}/:number`, (c) => {
    const opened = openRepository(c, context, 'read');
    if (opened instanceof Response) return opened;
    const { repository, tracker } = opened;
    const id = intParam(c, 'number');
    if (id === undefined) return serverError(c);
    const milestone = tracker.milestones.find((row) => row.id === id);
    return milestone ? c.json(milestoneJson(milestone, context, repository, tracker)) : notFound(c);
  });

  app.post(MILESTONES, async (c) => {
    const opened = openRepository(c, context, 'write');
    if (opened instanceof Response) return opened;
    const { repository, tracker } = opened;
    const data = await jsonBody(c, MILESTONE);
    if (!data) return notFound(c);
    const milestone = insertMilestone(context, tracker, {
      title: data.title,
      description: data.description ?? null,
      dueAt: instant(data.due_on),
      closedAt: null,
    });
    return c.json(milestoneJson(milestone, context, repository, tracker));
  });

  app.patch(`${MILESTONES}/:number`, async (c) => {
    const opened = openRepository(c, context, 'write');
    if (opened instanceof Response) return opened;
    const { repository, tracker } = opened;
    const id = intParam(c, 'number');
    if (id === undefined) return serverError(c);
    const data = await jsonBody(c, MILESTONE);
    const milestone = tracker.milestones.find((row) => row.id === id);
    if (!data || !milestone) return notFound(c);
    milestone.title = data.title;
    milestone.description = data.description ?? null;
    milestone.dueAt = instant(data.due_on);
    if (data.state === 'open') milestone.closedAt = null;
    if (data.state === 'closed') milestone.closedAt ??= context.now();
    context.changed();
    return c.json(milestoneJson(milestone, context, repository, tracker));
  });
}

/** Numbers are given out over the whole server, not per repository (GB-191). */
export function insertMilestone(
  context: GitBucketContext,
  tracker: TrackerState,
  milestone: Omit<MilestoneState, 'id'>,
): MilestoneState {
  const row = { id: context.nextId('milestone'), ...milestone };
  tracker.milestones.push(row);
  context.changed();
  return row;
}

function instant(date: string | null | undefined): number | null {
  return date ? Date.parse(date) : null;
}
