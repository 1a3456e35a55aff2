import { Failure } from '../failures/failure.ts';
import { refUnreadable } from '../failures/source.ts';
import type { RefListing } from '../model/forge.ts';
import type { RepositoryName, Source } from '../model/source.ts';
import { check, defineFinding, errorFound, failureFound, type Found } from './finding.ts';

/** A repository to try the credentials on. `proves` is false when it may be read without them. */
type ProvingRepository = RepositoryName & { proves: boolean };

/** Owners that are searched for a private repository: more would make doctor slow on a big server. */
const mostOwners = 20;

/** One that only a login may read, if there is one among the first owners; else any; null when there is none. */
export async function repositoryToProve(
  source: Source,
  owners: readonly string[],
  open: boolean,
): Promise<ProvingRepository | null> {
  let any: ProvingRepository | null = null;
  for (const owner of owners.slice(0, mostOwners)) {
    const repositories = await source.repositoriesOf(owner).catch((error: unknown) => {
      // A damaged repository hides the owner's whole list (GB-64); it is reported when it is migrated.
      if (error instanceof Failure && error.code === 'server-error') return [];
      throw error;
    });
    const proving = repositories.find((repository) => repository.private || !open);
    if (proving) return { owner, name: proving.name, proves: true };
    const first = repositories[0];
    if (first) any ??= { owner, name: first.name, proves: false };
  }
  return any;
}

export const sourceGit = defineFinding('source-git', 'ok', (w: { object: string }) => ({
  message: `git over HTTP accepts the credentials for ${w.object}`,
}));

export const sourceGitUnproven = defineFinding('source-git-unproven', 'note', () => ({
  message: 'no repository that requires a login was found, so the credentials could not be proven on git',
}));

/** The credentials on git, on the wiki's git and on LFS, tried on one repository. */
export async function gitFindings(source: Source, repository: ProvingRepository | null): Promise<Found[]> {
  if (repository === null) return [sourceGitUnproven(source.url)];
  const object = `${repository.owner}/${repository.name}`;
  let listing: RefListing;
  try {
    listing = await source.refs(repository, 'code');
  } catch (error) {
    // One damaged repository says nothing of the credentials, and the others can be moved.
    const ofItsOwn = ['repository-broken', 'refs-unreadable'];
    const damaged = error instanceof Failure && ofItsOwn.includes(error.code);
    return [damaged ? failureFound(error, 'warning') : errorFound(error, object)];
  }
  return [
    repository.proves ? sourceGit(object) : sourceGitUnproven(object),
    sourceRefNames(source.url),
    ...(await check(object, () => unreadableFindings(source, repository, listing))),
    await wikiFinding(source, repository),
    ...(await check(object, () => lfsFindings(source, repository))),
  ];
}

export const sourceRefNames = defineFinding('source-ref-names', 'note', () => ({
  message:
    'refs whose names are not UTF-8 can be invisible to every client, as can all with letters beyond ASCII when GitBucket was started with LANG=C',
  fix: 'if such names are possible, compare git for-each-ref on the GitBucket machine with the hash of the proof: docs/refs.md, "What no client can see"; plan --deep asks the API of GitBucket as well',
}));

async function unreadableFindings(
  source: Source,
  repository: RepositoryName,
  listing: RefListing,
): Promise<Found[]> {
  const unreadable = listing.unreadable ?? (await source.unreadableRefs(repository, listing));
  return unreadable.map(({ ref, detail }) => {
    const object = `${repository.owner}/${repository.name} ${ref}`;
    return failureFound(refUnreadable(object, { detail }), 'warning');
  });
}

export const sourceWiki = defineFinding('source-wiki', 'ok', (w: { object: string }) => ({
  message: `git can read the wiki of ${w.object}`,
}));

export const sourceWikiUnreadable = defineFinding(
  'source-wiki-unreadable',
  'warning',
  (w: { object: string; detail: string }) => ({
    message: `git cannot read the wiki of ${w.object}: ${w.detail}`,
    fix: 'check the directory NAME.wiki.git beside the repository on the GitBucket machine',
  }),
);

async function wikiFinding(source: Source, repository: RepositoryName): Promise<Found> {
  const object = `${repository.owner}/${repository.name}`;
  try {
    await source.refs(repository, 'wiki');
    return sourceWiki(object);
  } catch (error) {
    if (error instanceof Failure && error.code === 'interrupted') throw error;
    const detail = error instanceof Failure ? error.message : String(error);
    return sourceWikiUnreadable(object, { detail });
  }
}

export const sourceLfs = defineFinding('source-lfs', 'ok', () => ({ message: 'Git LFS answers' }));

export const sourceLfsWithoutBaseUrl = defineFinding(
  'source-lfs-without-base-url',
  'warning',
  (w: { object: string; status: number }) => ({
    message: `Git LFS answers ${w.status} to credentials that git accepts: the base URL is not configured, so no LFS object can be downloaded`,
    fix: 'set "Base URL" in GitBucket > System administration > System settings',
  }),
);

export const sourceLfsUnavailable = defineFinding(
  'source-lfs-unavailable',
  'note',
  (w: { object: string; status: number }) => ({
    message: `Git LFS does not answer as expected (${w.status})`,
  }),
);

async function lfsFindings({ url, probes }: Source, repository: RepositoryName): Promise<Found[]> {
  const { state, status } = await probes.lfs(repository);
  if (state === 'answers') return [sourceLfs(url)];
  const finding = state === 'no-base-url' ? sourceLfsWithoutBaseUrl : sourceLfsUnavailable;
  return [finding(url, { status })];
}
