import { z } from 'zod';
import type { Config } from '../config/schema.ts';
import { Failure } from '../failures/failure.ts';
import type { Source } from '../gitbucket/source.ts';
import { basicAuth } from '../net/http.ts';
import { found, type CheckFinding, attempted, failed } from './finding.ts';
import { isAtLeast } from './measures.ts';

/** GitBucket's version as far as it can be told: exactly, or between two releases. */
export type Version = { exact: string | null; atLeast: string; below: string | null };

/** Whether the server has what came with a release; null when that could not be tried. */
type Sign = { since: string; there: boolean | null };

type Known = {
  repository: ProvingRepository | null;
  owners: Owners;
  cookie: string | null;
  config: Config['source'];
};

const Numbered = z.object({ id: z.number().default(0) });

/** The version and what is known to go wrong with it (gitbucket-contract §2.6, §6.1). */
export async function versionFindings(source: Source, known: Known): Promise<CheckFinding[]> {
  const exact = (await versionOnPages(source, known.cookie)) ?? null;
  const version =
    exact === null ? fromSigns(await signs(source, known)) : { exact, atLeast: exact, below: null };
  return [
    found('source-version', 'source', source.url, { version: versionText(version) }),
    ...problemsOf(version, known.config, source.url),
  ];
}

/** Pages of 4.24 and before show it to everybody, later ones only to an administrator who has signed in. */
async function versionOnPages({ web }: Source, cookie: string | null): Promise<string | null> {
  const page = await web.send({ method: 'GET', path: '/signin', tries: 2 });
  const shown = /class="header-version">\s*([\d.]+)/.exec(String(page.body))?.[1];
  if (shown !== undefined || cookie === null) return shown ?? null;
  const system = await web.send({ method: 'GET', path: '/admin/system', headers: { cookie } });
  return /GITBUCKET_VERSION<\/td>\s*<td>([\d.]+)/.exec(String(system.body))?.[1] ?? null;
}

/** Endpoints and fields that came with a release; those of a repository need one that can be read. */
async function signs(source: Source, { repository, owners }: Known): Promise<Sign[]> {
  const { http } = source;
  const ask = (path: string) => http.send({ method: 'GET', path: `/api/v3${path}`, tries: 2 });
  const plugins = await ask('/gitbucket/plugins');
  const found: Sign[] = [
    { since: '4.23', there: plugins.status === 200 },
    { since: '4.30', there: owners.listed },
  ];
  if (repository === null) return found;
  const base = `/repos/${encodeURIComponent(repository.owner)}/${encodeURIComponent(repository.name)}`;
  const paths = { '4.31': '/releases', '4.35': '/milestones', '4.37': '/git/refs' };
  // One after the other: each of them opens the whole repository (gitbucket-contract T23).
  for (const [since, path] of Object.entries(paths)) {
    // What fails there exists all the same (gitbucket-contract T8).
    found.push({ since, there: (await ask(base + path)).status !== 404 });
  }
  const numbered = Numbered.safeParse((await ask(base)).body);
  return [...found, { since: '4.47', there: numbered.success && numbered.data.id > 0 }];
}

/** The narrowest range that the signs allow; they come in the order of the releases. */
export function fromSigns(signs: readonly Sign[]): Version {
  const last = signs.findLastIndex(({ there }) => there === true);
  const missing = signs.slice(last + 1).find(({ there }) => there === false);
  return { exact: null, atLeast: signs[last]?.since ?? '4.0', below: missing?.since ?? null };
}

export function versionText({ exact, atLeast, below }: Version): string {
  if (exact !== null) return exact;
  return below === null ? `${atLeast} or later` : `between ${atLeast} and ${below}`;
}

/** What an administrator should know about this version. */
export function problemsOf(version: Version, config: Config['source'], url: string): CheckFinding[] {
  const isOlderThan = (release: string): boolean =>
    version.exact === null
      ? version.below !== null && isAtLeast(release, version.below)
      : !isAtLeast(version.exact, release);
  const findings: CheckFinding[] = [];
  if (isOlderThan('4.23') && config.password === null) {
    findings.push(found('source-git-without-tokens', 'source', url));
  }
  if (isOlderThan('4.24')) findings.push(found('source-names-by-case', 'source', url));
  if (isOlderThan('4.30')) findings.push(found('source-without-owner-list', 'source', url));
  if (isAtLeast(version.atLeast, '4.47')) findings.push(found('source-placeholders', 'source', url));
  return findings;
}

/** The credentials on git, on the wiki's git and on LFS, tried on one repository. */
export async function gitFindings(
  source: Source,
  repository: ProvingRepository | null,
): Promise<CheckFinding[]> {
  if (repository === null) return [found('source-git-unproven', 'source', source.url)];
  const { owner, name, proves } = repository;
  const object = `${owner}/${name}`;
  try {
    await source.listRefs(owner, name);
  } catch (error) {
    // One damaged repository says nothing of the credentials, and the others can be moved.
    const damaged = error instanceof Failure && error.code === 'repository-broken';
    return [failed(error, 'source', damaged ? 'warning' : 'error')];
  }
  return [
    found(proves ? 'source-git' : 'source-git-unproven', 'source', object, { repository: object }),
    await wikiFinding(source, owner, name),
    ...(await attempted('source', () => lfsFindings(source, owner, name))),
  ];
}

async function wikiFinding(source: Source, owner: string, name: string): Promise<CheckFinding> {
  const repository = `${owner}/${name}`;
  try {
    await source.remote(owner, `${name}.wiki`).advertisement('git-upload-pack');
    return found('source-wiki', 'source', repository, { repository });
  } catch (error) {
    if (error instanceof Failure && error.code === 'interrupted') throw error;
    const detail = error instanceof Failure ? error.message : String(error);
    return found('source-wiki-unreadable', 'source', repository, { repository, detail });
  }
}

/**
 * The batch call for an object that does not exist: GitBucket gives a link for any id, and without a base URL it refuses
 * (gitbucket-contract §3.1; 401 according to gitbucket-observed A5).
 */
async function lfsFindings(source: Source, owner: string, name: string): Promise<CheckFinding[]> {
  const { http, url } = source;
  const remote = source.remote(owner, name);
  const answer = await http.send({
    method: 'POST',
    path: `/git/${owner}/${name}.git/info/lfs/objects/batch`,
    headers: {
      authorization: basicAuth(remote),
      'content-type': 'application/vnd.git-lfs+json',
      accept: 'application/vnd.git-lfs+json',
    },
    body: { operation: 'download', transfers: ['basic'], objects: [{ oid: '0'.repeat(64), size: 1 }] },
    tries: 1,
  });
  const { status } = answer;
  if (status === 200) return [found('source-lfs', 'source', url)];
  const id = status === 401 || status === 500 ? 'source-lfs-without-base-url' : 'source-lfs-unavailable';
  return [found(id, 'source', url, { status })];
}

/** Logins of all groups and users; `listed` is false before 4.30, where there is no such list. */
export type Owners = { logins: string[]; listed: boolean };

/** A repository to try the credentials on. `proves` is false when it may be read without them. */
export type ProvingRepository = { owner: string; name: string; proves: boolean };

/** Owners that are asked for a private repository: more would make doctor slow on a big server. */
const MOST_OWNERS = 20;

export async function readOwners(source: Source): Promise<Owners> {
  const [groups, users] = await Promise.all([source.api.groups(), source.api.users()]);
  if (groups === null || users === null) {
    return { logins: [(await source.connect()).login], listed: false };
  }
  return { logins: [...groups, ...users].map(({ login }) => login), listed: true };
}

/** One that only a login may read, if there is one among the first owners; else any; null when there is none. */
export async function repositoryToProve(
  source: Source,
  owners: Owners,
  open: boolean,
): Promise<ProvingRepository | null> {
  let any: ProvingRepository | null = null;
  for (const owner of owners.logins.slice(0, MOST_OWNERS)) {
    const repositories = await source.api.repositoriesOf(owner).catch((error: unknown) => {
      // A damaged repository hides the owner's whole list (gitbucket-contract T10); it is told when it is moved.
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
