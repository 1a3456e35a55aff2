import { createHash } from 'node:crypto';
import type { Hono } from 'hono';
import * as z from 'zod';
import { notFound, serverError } from '../answers.ts';
import type { GitBucketContext, GitBucketEnv } from '../context.ts';
import { jsonBody } from './body.ts';
import { insertComment } from './insert.ts';
import { labelsOf } from './issue-json.ts';
import { labelJson } from './label-json.ts';
import { intParam, openRepository, param } from './opened.ts';
import type { LabelState, TrackerState } from './state.ts';

const REPOSITORY = '/api/v3/repos/:owner/:repository';

const NEW_LABEL = z.object({
  name: z
    .string()
    .max(100)
    .regex(/^(?![_-])/),
  color: z.string().regex(/^[a-fA-F0-9+_.]{6}$/),
});
const LABEL_NAMES = z.object({ labels: z.array(z.string()).default([]) });

/** Labels of the repository and of single issues. */
export function registerLabels(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  app.get(`${REPOSITORY}/labels`, (c) => {
    const opened = openRepository(c, context, 'read');
    if (opened instanceof Response) return opened;
    const { repository, tracker } = opened;
    return c.json(sortedLabels(tracker).map((label) => labelJson(label, context, repository)));
  });

  app.get(`${REPOSITORY}/labels/:label`, (c) => {
    const opened = openRepository(c, context, 'read');
    if (opened instanceof Response) return opened;
    const label = opened.tracker.labels.find((row) => row.name === param(c, 'label'));
    return label ? c.json(labelJson(label, context, opened.repository)) : notFound(c);
  });

  app.post(`${REPOSITORY}/labels`, async (c) => {
    const opened = openRepository(c, context, 'write');
    if (opened instanceof Response) return opened;
    const { repository, tracker } = opened;
    const data = await jsonBody(c, NEW_LABEL);
    if (!data) return notFound(c);
    if (tracker.labels.some((row) => row.name === data.name)) return c.json(DUPLICATE, 422);
    tracker.labels.push(data);
    context.changed();
    return c.json(labelJson(data, context, repository), 201);
  });

  app.get(`${REPOSITORY}/issues/:id/labels`, (c) => {
    const opened = openRepository(c, context, 'read');
    if (opened instanceof Response) return opened;
    const { repository, tracker } = opened;
    const number = intParam(c, 'id');
    if (number === undefined) return serverError(c);
    const issue = tracker.issues.find((row) => row.number === number);
    return c.json(issue ? labelsOf(issue, context, repository, tracker) : []);
  });

  app.post(`${REPOSITORY}/issues/:id/labels`, async (c) => {
    const opened = openRepository(c, context, 'write');
    if (opened instanceof Response) return opened;
    const { repository, tracker, viewer } = opened;
    const number = intParam(c, 'id');
    const issue = tracker.issues.find((row) => row.number === number);
    const data = await jsonBody(c, LABEL_NAMES);
    // A label for an issue that does not exist breaks a foreign key, one given twice a primary key.
    if (!issue || !viewer || !data || data.labels.some((name) => issue.labels.includes(name))) {
      return serverError(c);
    }
    for (const name of data.labels) {
      issue.labels.push(foundOrMade(tracker, name).name);
      insertComment(context, tracker, { issue, author: viewer.login, body: name, action: 'add_label' });
    }
    return c.json(data.labels.map((name) => labelJson(foundOrMade(tracker, name), context, repository)));
  });
}

/** GB-38. */
const DUPLICATE = {
  message: 'Validation Failed',
  documentation_url: 'https://developer.github.com/v3/issues/labels/#create-a-label',
};

/** By name in the database's order: capitals first (GB-189). */
function sortedLabels(tracker: TrackerState): LabelState[] {
  return tracker.labels.toSorted((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
}

/** Unknown names become labels with a colour made from their MD5. */
function foundOrMade(tracker: TrackerState, name: string): LabelState {
  const known = tracker.labels.find((row) => row.name === name);
  if (known) return known;
  const made = { name, color: createHash('md5').update(name).digest('hex').slice(0, 6) };
  tracker.labels.push(made);
  return made;
}
