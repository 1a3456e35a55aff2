import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { migrate } from '../engine/migrate.ts';
import type { PrepareOptions, Prepared } from '../engine/prepare.ts';
import type { Runtime } from '../environment.ts';
import { journalFile, openJournal, useDirectory } from '../journal/journal.ts';
import { holdFolder, othersIn } from '../journal/lock.ts';
import { itemsOf } from '../model/plan.ts';
import type { ItemResult } from '../model/result.ts';
import { partKey, type RepositoryPart } from '../model/source.ts';
import type { Redactor } from '../net/redact.ts';
import { code } from '../steps/code.ts';
import { wiki } from '../steps/wiki.ts';
import { compareRefs } from '../plan/ref-proof.ts';
import { planWikiRefs } from '../plan/wiki-refs.ts';
import { chooseTransport, type TransportName } from '../transfer/auto.ts';
import { lfsObjectsThere } from './lfs-objects.ts';
import { withPeople } from './people.ts';
import { readTarget } from './read-target.ts';
import type { Snapshot } from './snapshot.ts';
import { stageProjects } from './stage-projects.ts';
import { openStage, type Stage } from './stage.ts';
import { overRealTrackers, stageReleases } from './real-trackers.ts';
import { withoutIdleTrackers, movesTracker } from './tracker.ts';
import { asStaged, rememberStandIns, translatedEmit, translator, type Translate } from './translate.ts';

export type RehearseOptions = PrepareOptions & {
  workDir: string;
  transport: TransportName;
  redactor: Redactor;
};

export type Rehearsal = {
  /** One for each item of the plan, as the migration would give it. */
  items: ItemResult[];
  /** True when GitLab's defaults stood for settings that the token may not read. */
  settingsHidden: boolean;
};

/**
 * Carries out the plan against an embedded GitLab that holds what the real one holds at the places concerned. The real
 * one is only read; all that is made is removed at the end.
 */
export function rehearse(prepared: Prepared, options: RehearseOptions): Promise<Rehearsal> {
  const { workDir, runtime } = options;
  return withFolder(workDir, runtime, async (folder) => {
    const snapshot = withPeople(await readTarget(prepared, options.target), prepared.plan);
    const real = { url: options.target.url, version: prepared.identity.version };
    const lfsObjects = await lfsObjectsThere(prepared, options);
    const stage = await openStage(withLfs(snapshot, lfsObjects), {
      ...options,
      real,
      folder: join(folder, 'gitlab'),
    });
    try {
      return {
        items: await perform(prepared, stage, folder, options),
        settingsHidden: snapshot.settingsHidden,
      };
    } finally {
      await stage.close();
    }
  });
}

function withLfs(snapshot: Snapshot, objects: ReadonlyMap<number, Record<string, number>>): Snapshot {
  const projects = snapshot.projects.map((project) => ({
    ...project,
    lfsObjects: objects.get(project.id) ?? {},
  }));
  return { ...snapshot, projects };
}

async function perform(
  prepared: Prepared,
  stage: Stage,
  folder: string,
  options: RehearseOptions,
): Promise<ItemResult[]> {
  const { standIns, failed } = await stageProjects(prepared, stage, folder, options);
  const left = withoutIdleTrackers(prepared.plan.projects.filter(({ id }) => !failed.has(id)));
  const staged = asStaged({ ...prepared, plan: { ...prepared.plan, projects: left } }, standIns);
  const translate = translator({ staged: stage.url, real: options.target.url }, standIns);
  await stage.target.connect();
  const withTracker = left.filter(movesTracker);
  await stageReleases(stage.target, options.target, withTracker);
  await copyJournal(options.workDir, folder);
  const journal = await openJournal({
    directory: folder,
    servers: { source: prepared.plan.source.url, target: prepared.plan.target.url },
    run: new Date(options.runtime.now()).toISOString(),
    now: options.runtime.now,
    // Already looked at, when it was read.
    sameServers: true,
  });
  try {
    rememberStandIns(journal.history, standIns);
    const runtime = { ...options.runtime, env: withoutProxy(options.runtime.env) };
    // Nobody is disturbed there by a pipeline.
    const config = { ...options.config, limits: { ...options.config.limits, quietSeconds: 0 } };
    const results = await migrate(staged, {
      ...options,
      config,
      runtime,
      target: overRealTrackers(stage.target, options.target, withTracker),
      history: journal.history,
      emit: translatedEmit(options.emit, translate),
      journal,
      transport: chooseTransport(options.transport, {
        workDir: folder,
        runtime,
        pushSeconds: config.limits.pushSeconds,
      }),
    });
    const told = await Promise.all(
      translate(results).map(async (result) => {
        let told = result;
        for (const part of ['code', 'wiki'] as const) {
          const known = (standIns.get(partKey(result.id, part))?.size ?? 0) === 0;
          if (known || runtime.aborting.aborted) continue;
          told = await withRealHash(told, part, prepared, { stage, options, translate });
        }
        return told;
      }),
    );
    return sortByPlan(prepared, [...told, ...failed.values()]);
  } finally {
    await journal.close();
  }
}

/** A hash over ids cannot be translated: where stand-ins are among them it is made again from the real ones. */
async function withRealHash(
  result: ItemResult,
  part: RepositoryPart,
  { listings }: Prepared,
  { stage, options, translate }: { stage: Stage; options: RehearseOptions; translate: Translate },
): Promise<ItemResult> {
  const name = part === 'wiki' ? wiki.name : code.name;
  const source = listings.source.get(partKey(result.id, part));
  const check = result.steps.find(({ step }) => step === name)?.check ?? null;
  if (check === null || check.differences.length === 0 || !source) return result;
  const { refs, head } = await stage.target.listRefs(result.target.path, part);
  const real = { refs: new Map(translate([...refs])), head };
  const rules = part === 'wiki' ? { notes: false } : options.config.migrate;
  const travelling =
    part === 'wiki'
      ? planWikiRefs({ source, target: real, written: new Map(), moved: null, prune: false }).listing
      : source;
  const { hash } = compareRefs(travelling, real, { ...rules, changes: [], known: null });
  const steps = result.steps.map((step) =>
    step.step === name ? { ...step, check: { ...check, hash } } : step,
  );
  return { ...result, steps };
}

/** What earlier runs wrote decides what this one may; without a journal nothing was. */
async function copyJournal(from: string, to: string): Promise<void> {
  try {
    await copyFile(journalFile(from), journalFile(to));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** git shall not look for the embedded server behind a proxy. */
function withoutProxy(env: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  const given = [env['no_proxy'] ?? env['NO_PROXY'], '127.0.0.1'].filter(Boolean).join(',');
  return { ...env, no_proxy: given, NO_PROXY: given };
}

/** As the plan has them, and without the ids of what does not really exist. */
function sortByPlan({ plan }: Prepared, results: readonly ItemResult[]): ItemResult[] {
  const byItem = new Map(results.map((result) => [`${result.kind} ${result.id}`, result]));
  return itemsOf(plan).flatMap((item) => {
    const result = byItem.get(`${item.kind} ${item.id}`);
    if (!result) return [];
    return item.existing === null ? [{ ...result, target: { ...result.target, id: null } }] : [result];
  });
}

/** Runs the job with a folder of its own below the work directory, which is gone afterwards, whatever happens. */
async function withFolder<T>(
  workDir: string,
  runtime: Runtime,
  job: (folder: string) => Promise<T>,
): Promise<T> {
  const name = 'rehearsal';
  await useDirectory(workDir);
  // One that was killed outright could not clean up.
  await othersIn(workDir, name, runtime);
  const held = await holdFolder(workDir, name, runtime);
  try {
    return await job(held.folder);
  } finally {
    await held.release();
  }
}
