import type { Hono } from 'hono';
import * as z from 'zod';
import { emptyJson, notFound, serverError } from '../answers.ts';
import type { GitBucketContext, GitBucketEnv } from '../context.ts';
import { jsonBody } from './body.ts';
import { intParam, openRepository } from './opened.ts';
import type { HookState, TrackerState } from './state.ts';

const HOOKS = '/api/v3/repos/:owner/:repository/hooks';

const EVENTS: ReadonlySet<string> = new Set([
  'commit_comment',
  'create',
  'delete',
  'deployment',
  'deployment_status',
  'fork',
  'gollum',
  'issue_comment',
  'issues',
  'member',
  'page_build',
  'public',
  'pull_request',
  'pull_request_review_comment',
  'push',
  'release',
  'status',
  'team_add',
  'watch',
]);

const NEW_HOOK = z.object({
  config: z.object({
    url: z.string(),
    content_type: z.enum(['form', 'json']).default('form'),
    secret: z.string().nullish(),
  }),
  events: z.array(z.string()).default(['push']),
});

/** Webhooks of repositories, by API from 4.35 on; whoever can read may list them, nobody sees the secret. */
export function registerHooks(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  if (context.minor < 35) return;

  app.get(HOOKS, (c) => {
    const opened = openRepository(c, context, 'read');
    if (opened instanceof Response) return opened;
    const { repository, tracker } = opened;
    // Without events a hook is not listed at all (GB-220).
    const hooks = tracker.hooks.filter((hook) => hook.events.length > 0);
    const sorted = hooks.sort((a, b) => (a.url < b.url ? -1 : 1));
    return c.json(sorted.map((hook) => hookJson(hook, context, `${repository.owner}/${repository.name}`)));
  });

  app.get(`${HOOKS}/:id`, (c) => {
    const opened = openRepository(c, context, 'read');
    if (opened instanceof Response) return opened;
    const id = intParam(c, 'id');
    if (id === undefined) return serverError(c);
    const found = hookAnywhere(context, id);
    return found ? c.json(hookJson(found.hook, context, found.fullName)) : notFound(c);
  });

  app.post(HOOKS, async (c) => {
    const opened = openRepository(c, context, 'write');
    if (opened instanceof Response) return opened;
    const { repository, tracker } = opened;
    const data = await jsonBody(c, NEW_HOOK);
    if (!data) return notFound(c);
    const { url, content_type: contentType, secret } = data.config;
    const known = data.events.every((event) => EVENTS.has(event));
    if (!known || tracker.hooks.some((hook) => hook.url === url)) return serverError(c);
    const events = [...new Set(data.events)].sort();
    const hook = insertHook(context, tracker, { url, contentType, events, secret: secret ?? null });
    if (events.length === 0) return emptyJson(c);
    return c.json(hookJson(hook, context, `${repository.owner}/${repository.name}`));
  });
}

export function insertHook(
  context: GitBucketContext,
  tracker: TrackerState,
  hook: Omit<HookState, 'id'>,
): HookState {
  const row = { id: context.nextId('hook'), ...hook };
  tracker.hooks.push(row);
  context.changed();
  return row;
}

/** The id is not checked against the repository in the path (GB-221). */
function hookAnywhere(
  context: GitBucketContext,
  id: number,
): { hook: HookState; fullName: string } | undefined {
  for (const [fullName, tracker] of Object.entries(context.state.tracker)) {
    const hook = tracker.hooks.find((row) => row.id === id && row.events.length > 0);
    if (hook) return { hook, fullName };
  }
  return undefined;
}

/** GB-220; the URL lacks `/repos`. */
function hookJson(hook: HookState, context: GitBucketContext, fullName: string) {
  return {
    type: 'Repository',
    id: hook.id,
    name: 'web',
    active: true,
    events: hook.events,
    config: { content_type: hook.contentType, url: hook.url },
    url: `${context.url()}/api/v3/${fullName}/hooks/${hook.id}`,
  };
}
