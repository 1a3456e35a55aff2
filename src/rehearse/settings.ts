import type { Project, State } from '../../sandbox/gitlab.ts';
import { plannedStep, type PlannedProject } from '../model/plan.ts';
import type { EnabledKey, HookEventName, TargetHook } from '../model/target-settings.ts';
import type { GitLabTarget } from '../gitlab/target.ts';
import { hookFields } from '../gitlab/hooks.ts';
import { publicKey } from '../plan/ssh-keys.ts';
import { deployKeys } from '../steps/deploy-keys.ts';
import { hooks } from '../steps/hooks.ts';

/** Keys and webhooks of a project, as far as the migration would look at them. */
export type SnapshotSettings = { deployKeys?: EnabledKey[]; hooks?: TargetHook[] };

/** What the steps that set a project up would find there. */
export async function readProjectSettings(
  item: PlannedProject,
  id: number,
  target: GitLabTarget,
): Promise<SnapshotSettings> {
  const [keys, found] = await Promise.all([
    plannedStep(item, deployKeys.name) === null ? null : target.deployKeys(id),
    plannedStep(item, hooks.name) === null ? null : target.hooks(id),
  ]);
  return { ...(keys && { deployKeys: keys }), ...(found && { hooks: found }) };
}

/** The keys of all these projects, each once. */
export function stagedKeys(
  projects: readonly SnapshotSettings[],
  userId: number,
  createdAt: string,
): NonNullable<State['keys']> {
  const found = projects.flatMap(({ deployKeys: keys = [] }) => keys);
  return [...new Map(found.map((key) => [key.id, key])).values()].map(({ id, title, key }) => {
    const fingerprint = publicKey(key)?.fingerprint ?? '';
    return { id, title, key, fingerprint, userId, deploy: true, createdAt };
  });
}

/** The same of one project, as the embedded GitLab keeps it. */
export function stagedSettings({
  deployKeys: keys,
  hooks: found,
}: SnapshotSettings): Pick<Project, 'deployKeys' | 'hooks'> {
  return {
    ...(keys && { deployKeys: keys.map(({ id, canPush }) => ({ keyId: id, canPush })) }),
    ...(found && {
      hooks: found.map(({ id, url, events, failing }) => ({
        id,
        url,
        token: null,
        verifyTls: true,
        failing,
        events: eventsOf(events),
      })),
    }),
  };
}

function eventsOf(events: readonly HookEventName[]): Record<string, boolean> {
  return Object.fromEntries(
    Object.entries(hookFields).map(([event, field]) => [field, events.includes(event as HookEventName)]),
  );
}

/** Ids that are used already in the number space of what has no own one. */
export function idsOfSettings({ deployKeys: keys = [], hooks: found = [] }: SnapshotSettings): number[] {
  return [...keys, ...found].map(({ id }) => id);
}

/** Of an uploaded picture only the name counts. */
export function pictureIn(address: string | null | undefined): { avatar?: string } {
  const name = address?.includes('/uploads/')
    ? address
        .replace(/[?#].*$/, '')
        .split('/')
        .at(-1)
    : '';
  return name ? { avatar: name } : {};
}
