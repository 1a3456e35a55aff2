import { steps } from '../steps/index.ts';
import { planOfOthers, planUnreadable, wrongUsage } from '../failures/usage.ts';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Config } from '../config/schema.ts';
import type { SelectionFlags } from '../environment.ts';

import type { Plan } from '../model/plan.ts';
import { withSettings } from '../plan/build.ts';
import type { Selection } from '../plan/selection.ts';
import { parsePlan } from '../report/schema.ts';
import { selectionOf } from './session.ts';

export type WantedFlags = SelectionFlags & { plan?: string; prune?: boolean };

/** What a migration shall do: what the command line selects, or what a plan file says. */
export type Wanted = { config: Config; selection: Selection; prune: boolean; earlier: Plan | null };

/** @throws usage, plan-unreadable, plan-of-others */
export async function wantedBy(flags: WantedFlags, config: Config, cwd: string): Promise<Wanted> {
  if (flags.plan === undefined) {
    return { config, selection: selectionOf(flags, config), prune: flags.prune ?? false, earlier: null };
  }
  if (flags.all || flags.group || flags.user || flags.repo || flags.prune) {
    throw wrongUsage('', {
      detail: '--plan does what the plan says: leave out --all, --group, --user, --repo and --prune',
    });
  }
  const earlier = await readPlan(resolve(cwd, flags.plan), config);
  const { settings } = earlier;
  return {
    config: withSettings(config, settings),
    selection: selectPlanned(earlier),
    prune: settings.prune,
    earlier,
  };
}

async function readPlan(file: string, config: Config): Promise<Plan> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw planUnreadable(file, { detail: (error as Error).message }, error);
  }
  const plan = parsePlan(text, file, steps);
  const { source, target } = plan;
  if (source.url !== config.source.url || target.url !== config.target.url) {
    throw planOfOthers(file, { source: source.url, target: target.url });
  }
  return plan;
}

/** Exactly the groups and repositories of a plan; what is not on the source any more is for the comparison to tell. */
function selectPlanned(plan: Plan): Selection {
  const groups = new Set(plan.groups.map(({ id }) => id));
  const projects = new Set(plan.projects.map(({ id }) => id));
  const owners = new Set([...groups, ...plan.projects.map(({ repository }) => repository.owner)]);
  return {
    all: false,
    ownerMatters: ({ login }) => owners.has(login),
    ownerSelected: ({ login }) => groups.has(login),
    repositorySelected: ({ owner, name }) => projects.has(`${owner}/${name}`),
    named: { owners: [...owners], repositories: [...projects] },
    rules: { groups: [], users: [], repositories: [], exclusions: [] },
  };
}
