import type { Context } from './context.ts';
import { groupsAbove } from './groups.ts';
import type { Project } from './state.ts';

/** A chat, a ticket system, a CI server, … that hears of what happens in a project. */
export type Integration = {
  slug: string;
  active: boolean;
  /** Where its settings come from; null when they are its own. */
  inheritedFrom: 'instance' | number | null;
};

/** One call of an integration, for tests to read. */
export type IntegrationCall = { project: string; slug: string; event: 'push' | 'tag_push' | 'wiki_page' };

/** What a new project copies: of each kind the nearest of its groups, else the server's own (GL-368). */
export function inheritedIntegrations({ routes, settings }: Context, namespaceId: number): Integration[] {
  const found = new Map<string, Integration>();
  const group = routes.group(namespaceId);
  for (const { id, integrations = [] } of group === null ? [] : groupsAbove({ routes }, group))
    for (const slug of integrations)
      if (!found.has(slug)) found.set(slug, { slug, active: true, inheritedFrom: id });
  for (const slug of settings.integrations)
    if (!found.has(slug)) found.set(slug, { slug, active: true, inheritedFrom: 'instance' });
  return [...found.values()];
}

/** Calls what is active when the job comes to it, not when the push did (GL-369). */
export function callIntegrations(context: Context, project: Project, event: IntegrationCall['event']): void {
  for (const { slug, active } of project.integrations ?? [])
    if (active) context.integrationCalls.push({ project: project.fullPath, slug, event });
}
