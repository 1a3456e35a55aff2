import { MigrationError } from '../errors.ts';
import type { Source } from '../source/gitbucket.ts';
import type { Remote } from '../transfer/transport.ts';
import { attempted, failed, found, type CheckFinding } from './finding.ts';
import type { ProvingRepository } from './source-owners.ts';

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
    const damaged = error instanceof MigrationError && error.code === 'repository-broken';
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
    if (error instanceof MigrationError && error.code === 'interrupted') throw error;
    const detail = error instanceof MigrationError ? error.message : String(error);
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
      authorization: basicOf(remote),
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

function basicOf({ username, password }: Remote): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
