import { Failure } from '../failures/failure.ts';
import type { Source } from '../gitbucket/source.ts';
import type { Remote } from '../transfer/transport.ts';
import { check, defineFinding, errorFound, failureFound, type Found } from './finding.ts';

/** A repository to try the credentials on. `proves` is false when it may be read without them. */
export type ProvingRepository = { owner: string; name: string; proves: boolean };

/** Owners that are searched for a private repository: more would make doctor slow on a big server. */
const MOST_OWNERS = 20;

/** One that only a login may read, if there is one among the first owners; else any; null when there is none. */
export async function repositoryToProve(
  source: Source,
  logins: readonly string[],
  open: boolean,
): Promise<ProvingRepository | null> {
  let any: ProvingRepository | null = null;
  for (const owner of logins.slice(0, MOST_OWNERS)) {
    const repositories = await source.api.repositoriesOf(owner).catch((error: unknown) => {
      // A damaged repository hides the owner's whole list (gitbucket-contract T10); it is reported when it is migrated.
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
  const { owner, name, proves } = repository;
  const object = `${owner}/${name}`;
  try {
    await source.listRefs(owner, name);
  } catch (error) {
    // One damaged repository says nothing of the credentials, and the others can be moved.
    const damaged = error instanceof Failure && error.code === 'repository-broken';
    return [damaged ? failureFound(error, 'warning') : errorFound(error, object)];
  }
  return [
    proves ? sourceGit(object) : sourceGitUnproven(object),
    await wikiFinding(source, owner, name),
    ...(await check(object, () => lfsFindings(source, owner, name))),
  ];
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

async function wikiFinding(source: Source, owner: string, name: string): Promise<Found> {
  const repository = `${owner}/${name}`;
  try {
    await source.remote(owner, `${name}.wiki`).advertisement('git-upload-pack');
    return sourceWiki(repository);
  } catch (error) {
    if (error instanceof Failure && error.code === 'interrupted') throw error;
    const detail = error instanceof Failure ? error.message : String(error);
    return sourceWikiUnreadable(repository, { detail });
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

/**
 * The batch call for an object that does not exist: GitBucket gives a link for any id, and without a base URL it refuses
 * (gitbucket-contract §3.1; 401 according to gitbucket-observed A5).
 */
async function lfsFindings(source: Source, owner: string, name: string): Promise<Found[]> {
  const { http, url } = source;
  const remote = source.remote(owner, name);
  const answer = await http.send({
    method: 'POST',
    path: `/git/${owner}/${name}.git/info/lfs/objects/batch`,
    headers: {
      authorization: basicOf(remote),
      'content-type': 'application/vnd.git-lfs+json',
      accept: 'application/vnd.git-lfs+json',
    },
    body: { operation: 'download', transfers: ['basic'], objects: [{ oid: '0'.repeat(64), size: 1 }] },
    tries: 1,
  });
  const { status } = answer;
  if (status === 200) return [sourceLfs(url)];
  const withoutBaseUrl = status === 401 || status === 500;
  return [withoutBaseUrl ? sourceLfsWithoutBaseUrl(url, { status }) : sourceLfsUnavailable(url, { status })];
}

function basicOf({ username, password }: Remote): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
