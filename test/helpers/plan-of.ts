import { Config } from '../../src/config/schema.ts';
import { prepare } from '../../src/engine/prepare.ts';
import type { Runtime } from '../../src/environment.ts';
import { emptyHistory, type History } from '../../src/journal/history.ts';
import type { Plan, PlannedGroup, PlannedProject } from '../../src/model/plan.ts';
import { createSelection } from '../../src/plan/selection.ts';
import { steps } from '../../src/steps/index.ts';
import { sourceOf, targetOf } from './adapters.ts';
import { finderIn } from './prepared.ts';
import type { TestServers } from './servers.ts';
import { tempDir } from './temp-dir.ts';

export type PlanOfOptions = {
  /** Keys of the config file besides the servers. */
  config?: Record<string, unknown>;
  /** Token for GitLab; the administrator's when absent. */
  token?: string;
  history?: History;
};

/** The plan of the whole source, decided in this process. */
export async function planOf(
  { gitbucket, gitlab }: Pick<TestServers, 'gitbucket' | 'gitlab'>,
  { config = {}, token, history = emptyHistory() }: PlanOfOptions = {},
): Promise<Plan> {
  const { target = {}, ...rest } = config as { target?: object };
  const parsed = Config.parse({
    source: { url: gitbucket.url },
    target: { url: gitlab.url, ...target },
    ...rest,
  });
  const { plan } = await prepare({
    source: sourceOf(gitbucket),
    target: targetOf(gitlab, token),
    config: parsed,
    runtime: runtime(),
    selection: createSelection({
      all: true,
      groups: [],
      users: [],
      repositories: [],
      include: parsed.select.include,
      exclude: parsed.select.exclude,
    }),
    history,
    prune: false,
    emit: () => {},
    steps,
    finder: finderIn(await tempDir()),
  });
  return plan;
}

export function groupOf(plan: Plan, id: string): PlannedGroup {
  const found = plan.groups.find((group) => group.id === id);
  if (!found) throw new Error(`the plan has no group ${id}`);
  return found;
}

export function projectOf(plan: Plan, id: string): PlannedProject {
  const found = plan.projects.find((project) => project.id === id);
  if (!found) throw new Error(`the plan has no project ${id}`);
  return found;
}

function runtime(): Runtime {
  const never = new AbortController().signal;
  return {
    env: {},
    cwd: '/',
    now: Date.now,
    sleep: async () => {},
    pid: process.pid,
    host: 'this-host',
    alive: () => false,
    kill: (pid, signal) => void process.kill(pid, signal),
    stopping: never,
    aborting: never,
    waiting: new Set(),
  };
}
