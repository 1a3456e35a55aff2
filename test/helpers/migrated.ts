import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Config } from '../../src/config/schema.ts';
import { migrate } from '../../src/engine/migrate.ts';
import { verify } from '../../src/engine/verify.ts';
import type { Runtime } from '../../src/environment.ts';
import { emptyHistory, type History } from '../../src/journal/history.ts';
import { journalFile, openJournal, readJournal, type Journal } from '../../src/journal/journal.ts';
import type { Plan, PlannedProject } from '../../src/model/plan.ts';
import { plannedStep } from '../../src/model/plan.ts';
import type { ItemResult } from '../../src/model/result.ts';
import type { PersonRow } from '../../src/plan/match-people.ts';
import { createSelection, type Selection } from '../../src/plan/selection.ts';
import type { AnyStep } from '../../src/steps/step.ts';
import { chooseTransport, type TransportName } from '../../src/transfer/auto.ts';
import { sourceOf, targetOf } from './adapters.ts';
import { preparedWith, quietRuntime } from './prepared.ts';
import { writesOf, type TestServers } from './servers.ts';

export type Migration = {
  /** Keys of the config besides the servers. */
  config?: Record<string, unknown>;
  transport?: TransportName;
  prune?: boolean;
  /** Login on GitLab; the administrator when absent. */
  user?: string;
  /** Password of the administrator on GitBucket, for its pages. */
  password?: string;
  /**
   * Plays a kill at the n-th write on GitLab, of those to these addresses: it is not served, or served and nobody hears of
   * it; all later ones fail.
   */
  killAt?: { write: number; served: boolean; of?: RegExp };
  /** Instead of those of the program. */
  steps?: readonly AnyStep[];
  /** Hears of each wait, in milliseconds; none of them lasts. */
  slept?: (ms: number) => void;
  /** What the file of people says, by login. */
  rows?: ReadonlyMap<string, PersonRow>;
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

type Kill = NonNullable<Migration['killAt']>;
type Around = { journal: (journal: Journal) => Journal; aborting?: AbortSignal };

/** Nothing is written down, and nothing is answered, once the run is dead. */
function deadly(
  { gitlab }: TestServers,
  { write, served, of = /./ }: Kill,
): { around: Around; hit: () => boolean } {
  const death = new AbortController();
  let writes = 0;
  let dead = false;
  const { faults, requests } = gitlab.server;
  function arrived(): void {
    if (dead) throw new Error('the client is gone');
    writes += writesOf(requests.slice(-1)).filter(({ url }) => of.test(url)).length;
    if (writes < write) return;
    dead = true;
    death.abort();
    if (!served) throw new Error('the client is gone');
  }
  faults.add({ url: /./, times: Infinity, action: { kind: 'notice', call: arrived } });
  return {
    around: {
      aborting: death.signal,
      journal: (journal) => ({
        ...journal,
        record: (entry) => (dead ? Promise.reject(new Error('killed')) : journal.record(entry)),
      }),
    },
    hit: () => dead,
  };
}

/** Plays a run that is killed; false when it was over before. */
export async function killed(where: TestServers, options: Migration & { killAt: Kill }): Promise<boolean> {
  const { around, hit } = deadly(where, options.killAt);
  await run(where, options, around).catch(() => {});
  where.gitlab.server.faults.clear();
  return hit();
}

/** Plans and migrates everything in this process, with the journal of the test's folder. */
export function migrated(where: TestServers, options: Migration = {}): Promise<Migrated> {
  return run(where, options, { journal: (journal) => journal });
}

async function run(where: TestServers, options: Migration, around: Around): Promise<Migrated> {
  const { config, runtime: usual } = settingsOf(where, options);
  const runtime = around.aborting
    ? { ...usual, stopping: around.aborting, aborting: around.aborting }
    : usual;
  const addresses = { source: where.gitbucket.url, target: where.gitlab.url };
  const opened = await openJournal({
    directory: where.folder,
    servers: addresses,
    run: 'run',
    now: Date.now,
  });
  const journal = around.journal(opened);
  const [asked, told] = [where.gitbucket.server.requests.length, where.gitlab.server.requests.length];
  try {
    const token = where.gitlab.token(options.user ?? 'root');
    const { prepared, options: preparing } = await preparedWith(where, token, {
      config,
      selection: everything(config),
      history: journal.history,
      runtime,
      prune: options.prune ?? false,
      ...(options.steps && { steps: options.steps }),
      ...(options.rows && { peopleRows: options.rows }),
      target: targetOf(where.gitlab, token),
      source: sourceOf(where.gitbucket, 'root', { password: options.password ?? null }),
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
    await opened.close();
  }
}

/** Proves everything in this process, without a journal. */
export function verified(where: TestServers, options: Migration = {}): Promise<ItemResult[]> {
  return proof(where, options, emptyHistory());
}

/** The same with the journal of the test's folder, as the command does it after runs. */
export async function verifiedAfterRuns(where: TestServers, options: Migration = {}): Promise<ItemResult[]> {
  const { history } = await readJournal(journalFile(where.folder));
  return proof(where, options, history);
}

async function proof(where: TestServers, options: Migration, history: History): Promise<ItemResult[]> {
  const { config, runtime } = settingsOf(where, options);
  const { prepared, options: preparing } = await preparedWith(where, where.gitlab.token('root'), {
    config,
    selection: everything(config),
    history,
    runtime,
    source: sourceOf(where.gitbucket, 'root', { password: options.password ?? null }),
  });
  return verify(prepared, preparing);
}

function everything({ select: { include, exclude } }: Config): Selection {
  return createSelection({ all: true, groups: [], users: [], repositories: [], include, exclude });
}

function settingsOf(
  where: TestServers,
  { config = {}, slept }: Migration,
): { config: Config; runtime: Runtime } {
  return {
    config: Config.parse({
      source: { url: where.gitbucket.url, token: where.gitbucket.token('root') },
      target: { url: where.gitlab.url },
      limits: { quietSeconds: 0 },
      ...config,
    }),
    runtime: {
      ...quietRuntime(where.folder),
      sleep(ms) {
        slept?.(ms);
        return delay(Math.min(ms, 10));
      },
    },
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
