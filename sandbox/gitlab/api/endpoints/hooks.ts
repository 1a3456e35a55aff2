import type { Project, Webhook } from '../../state.ts';
import { created, noContent, ok, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { ApiError, failure } from '../errors.ts';
import { findManagedProject } from '../lookup.ts';
import { page, PAGING } from '../pagination.ts';
import { flagOf, textOf, type Param } from '../params.ts';

/** What each event is until it is named (GL-467). */
const EVENTS: Readonly<Record<string, boolean>> = {
  push_events: true,
  tag_push_events: false,
  merge_requests_events: false,
  repository_update_events: false,
  issues_events: false,
  confidential_issues_events: false,
  note_events: false,
  confidential_note_events: false,
  pipeline_events: false,
  wiki_page_events: false,
  deployment_events: false,
  feature_flag_events: false,
  job_events: false,
  releases_events: false,
  milestone_events: false,
  emoji_events: false,
  resource_access_token_events: false,
};

const FIELDS: Record<string, Param> = {
  token: { type: 'string' },
  enable_ssl_verification: { type: 'boolean' },
  ...Object.fromEntries(Object.keys(EVENTS).map((name) => [name, { type: 'boolean' }])),
};

/** GitLab's free plan takes so many of one project. */
const MOST = 100;

/** Webhooks of projects (GL-460, GL-467). */
export const hookEndpoints: Endpoint[] = [
  {
    method: 'GET',
    path: '/projects/:id/hooks',
    access: 'user',
    declares: { fields: PAGING },
    run: (call) => page(call, hooksOf(findManagedProject(call)), hookEntity),
  },
  {
    method: 'POST',
    path: '/projects/:id/hooks',
    access: 'user',
    declares: { fields: { url: { type: 'string', required: true }, ...FIELDS } },
    run: add,
  },
  {
    method: 'PUT',
    path: '/projects/:id/hooks/:hook_id',
    access: 'user',
    declares: { fields: { url: { type: 'string' }, ...FIELDS } },
    run: update,
  },
  { method: 'DELETE', path: '/projects/:id/hooks/:hook_id', access: 'user', run: remove },
];

function hooksOf(project: Project): Webhook[] {
  return (project.hooks ??= []);
}

function checked({ context }: UserCall, url: string): string {
  const { settings } = context;
  let host = '';
  try {
    const { protocol, hostname } = new URL(url);
    host = protocol === 'http:' || protocol === 'https:' ? hostname : '';
  } catch {
    // No address at all.
  }
  const local = /^(?:localhost|127\.|10\.|192\.168\.|\[::1\])/.test(host);
  if (host === '' || (local && !settings.localHooks)) throw new ApiError(422, { error: 'Invalid url given' });
  return url;
}

function add(call: UserCall): Reply {
  const { context, params } = call;
  const hooks = hooksOf(findManagedProject(call));
  const url = checked(call, (textOf(params, 'url') ?? '').trim());
  if (hooks.length >= MOST)
    throw failure(422, { base: [`Maximum number of project hooks (${MOST}) exceeded`] });
  const hook: Webhook = {
    id: context.state.nextId.other++,
    url,
    token: textOf(params, 'token') ?? null,
    verifyTls: flagOf(params, 'enable_ssl_verification') ?? true,
    events: eventsIn(call, EVENTS),
  };
  hooks.push(hook);
  context.changed();
  return created(hookEntity(hook));
}

function eventsIn({ params }: UserCall, before: Readonly<Record<string, boolean>>): Record<string, boolean> {
  return Object.fromEntries(
    Object.entries(before).map(([name, value]) => [name, flagOf(params, name) ?? value]),
  );
}

function find(call: UserCall, hooks: Webhook[]): Webhook {
  const found = hooks.find(({ id }) => id === Number(call.route['hook_id']));
  if (!found) throw failure(404, '404 Not found');
  return found;
}

function update(call: UserCall): Reply {
  const { params } = call;
  const hook = find(call, hooksOf(findManagedProject(call)));
  hook.url = checked(call, (textOf(params, 'url') ?? hook.url).trim());
  hook.token = textOf(params, 'token') ?? hook.token;
  hook.events = eventsIn(call, hook.events);
  call.context.changed();
  return ok(hookEntity(hook));
}

function remove(call: UserCall): Reply {
  const project = findManagedProject(call);
  const found = find(call, hooksOf(project));
  project.hooks = hooksOf(project).filter((each) => each !== found);
  call.context.changed();
  return noContent();
}

/** The secret is shown to nobody. */
function hookEntity({ id, url, verifyTls, events, failing = false }: Webhook): Record<string, unknown> {
  return {
    id,
    url,
    name: null,
    enable_ssl_verification: verifyTls,
    alert_status: failing ? 'temporarily_disabled' : 'executable',
    disabled_until: null,
    ...events,
  };
}
