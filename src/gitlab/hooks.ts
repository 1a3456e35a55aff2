import * as z from 'zod';
import type { HookEventName, TargetSettings } from '../model/target-settings.ts';
import type { GitLabClient } from './client.ts';
import { unlessHidden } from './errors.ts';

/** In gitbeaker's spelling and in GitLab's own. */
const fields = {
  push: ['pushEvents', 'push_events'],
  'tag-push': ['tagPushEvents', 'tag_push_events'],
  issues: ['issuesEvents', 'issues_events'],
  'merge-requests': ['mergeRequestsEvents', 'merge_requests_events'],
  notes: ['noteEvents', 'note_events'],
  wiki: ['wikiPageEvents', 'wiki_page_events'],
  releases: ['releasesEvents', 'releases_events'],
  deployments: ['deploymentEvents', 'deployment_events'],
} as const satisfies Record<HookEventName, readonly [string, string]>;

/** GitLab's own field of each event. */
export const hookFields: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(fields).map(([event, [, field]]) => [event, field]),
);

const named = Object.entries(fields) as [HookEventName, (typeof fields)[HookEventName]][];

const Hook = z.looseObject({
  id: z.number(),
  url: z.string(),
  alert_status: z.string().nullish(),
});

/** Webhooks of projects (GL-460, GL-467). */
export function createHookVerbs(
  gitlab: GitLabClient,
): Pick<TargetSettings, 'hooks' | 'addHook' | 'setHookEvents'> {
  return {
    async hooks(projectId) {
      const path = `/projects/${projectId}/hooks`;
      const hooks = await unlessHidden(gitlab.list({ path, type: Hook, object: String(projectId) }));
      return (
        hooks?.map((hook) => ({
          id: hook.id,
          url: hook.url,
          events: named.filter(([, [, key]]) => hook[key] === true).map(([event]) => event),
          failing: (hook.alert_status ?? 'executable') !== 'executable',
        })) ?? null
      );
    },
    async addHook({ id, fullPath }, { url, secret, events }) {
      await gitlab.request(`webhook of ${fullPath}`, z.unknown(), (api) =>
        api.ProjectHooks.add(id, url, {
          ...flagsOf(events),
          ...(secret === null ? {} : { token: secret }),
        }),
      );
    },
    async setHookEvents({ id, fullPath }, { id: hookId, url }, events) {
      await gitlab.request(`webhook of ${fullPath}`, z.unknown(), (api) =>
        api.ProjectHooks.edit(id, hookId, url, flagsOf(events)),
      );
    },
  };
}

/** All of them: pushes are on unless they are named (GL-467). */
function flagsOf(events: readonly HookEventName[]): Record<string, boolean> {
  return Object.fromEntries(named.map(([event, [field]]) => [field, events.includes(event)]));
}
