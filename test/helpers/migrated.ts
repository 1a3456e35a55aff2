import { join } from 'node:path';
import { Config } from '../../src/config/schema.ts';
import { migrate } from '../../src/engine/migrate.ts';
import { verify } from '../../src/engine/verify.ts';
import type { Runtime } from '../../src/environment.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { Plan, PlannedProject } from '../../src/model/plan.ts';
import { plannedStep } from '../../src/model/plan.ts';
import type { ItemResult } from '../../src/model/result.ts';
import { chooseTransport, type TransportName } from '../../src/transfer/auto.ts';
import { targetOf } from './adapters.ts';
import { preparedWith, quietRuntime } from './prepared.ts';
import { writesOf, type TestServers } from './servers.ts';

export type Migration = {
  /** Keys of the config besides the servers. */
  config?: Record<string, unknown>;
  transport?: TransportName;
  prune?: boolean;
  /** Login on GitLab; the administrator when absent. */
  user?: string;
  /** Comes after the plan. */
  between?: (plan: Plan) => void | Promise<void>;
};

export type Migrated = {
  plan: Plan;
  items: ItemResult[];
  item: (id: string) => ItemResult;
  planned: (id: string) => PlannedProject;
  /** Messages of what a step of a project tells in the plan. */
  told: (id: string, step: string) => string[];
  /** Of this run, per server: what was asked, and how often something was written. */
  sourceRequests: string[];
  targetRequests: string[];
  writes: string[];
};

/** Plans and migrates everything in this process, with the journal of the test's folder. */
export async function migrated(where: TestServers, options: Migration = {}): Promise<Migrated> {
  const { config, runtime } = settingsOf(where, options);
  const addresses = { source: where.gitbucket.url, target: where.gitlab.url };
  const journal = await openJournal({
    directory: where.folder,
    servers: addresses,
    run: 'run',
    now: Date.now,
  });
  const [asked, told] = [where.gitbucket.server.requests.length, where.gitlab.server.requests.length];
  try {
    const token = where.gitlab.token(options.user ?? 'root');
    const { prepared, options: preparing } = await preparedWith(where, token, {
      config,
      history: journal.history,
      runtime,
      prune: options.prune ?? false,
      target: targetOf(where.gitlab, token),
    });
    await options.between?.(prepared.plan);
    const { transport: name = 'auto' } = options;
    const transport = chooseTransport(name, { workDir: join(where.folder, 'run'), runtime, pushSeconds: 20 });
    const items = await migrate(prepared, { ...preparing, journal, transport });
    const requests = where.gitlab.server.requests.slice(told);
    return {
      ...reader(prepared.plan, items),
      sourceRequests: where.gitbucket.server.requests
        .slice(asked)
        .map(({ method, url }) => `${method} ${url}`),
      targetRequests: requests.map(({ method, url }) => `${method} ${url}`),
      writes: writesOf(requests).map(({ method, url }) => `${method} ${url}`),
    };
  } finally {
    await journal.close();
  }
}

/** Proves everything in this process, without a journal. */
export async function verified(where: TestServers, options: Migration = {}): Promise<ItemResult[]> {
  const { config, runtime } = settingsOf(where, options);
  const { prepared, options: preparing } = await preparedWith(where, where.gitlab.token('root'), {
    config,
    runtime,
  });
  return verify(prepared, preparing);
}

function settingsOf(where: TestServers, { config = {} }: Migration): { config: Config; runtime: Runtime } {
  return {
    config: Config.parse({
      source: { url: where.gitbucket.url, token: where.gitbucket.token('root') },
      target: { url: where.gitlab.url },
      limits: { quietSeconds: 0 },
      ...config,
    }),
    runtime: { ...quietRuntime(where.folder), sleep: async () => {} },
  };
}

function reader(
  plan: Plan,
  items: ItemResult[],
): Pick<Migrated, 'plan' | 'items' | 'item' | 'planned' | 'told'> {
  const planned = (id: string): PlannedProject => found(plan.projects, id);
  return {
    plan,
    items,
    planned,
    item: (id) => found(items, id),
    told: (id, step) => plannedStep(planned(id), step)?.notices.map(({ message }) => message) ?? [],
  };
}

function found<T extends { id: string }>(all: readonly T[], id: string): T {
  const one = all.find((each) => each.id === id);
  if (one === undefined) throw new Error(`there is no ${id}`);
  return one;
}
