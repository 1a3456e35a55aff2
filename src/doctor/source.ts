import type { Config } from '../config/schema.ts';
import { Failure } from '../failures/failure.ts';
import type { Account, RepositoryName, Source, SourceProbes } from '../model/source.ts';
import { attempted, failed, found, type CheckFinding } from './finding.ts';

/** `owners`: logins of all groups and users, as far as they are listed. */
export type SourceReport = { findings: CheckFinding[]; owners: string[] | null };

/** Every check of GitBucket: address, credentials on each surface, what they see, version. */
export async function sourceFindings(source: Source, config: Config['source']): Promise<SourceReport> {
  const { url, probes } = source;
  const findings: CheckFinding[] = [];
  let account: Account | null = null;
  try {
    account = await source.connect();
    findings.push(...accountFindings(account, config, url));
  } catch (error) {
    findings.push(failed(error, 'source'));
  }
  if (!answersAsGitBucket(findings)) return { findings, owners: null };
  const open = await probes.anonymousAccess();
  if (open !== null) findings.push(found(open ? 'source-anonymous' : 'source-login-demanded', 'source', url));
  findings.push(...(await attempted('source', () => sessionFindings(probes, url))));
  if (account === null) return { findings, owners: null };
  const { findings: more, owners } = await behindLogin(source, account, open === true);
  return { findings: [...findings, ...more], owners };
}

/** What only an accepted login can find out. */
async function behindLogin(source: Source, account: Account, open: boolean): Promise<SourceReport> {
  try {
    const owners = (await source.probes.owners()) ?? [account.login];
    const repository = await repositoryToProve(source, owners, open);
    const findings = [
      ...(await hiddenOwners(source.probes)),
      ...(await attempted('source', () => gitFindings(source, repository))),
      ...(await attempted('source', () => versionFindings(source, repository))),
    ];
    return { findings, owners };
  } catch (error) {
    return { findings: [failed(error, 'source')], owners: null };
  }
}

/** Whose credentials they are, what he sees, and the address that the server believes in. */
function accountFindings(
  { login, admin, serverUrl }: Account,
  config: Config['source'],
  url: string,
): CheckFinding[] {
  const context = { user: login };
  const findings = [
    found(config.token === null ? 'source-login' : 'source-token', 'source', url, context),
    found(admin === true ? 'source-administrator' : 'source-not-administrator', 'source', url, context),
  ];
  if (serverUrl !== null && serverUrl !== url)
    findings.push(found('source-base-url', 'source', url, { found: serverUrl }));
  return findings;
}

/** False when nothing else can be asked. A refused token only stops what needs a token. */
function answersAsGitBucket(findings: readonly CheckFinding[]): boolean {
  return findings.every(({ level, id }) => level !== 'error' || id === 'token-refused');
}

async function sessionFindings(probes: SourceProbes, url: string): Promise<CheckFinding[]> {
  const session = await probes.signIn();
  if (session === null) return [];
  const id = session.accepted ? 'source-session' : 'source-password-refused';
  return [found(id, 'source', url, { user: session.user })];
}

/** A repository to try the credentials on. `proves` is false when it may be read without them. */
type ProvingRepository = RepositoryName & { proves: boolean };

/** Owners that are asked for a private repository: more would make doctor slow on a big server. */
const MOST_OWNERS = 20;

/** One that only a login may read, if there is one among the first owners; else any; null when there is none. */
async function repositoryToProve(
  source: Source,
  owners: readonly string[],
  open: boolean,
): Promise<ProvingRepository | null> {
  let any: ProvingRepository | null = null;
  for (const owner of owners.slice(0, MOST_OWNERS)) {
    const repositories = await source.repositoriesOf(owner).catch((error: unknown) => {
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

async function hiddenOwners(probes: SourceProbes): Promise<CheckFinding[]> {
  const error = await probes.hiddenOwners();
  return error === null ? [] : [failed(error, 'source', 'warning')];
}

/** The credentials on git, on the wiki's git and on LFS, tried on one repository. */
async function gitFindings(source: Source, repository: ProvingRepository | null): Promise<CheckFinding[]> {
  if (repository === null) return [found('source-git-unproven', 'source', source.url)];
  const object = `${repository.owner}/${repository.name}`;
  try {
    await source.refs(repository, 'code');
  } catch (error) {
    // One damaged repository says nothing of the credentials, and the others can be moved.
    const damaged = error instanceof Failure && error.code === 'repository-broken';
    return [failed(error, 'source', damaged ? 'warning' : 'error')];
  }
  const id = repository.proves ? 'source-git' : 'source-git-unproven';
  return [
    found(id, 'source', object, { repository: object }),
    await wikiFinding(source, repository),
    ...(await attempted('source', () => lfsFindings(source, repository))),
  ];
}

async function wikiFinding(source: Source, { owner, name }: RepositoryName): Promise<CheckFinding> {
  const repository = `${owner}/${name}`;
  try {
    await source.refs({ owner, name }, 'wiki');
    return found('source-wiki', 'source', repository, { repository });
  } catch (error) {
    if (error instanceof Failure && error.code === 'interrupted') throw error;
    const detail = error instanceof Failure ? error.message : String(error);
    return found('source-wiki-unreadable', 'source', repository, { repository, detail });
  }
}

const LFS_FINDINGS = {
  answers: 'source-lfs',
  'no-base-url': 'source-lfs-without-base-url',
  unavailable: 'source-lfs-unavailable',
} as const;

async function lfsFindings({ url, probes }: Source, repository: RepositoryName): Promise<CheckFinding[]> {
  const { state, status } = await probes.lfs(repository);
  return [found(LFS_FINDINGS[state], 'source', url, { status })];
}

/** The version and what is known to go wrong with it. */
async function versionFindings(
  { url, probes }: Source,
  repository: RepositoryName | null,
): Promise<CheckFinding[]> {
  const { text, quirks } = await probes.version(repository);
  return [
    found('source-version', 'source', url, { version: text }),
    ...quirks.map((quirk) => found(`source-${quirk}`, 'source', url)),
  ];
}
