import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Notice } from '../model/notice.ts';
import type { Webhook, Webhooks } from '../model/people.ts';
import { hookEvents } from '../model/target-settings.ts';

/** What a webhook of the target can be called for. */
export const HookEvent = z.enum(hookEvents);
type HookEvent = z.infer<typeof HookEvent>;

const pushes: readonly HookEvent[] = ['push', 'tag-push'];

/** By GitBucket's words; it has a push for branches and tags alike. */
const events: Readonly<Record<string, readonly HookEvent[]>> = {
  push: pushes,
  create: pushes,
  delete: pushes,
  issues: ['issues'],
  pull_request: ['merge-requests'],
  issue_comment: ['notes'],
  commit_comment: ['notes'],
  pull_request_review_comment: ['notes'],
  gollum: ['wiki'],
  release: ['releases'],
  deployment: ['deployments'],
  deployment_status: ['deployments'],
};

/** The address of a webhook may be a secret itself: it is told by its hash, and shown by its host. */
export const WantedHook = z.object({
  id: z.string().describe('Hash of the address'),
  host: z.string(),
  events: z.array(HookEvent),
});
export type WantedHook = z.infer<typeof WantedHook>;

export function hookId(url: string): string {
  return createHash('sha256').update(url.trim()).digest('hex').slice(0, 16);
}

function hostIn(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'an address that is none';
}

/** The webhooks that can be made, and what is to be told of these and of the others. */
export function wantedHooks(
  object: string,
  { hooks }: Webhooks,
): { wanted: WantedHook[]; notices: Notice[] } {
  const wanted: WantedHook[] = [];
  const notices: Notice[] = [];
  for (const hook of hooks) {
    const { mapped, lost } = eventsOf(hook);
    const host = hostIn(hook.url);
    if (lost.length > 0) notices.push(lostEvents(object, host, lost));
    if (mapped.length === 0) notices.push(silentHook(object, host));
    else if (hidesSecret(hook)) notices.push(unknownSecret(object, host));
    else wanted.push({ id: hookId(hook.url), host, events: mapped });
  }
  if (wanted.length > 0) notices.push(otherForm(object, wanted));
  return { wanted, notices };
}

/** Without its secret a receiver would refuse it, or take everybody for its sender. */
export function hidesSecret({ signed, secret }: Webhook): boolean {
  return signed !== false && secret === null;
}

function eventsOf(hook: Webhook): { mapped: HookEvent[]; lost: string[] } {
  const mapped = new Set(hook.events.flatMap((event) => events[event] ?? []));
  return {
    mapped: HookEvent.options.filter((event) => mapped.has(event)),
    lost: hook.events.filter((event) => events[event] === undefined),
  };
}

function lostEvents(object: string, host: string, lost: readonly string[]): Notice {
  const message = `its webhook to ${host} is not called for ${lost.join(', ')} on GitLab, which has no such events`;
  return { code: 'hook-events', object, message, fix: '' };
}

function silentHook(object: string, host: string): Notice {
  const message = `its webhook to ${host} is called for nothing that GitLab knows, and does not move`;
  return { code: 'hook-silent', object, message, fix: '' };
}

function unknownSecret(object: string, host: string): Notice {
  const message = `its webhook to ${host} has a secret that cannot be read, or may have one, and does not move`;
  const fix =
    'add the webhook on GitLab (Settings > Webhooks); or, unless this is an import (an export holds no secrets), set "username" and "password" of an administrator under "source" in the config and run again';
  return { code: 'hook-secret', object, message, fix };
}

function otherForm(object: string, wanted: readonly WantedHook[]): Notice {
  const hosts = [...new Set(wanted.map(({ host }) => host))].join(', ');
  const message = `its webhooks to ${hosts} get GitLab's JSON, and their secret as it is in X-Gitlab-Token: see to it that the receivers understand it`;
  return { code: 'hook-form', object, message, fix: '' };
}

/** What is done about a webhook: `events` of that on the target; null when there is none at this address. */
export function hookVerdict(
  wanted: WantedHook,
  there: readonly HookEvent[] | null,
  known: { events?: readonly HookEvent[] | undefined; open?: true | undefined } | undefined,
): 'right' | 'add' | 'change' | 'kept' {
  if (there === null) return known === undefined || known.open === true ? 'add' : 'kept';
  if (isSame(there, wanted.events)) return 'right';
  const ours = known?.open === true || (known?.events !== undefined && isSame(known.events, there));
  return ours ? 'change' : 'kept';
}

function isSame(one: readonly HookEvent[], other: readonly HookEvent[]): boolean {
  return one.length === other.length && one.every((event) => other.includes(event));
}
