import { refKind, shortName } from '../gitlab/rules/ref-names.ts';
import { movedKinds } from '../plan/build.ts';
import { refsOf } from '../steps/code.ts';
import { createGit, type Git } from '../git/run.ts';
import type { Source, Counts, RepositoryName } from '../model/source.ts';
import type { RefListing } from '../model/forge.ts';
import { type Loss, type LossKind, sortByKind, uncountedWithoutAsking } from '../model/losses.ts';
import { type PlannedProject } from '../model/plan.ts';
import { updateMirror, type MirrorOptions } from '../transfer/mirror.ts';
import type { InspectOptions } from './repository.ts';

/** The project with what was counted; nothing where there is nothing. */
export function withLosses(
  project: PlannedProject,
  counts: ReadonlyMap<LossKind, number | null>,
): PlannedProject {
  const found: Loss[] = [...counts]
    .filter(([, count]) => count !== 0)
    .map(([kind, count]) => ({ kind, count }));
  const known = project.losses.filter(({ kind }) => !counts.has(kind));
  return { ...project, losses: sortByKind([...known, ...found]) };
}

/** Kinds that the source did not tell of for some repository. */
export function uncountedIn(all: readonly Counts[]): LossKind[] {
  return uncountedWithoutAsking.filter((kind) => all.some(({ counts }) => !counts.has(kind)));
}

/** Asks the source for everything that a repository has beside its refs. */
export async function countLosses(
  project: PlannedProject,
  options: InspectOptions & { names: ReadonlySet<string> },
): Promise<Counts> {
  const { source, config, runtime, mirrors, names, listings } = options;
  const { id, repository } = project;
  const original = originalsOf(listings.get(id));
  const branches = refsOf(project)
    .filter((change) => change.new !== null)
    .map(({ ref }) => original(ref))
    .filter((ref) => refKind(ref) === 'branch')
    .map(shortName);
  const all = [...(listings.get(id)?.refs.keys() ?? [])].map(original);
  const without = movedKinds(config);
  const { counts, warnings } = await source.counts(repository, { branches, all, without });
  // What moves is no loss.
  for (const kind of without) counts.set(kind, 0);
  // A repository of that name lies in the same folder (GB-68): what is there is no wiki.
  const nothing = without.has('wiki-pages') || names.has(`${id}.wiki`);
  counts.set(
    'wiki-pages',
    nothing ? 0 : await wikiPages(repository, { source, mirrors, signal: runtime.aborting }),
  );
  return { counts, warnings };
}

/** Tells what a ref that travels under another name is called on the source. */
export function originalsOf(listing: RefListing | undefined): (ref: string) => string {
  const originals = new Map([...(listing?.renamed ?? [])].map(([from, to]) => [to, from]));
  return (ref) => originals.get(ref) ?? ref;
}

type WikiOptions = { source: Source; mirrors: MirrorOptions; signal: AbortSignal };

/** Pages of the repository's wiki at its head; 0 when there is only the page that GitBucket made itself (GB-130). */
async function wikiPages(repository: RepositoryName, options: WikiOptions): Promise<number> {
  const { source, mirrors, signal } = options;
  const tip = tipOf(await source.refs(repository, 'wiki'));
  if (tip === undefined) return 0;
  const { directory } = await updateMirror(
    {
      id: `${repository.owner}/${repository.name}.wiki`,
      source: source.remote(repository, 'wiki'),
      patterns: ['refs/heads/*', 'refs/tags/*'],
      progress() {},
      signal,
    },
    mirrors,
  );
  const git = createGit({ ...mirrors, directory, remotes: [], signal });
  const files = (await git.run('ls-tree', '-r', '-z', '--name-only', tip)).split('\0').filter(Boolean);
  const pages = files.filter((file) => /\.(md|markdown)$/i.test(file));
  const boilerplate = files.length === 1 && files[0] === 'Home.md' && (await hasOneCommit(git, tip));
  return boilerplate ? 0 : pages.length;
}

function tipOf({ refs, head }: RefListing): string | undefined {
  if (head !== null) return refs.get(head);
  return [...refs].find(([ref]) => refKind(ref) === 'branch')?.[1];
}

async function hasOneCommit(git: Git, tip: string): Promise<boolean> {
  return (await git.run('rev-list', '--count', '--max-count=2', tip)).trim() === '1';
}
