import { rmSync } from 'node:fs';
import { initBare } from '../../sandbox/gitbucket.ts';
import { Config } from '../../src/config/schema.ts';
import { createSource } from '../../src/engine/connect.ts';
import { migrate } from '../../src/engine/migrate.ts';
import type { Prepared } from '../../src/engine/prepare.ts';
import { verify } from '../../src/engine/verify.ts';
import type { Runtime } from '../../src/environment.ts';
import { emptyHistory } from '../../src/journal/history.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { Plan, PlannedStep } from '../../src/model/plan.ts';
import type { ItemResult, StepResult } from '../../src/model/result.ts';
import { createRedactor } from '../../src/net/redact.ts';
import { chooseTransport, type TransportName } from '../../src/transfer/auto.ts';
import { commitOn } from '../helpers/commits.ts';
import { preparedWith, quietRuntime } from '../helpers/prepared.ts';
import { testServers, type TestServers, type TestServersOptions } from '../helpers/servers.ts';
import { commitPages } from '../helpers/wikis.ts';

/** Both servers, with repositories of one group; each has one commit and the wiki that GitBucket makes. */
export async function wikiServers(
  names: readonly string[] = ['docs'],
  options: TestServersOptions = {},
): Promise<TestServers> {
  const servers = await testServers(options);
  const { gitbucket } = servers;
  gitbucket.addGroup({ login: 'team', members: [{ login: 'root', manager: true }] });
  for (const name of names) {
    gitbucket.addRepository({ owner: 'team', name, defaultBranch: 'main' });
    commitOn(gitbucket.gitDir('team', name), 'main', `first of ${name}`);
  }
  return servers;
}

/** Writes a wiki on the branch that HEAD names; gives the id of its tip. */
export function writeWiki(
  { gitbucket }: TestServers,
  name: string,
  files: Readonly<Record<string, string>>,
  branch = 'master',
): string {
  const dir = gitbucket.wikiDir('team', name);
  rmSync(dir, { recursive: true, force: true });
  initBare(dir, branch);
  commitPages(dir, branch, { 'Home.md': `Welcome to the ${name} wiki!!` }, 'Initial Commit');
  return commitPages(dir, branch, files);
}

export type WikiRun = {
  items: ItemResult[];
  plan: Plan;
  /** What the step came to for one repository. */
  wiki(name?: string): StepResult;
  item(name?: string): ItemResult;
  planned(name?: string): PlannedStep;
};

export type WikiRunOptions = {
  config?: Record<string, unknown>;
  prune?: boolean;
  transport?: TransportName;
  /** Comes after the plan. */
  between?: (prepared: Prepared) => void | Promise<void>;
  /** GitBucket is read with an administrator's login beside the token. */
  login?: boolean;
  /** For `verifyWikis`: as if the journal were lost. */
  forgetful?: boolean;
};

function runtimeOf({ folder }: TestServers): Runtime {
  return { ...quietRuntime(folder), sleep: async () => {} };
}

function configOf({ gitbucket, gitlab }: TestServers, more: Record<string, unknown> = {}): Config {
  const { source = {}, ...rest } = more as { source?: object };
  return Config.parse({
    source: { url: gitbucket.url, token: gitbucket.token('root'), ...source },
    target: { url: gitlab.url, token: gitlab.token('root') },
    limits: { quietSeconds: 0 },
    ...rest,
  });
}

function present<T>(what: T | undefined, name: string): T {
  if (what === undefined) throw new Error(`there is no such step for ${name}`);
  return what;
}

function shown(items: ItemResult[], plan: Plan): WikiRun {
  const item = (name = 'docs'): ItemResult =>
    present(
      items.find(({ id }) => id === `team/${name}`),
      name,
    );
  return {
    items,
    plan,
    item,
    wiki: (name = 'docs') =>
      present(
        item(name).steps.find(({ step }) => step === 'wiki'),
        name,
      ),
    planned(name = 'docs') {
      const project = plan.projects.find(({ id }) => id === `team/${name}`);
      return present(
        project?.steps.find(({ step }) => step === 'wiki'),
        name,
      );
    },
  };
}

function journalOf({ folder, gitbucket, gitlab }: TestServers): ReturnType<typeof openJournal> {
  return openJournal({
    directory: folder,
    servers: { source: gitbucket.url, target: gitlab.url },
    run: 'run',
    now: Date.now,
  });
}

/** One run of migrate in this process, with the journal of the folder. */
export async function migrateWikis(servers: TestServers, given: WikiRunOptions = {}): Promise<WikiRun> {
  const runtime = runtimeOf(servers);
  const { folder, gitlab } = servers;
  const journal = await journalOf(servers);
  try {
    const login = given.login ? { username: 'root', password: 'root' } : {};
    const config = configOf(servers, { ...given.config, source: login });
    const { prepared, options } = await preparedWith(servers, gitlab.token('root'), {
      history: journal.history,
      runtime,
      config,
      prune: given.prune ?? false,
      ...(given.login && { source: await createSource(config, runtime, () => {}, createRedactor()) }),
    });
    await given.between?.(prepared);
    const transport = chooseTransport(given.transport ?? 'auto', {
      workDir: folder,
      runtime,
      pushSeconds: 20,
    });
    return shown(await migrate(prepared, { ...options, journal, transport }), prepared.plan);
  } finally {
    await journal.close();
  }
}

/** One run of verify. */
export async function verifyWikis(servers: TestServers, given: WikiRunOptions = {}): Promise<WikiRun> {
  const { gitlab } = servers;
  const journal = await journalOf(servers);
  try {
    const { prepared, options } = await preparedWith(servers, gitlab.token('root'), {
      history: given.forgetful ? emptyHistory() : journal.history,
      runtime: runtimeOf(servers),
      config: configOf(servers, given.config),
    });
    return shown(await verify(prepared, options), prepared.plan);
  } finally {
    await journal.close();
  }
}
