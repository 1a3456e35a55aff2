import { noCommit, refKind, shortName } from '../gitlab/rules/ref-names.ts';
import { refsOf } from '../steps/code.ts';
import { fetchPatterns } from '../steps/source-listing.ts';
import { interruption } from '../failures/usage.ts';
import { fsck } from '../git/fsck.ts';
import { ignoredChecks } from '../gitlab/rules/object-checks.ts';
import { presentObjects } from '../git/objects.ts';
import type { Git } from '../git/run.ts';
import { eachLine } from '../git/stream.ts';
import { isWrite, type Finding, type PlannedProject, type RefChange } from '../model/plan.ts';
import { lookIntoMirror } from '../transfer/look.ts';
import type { MirrorOptions } from '../transfer/mirror.ts';
import { ciFileFindings } from './ci-files.ts';
import { badObjectFindings } from './fsck.ts';
import { largeFileFindings, stuckFindings, type SizeLimits } from './large-files.ts';
import { lfsFindings } from './lfs.ts';
import { scan, type Scan } from './objects.ts';
import type { Config } from '../config/schema.ts';
import type { Runtime } from '../environment.ts';
import type { Target } from '../model/target.ts';
import type { Source } from '../model/source.ts';
import type { Emit } from '../model/events.ts';
import type { RefListing } from '../model/forge.ts';
import { plural } from '../text/format.ts';
import { refsTooLarge } from './stuck-refs.ts';
import type { Places } from '../plan/old-addresses.ts';
import { oldAddressFindings } from './old-addresses.ts';
import { modulesOf, submoduleFindings } from './submodules.ts';

export type Looked = {
  findings: Finding[];
  /** LFS objects that the history of the travelling refs names. */
  lfsObjects: number;
  /** Ids of the objects that GitLab's git refuses. */
  skipList: string[];
  warnings: string[];
};

export type InspectOptions = {
  source: Source;
  target: Target;
  config: Config;
  runtime: Runtime;
  emit: Emit;
  mirrors: MirrorOptions;
  /** Refs of the source as they were listed for the plan. */
  listings: ReadonlyMap<string, RefListing>;
  /** Where the projects of earlier runs are, by `owner/name` in small letters. */
  moved: ReadonlyMap<string, string>;
};

export type LookOptions = InspectOptions & {
  limits: SizeLimits;
  places: Places;
  progress: (stage: string, percent: number | null) => void;
};

/** Brings the mirror up to date and looks into its objects; a damaged mirror is made anew, once. */
export async function inspectRepository(project: PlannedProject, options: LookOptions): Promise<Looked> {
  const { source, mirrors, config, runtime, progress, listings } = options;
  const { id, repository } = project;
  const listing = listings.get(id) ?? { refs: new Map(), head: null };
  const patterns = fetchPatterns(config.migrate, listing);
  const remote = source.remote(repository, 'code');
  const job = { id, source: remote, patterns, progress, signal: runtime.aborting };
  return lookIntoMirror(job, mirrors, (git) => look(project, git, options));
}

async function look(project: PlannedProject, git: Git, options: LookOptions): Promise<Looked> {
  const { limits, progress, runtime, places, config } = options;
  const changes = refsOf(project);
  const ids = travellingIds(changes);
  const present = await presentObjects(git, new Set([...ids.writes, ...ids.stays, ...ids.there]));
  const here = (list: readonly string[]): string[] => list.filter((id) => present.has(id));
  const range = { wanted: here(ids.writes), there: here(ids.there) };
  const checked =
    range.wanted.length === 0
      ? nothing
      : await fsck(git, { ignored: ignoredChecks, progress: (percent) => progress('check', percent) });
  stopIfTold(runtime.stopping, project.id);
  const visited = (objects: number): void => progress(plural(objects, 'object'), null);
  const fresh = await scan(git, range, { bad: checked.bad, limits, visited });
  const rest = { wanted: here(ids.stays), there: [] };
  const kept = await scan(git, rest, { bad: new Map(), limits: { push: null, file: null }, visited });
  stopIfTold(runtime.stopping, project.id);
  const carriers = await refsWith(
    git,
    fresh.bad.map(({ commit }) => commit),
    changes,
  );
  const stuck = await refsTooLarge(git, range, { changes, scan: fresh, limit: limits.push });
  const heads = ids.branches.filter(({ id }) => present.has(id));
  // What moves is counted and named by its step.
  const lfs = config.migrate.lfs ? none : await lfsOf(project, { fresh, kept }, options);
  return {
    findings: [
      ...branchFindings(project, changes, present),
      ...badObjectFindings(fresh.bad, carriers, { further: checked.further, repository: project.id }),
      ...largeFileFindings(fresh, limits),
      ...stuckFindings(stuck, limits),
      ...lfs.findings,
      ...submoduleFindings(await modulesOf(git, heads), project, places),
      ...(await oldAddressFindings(git, heads, project.id, places)),
      ...(project.existing === null ? await ciFileFindings(git, heads) : []),
    ],
    lfsObjects: lfs.count,
    skipList: fresh.bad.flatMap(({ faults }) => faults.slice(0, 1).map(({ id }) => id)),
    warnings: [...ids.writes, ...ids.stays].some((id) => !present.has(id))
      ? ['it changed during the inspection: newer objects were not inspected']
      : [],
  };
}

/** A listing tells of tag objects only; other types are seen here. */
function branchFindings(
  { id: repository }: PlannedProject,
  changes: readonly RefChange[],
  present: ReadonlyMap<string, string>,
): Finding[] {
  const taken = new Set(changes.map(({ ref }) => ref));
  const proposed = new Map<string, string>();
  return changes.filter(isWrite).flatMap(({ ref, new: id }): Finding[] => {
    const type = present.get(id ?? '') ?? 'commit';
    if (type === 'commit') return [];
    const refused = noCommit(ref, type, { repository, isTaken: (name) => taken.has(name), proposed });
    if (refused === null) return [];
    return [
      { code: 'branch-no-commit', object: ref, message: refused.reason, fix: refused.fix, refused: true },
    ];
  });
}

const none = { findings: [], count: 0 };
const nothing = { bad: new Map<string, never[]>(), further: 0 };

async function lfsOf(
  project: PlannedProject,
  { fresh, kept }: { fresh: Scan; kept: Scan },
  { source, target, progress }: LookOptions,
): Promise<{ findings: Finding[]; count: number }> {
  const pointers = new Map([...kept.pointers, ...fresh.pointers]);
  if (pointers.size === 0) return { findings: [], count: 0 };
  progress(`${pointers.size} LFS objects`, null);
  const availability = await source.lfsAvailability(project.repository, [...pointers.values()]);
  const { existing } = project;
  const checked = existing === null || fresh.pointers.size === 0 || (await target.checksLfs(existing.id));
  const travelling = new Set(fresh.pointers.keys());
  return { findings: lfsFindings({ pointers, travelling, checked, availability }), count: pointers.size };
}

function stopIfTold(stopping: AbortSignal, id: string): void {
  if (stopping.aborted) throw interruption(id);
}

/** Each takes a walk through the history, and the first few tell enough. */
const mostCommits = 20;

/**
 * Refs that will be written and whose history has the commit, by commit. What lies in several lines of history is found
 * in the line of its first commit only.
 */
async function refsWith(
  git: Git,
  commits: Iterable<string>,
  changes: readonly RefChange[],
): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const commit of [...new Set(commits)].filter((id) => id !== '').slice(0, mostCommits)) {
    const tips = new Set<string>();
    const list = git.start('for-each-ref', '--contains', commit, '--format=%(objectname)');
    list.stdin.end();
    await eachLine(list.stdout, (id) => void tips.add(id));
    await list.ended;
    // By id, for a ref may get another name on its way.
    const refs = changes.filter((change) => isWrite(change) && change.new !== null && tips.has(change.new));
    found.set(
      commit,
      refs.map(({ ref }) => ref),
    );
  }
  return found;
}

export type TravellingIds = {
  /** What GitLab does not have yet. */
  writes: string[];
  /** What is the same on both sides. */
  stays: string[];
  /** What GitLab has, whoever put it there: it is not sent again. */
  there: string[];
  /** Heads of the branches, new and old. */
  branches: { branch: string; id: string }[];
};

/** The ids that matter of what is decided for the refs: refused and diverged ones do not travel. */
export function travellingIds(changes: readonly RefChange[]): TravellingIds {
  const writes = new Set<string>();
  const stays = new Set<string>();
  const there = new Set<string>();
  const branches: TravellingIds['branches'] = [];
  for (const change of changes) {
    if (change.old !== null) there.add(change.old);
    const travels = ['create', 'update', 'unchanged'].includes(change.outcome);
    if (!travels || change.new === null) continue;
    (change.outcome === 'unchanged' ? stays : writes).add(change.new);
    if (refKind(change.ref) === 'branch') branches.push({ branch: shortName(change.ref), id: change.new });
  }
  return { writes: [...writes], stays: [...stays], there: [...there], branches };
}
