import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { addLfsObject } from '../../sandbox/gitbucket.ts';
import { migrate } from '../../src/engine/migrate.ts';
import { verify } from '../../src/engine/verify.ts';
import type { PrepareOptions } from '../../src/engine/prepare.ts';
import { journalFile, openJournal, readJournal } from '../../src/journal/journal.ts';
import { emptyHistory } from '../../src/journal/history.ts';
import { plannedStep, type Plan, type PlannedProject, type PlannedStep } from '../../src/model/plan.ts';
import type { ItemResult, StepResult } from '../../src/model/result.ts';
import { Config } from '../../src/config/schema.ts';
import { chooseTransport } from '../../src/transfer/auto.ts';
import type { Transport } from '../../src/transfer/transport.ts';
import { filesOf, lfsPointer } from './odd-objects.ts';
import { preparedWith, quietRuntime } from './prepared.ts';
import { head, type Team } from './team.ts';

/** What gives every `.bin` to Git LFS. */
export const tracked = '*.bin filter=lfs diff=lfs merge=lfs -text\n';

export type Files = Record<string, string>;

/** Files whose texts are pointers to these contents. */
export function pointersTo(contents: Readonly<Record<string, string>>): Files {
  return Object.fromEntries(Object.entries(contents).map(([name, text]) => [name, lfsPointer(text).text]));
}

/** Gives the branch a commit with these files, on top of what it has; names must come in git's order. */
export function commitFiles(gitDir: string, branch: string, files: Files, parents: string[] = []): string {
  const id = filesOf(gitDir, files, { parents, message: `on ${branch}` });
  head(gitDir, branch, id);
  return id;
}

export async function store(team: Team, name: string, ...contents: string[]): Promise<void> {
  for (const content of contents)
    await addLfsObject(team.gitbucket.context, `team/${name}`, Buffer.from(content));
}

/** Loses an object that the store has. */
export async function forget(team: Team, name: string, content: string): Promise<void> {
  await rm(join(team.gitbucket.context.lfsDir('team', name), lfsPointer(content).oid));
}

export type RunOptions = {
  migrate?: Partial<Config['migrate']>;
  /** Comes after the plan. */
  between?: () => void | Promise<void>;
  transport?: Transport;
  more?: Partial<PrepareOptions>;
};

export type Run = { plan: Plan; items: ItemResult[] };

/** One run with the journal of the folder, in this process. */
export async function runOnce(team: Team, options: RunOptions = {}): Promise<Run> {
  const { folder, gitbucket, gitlab } = team;
  const runtime = { ...quietRuntime(folder), sleep: async () => {} };
  const addresses = { source: gitbucket.url, target: gitlab.url };
  const journal = await openJournal({ directory: folder, servers: addresses, run: 'run', now: Date.now });
  try {
    const { history } = journal;
    const asked = await preparedFor(team, { ...options, more: { history, runtime, ...options.more } });
    await options.between?.();
    const carrier = chooseTransport('relay', { workDir: folder, runtime, pushSeconds: 20 });
    const transport = { ...carrier, ...options.transport };
    const items = await migrate(asked.prepared, { ...asked.options, journal, transport });
    return { plan: asked.prepared.plan, items };
  } finally {
    await journal.close();
  }
}

/** The plan alone, and what it was made with. */
export function preparedFor(
  { gitbucket, gitlab, folder, ...team }: Team,
  { migrate: changed = {}, more = {} }: RunOptions = {},
): ReturnType<typeof preparedWith> {
  const token = gitlab.token('root');
  const config = Config.parse({
    source: { url: gitbucket.url, token: gitbucket.token('root') },
    target: { url: gitlab.url, token },
    migrate: changed,
  });
  return preparedWith({ gitbucket, gitlab, folder, ...team }, token, { config, ...more });
}

/** What `verify` finds, with a journal or without. */
export async function verified(team: Team, options: RunOptions & { journal?: boolean } = {}): Promise<Run> {
  const history = options.journal ? (await readJournal(journalFile(team.folder))).history : emptyHistory();
  const asked = await preparedFor(team, { ...options, more: { history, ...options.more } });
  return { plan: asked.prepared.plan, items: await verify(asked.prepared, asked.options) };
}

export function projectIn({ plan }: Run, name: string): PlannedProject {
  const found = plan.projects.find(({ id }) => id === `team/${name}`);
  if (!found) throw new Error(`the plan has no team/${name}`);
  return found;
}

export function plannedIn(run: Run, name: string, step = 'lfs'): PlannedStep | null {
  return plannedStep(projectIn(run, name), step);
}

export function itemIn({ items }: Run, name: string): ItemResult {
  const found = items.find(({ id }) => id === `team/${name}`);
  if (!found) throw new Error(`the result has no team/${name}`);
  return found;
}

export function stepIn(run: Run, name: string, step = 'lfs'): StepResult {
  const found = itemIn(run, name).steps.find((each) => each.step === step);
  if (!found) throw new Error(`team/${name} has no step ${step}`);
  return found;
}

/** Ids of the objects that the project has on GitLab. */
export function onGitLab({ gitlab }: Team, name: string): string[] {
  return Object.keys(gitlab.project(`team/${name}`).lfsObjects).toSorted();
}

export function oidsOf(...contents: string[]): string[] {
  return contents.map((content) => lfsPointer(content).oid).toSorted();
}

/** Requests for LFS objects, by what they ask. */
export function lfsRequests({ gitbucket, gitlab }: Team): string[] {
  const ofBoth = [...gitbucket.server.requests, ...gitlab.server.requests];
  return ofBoth.filter(({ url }) => /lfs/.test(url)).map(({ method, url }) => `${method} ${url}`);
}
