import { Failure } from '../failures/failure.ts';
import { lfsOff } from '../failures/lfs.ts';
import { travelling } from '../gitlab/rules/ref-names.ts';
import type { LfsSearch } from '../lfs/finder.ts';
import type { LfsHistory } from '../model/lfs.ts';
import type { RefListing } from '../model/forge.ts';
import type { Notice } from '../model/notice.ts';
import type { Counts, PlannedProject } from '../model/plan.ts';
import type { LfsObject } from '../model/source.ts';
import { judgeAbsent, type Absent, type Verdict } from '../plan/lfs-missing.ts';
import { hashOfRefs } from '../plan/ref-proof.ts';
import { plural } from '../text/format.ts';
import { fetchPatterns } from './source-listing.ts';
import type { RunContext } from './step.ts';

type Context = Pick<RunContext, 'config' | 'source' | 'finder'>;
type Told = Pick<LfsSearch, 'progress' | 'signal'>;

/** The search for pointers in what travels of the repository. */
export function searchOf(
  { id, repository }: Pick<PlannedProject, 'id' | 'repository'>,
  listing: RefListing,
  { config, source }: Pick<Context, 'config' | 'source'>,
  told: Told,
): LfsSearch {
  const { migrate: rules } = config;
  const refs = travelling(listing.refs, rules);
  return {
    id,
    source: source.remote(repository, 'code'),
    refs,
    patterns: fetchPatterns(rules, listing),
    key: hashOfRefs(refs),
    ...told,
  };
}

/** Each object once, however many texts name it. */
export function objectsOf({ pointers }: LfsHistory): LfsObject[] {
  const objects = new Map<string, LfsObject>();
  for (const { oid, size } of pointers) if (!objects.has(oid)) objects.set(oid, { oid, size });
  return [...objects.values()];
}

export function bytesOf(objects: readonly LfsObject[]): number {
  return objects.reduce((sum, { size }) => sum + size, 0);
}

/** Those of the objects that the source cannot give, with the reason. Downloads nothing. */
export async function absentOf(
  objects: readonly LfsObject[],
  { repository }: PlannedProject,
  { source }: Pick<Context, 'source'>,
): Promise<Absent[]> {
  if (objects.length === 0) return [];
  const { answers, missing } = await source.lfsAvailability(repository, objects);
  const kind = answers ? 'lost' : 'silent';
  return objects
    .filter(({ oid }) => !answers || missing.has(oid))
    .map((object) => ({ object, kind, detail: '' }));
}

/** What the absent objects are and which refs they keep back; places are looked up where there are any. */
export async function judge(
  absent: readonly Absent[],
  { search, history }: { search: LfsSearch; history: LfsHistory },
  { config, finder }: Pick<Context, 'config' | 'finder'>,
): Promise<Verdict> {
  const ids = new Set(absent.map(({ object }) => object.oid));
  const pointers = history.pointers.filter(({ oid }) => ids.has(oid));
  const places = await finder.places(search, pointers);
  const { allowMissingLfs: allow } = config.migrate;
  return judgeAbsent(absent, { history, places, source: config.source.url, allow });
}

/** What is counted of the objects; what there is none of is left out. */
export function countsOf(
  { create, unchanged }: { create: number; unchanged: number },
  { missing }: Pick<Verdict, 'missing'>,
): Counts {
  const counts: Counts = { create, unchanged };
  for (const { kind } of missing) {
    const key = kind === 'sample' || kind === 'elsewhere' ? kind : 'lost';
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

export function offNotice({ fullPath }: PlannedProject, history: LfsHistory): Notice {
  const count = plural(objectsOf(history).length, 'LFS object');
  return {
    code: 'lfs-off-refused',
    object: fullPath,
    message: `GitLab has Git LFS off for this project (${count}): what GitLab does not have yet stays behind, and clones get nothing of it`,
    fix: 'switch Git LFS on in the project (Settings > General > Visibility) or, where the whole server has it off, in gitlab.rb (gitlab_rails[\'lfs_enabled\']), and run again; or leave all LFS objects behind with "lfs": false below "migrate" in the config',
  };
}

/** What to do where `migrate.lfs` is false and GitLab checks. */
export const leftBehindAdvice =
  'set "lfs": true below "migrate" in the config, or switch Git LFS off in the project (Settings > General > Visibility), and run again';

/** Null when GitLab has LFS off. */
export async function unlessOff<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Failure && error.code === lfsOff.code) return null;
    throw error;
  }
}
