import type { Context } from './context.ts';
import type { RefUpdate } from './default-branch.ts';
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
export type IntegrationCall = { project: string; slug: string; event: 'push' | 'tag_push' };

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

/** Beyond so many refs that are created, or moved, nothing is called for them (GL-362). */
const mostRefs = 3;
/** Looks at pushes before they are taken, and tells nobody. */
const checksPushes = 'beyond-identity';
const kinds = { push: 'refs/heads/', tag_push: 'refs/tags/' } as const;

/** Calls what is active when the job comes to it, not when the push did (GL-369). */
export function callIntegrations(context: Context, project: Project, updates: readonly RefUpdate[]): void {
  for (const event of ['push', 'tag_push'] as const) {
    const refs = updates.filter(({ ref }) => ref.startsWith(kinds[event]));
    const [created, moved] = [refs.filter(isCreated).length, refs.filter((ref) => !isCreated(ref)).length];
    const due = (created <= mostRefs ? created : 0) + (moved <= mostRefs ? moved : 0);
    if (due === 0) continue;
    for (const { slug, active } of project.integrations ?? [])
      if (active && slug !== checksPushes)
        context.integrationCalls.push({ project: project.fullPath, slug, event });
  }
}

function isCreated({ old }: RefUpdate): boolean {
  return /^0+$/.test(old);
}
