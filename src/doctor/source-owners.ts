import { MigrationError } from '../errors.ts';
import type { Source } from '../source/gitbucket.ts';

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
      if (error instanceof MigrationError && error.code === 'server-error') return [];
      throw error;
    });
    const proving = repositories.find((repository) => repository.private || !open);
    if (proving) return { owner, name: proving.name, proves: true };
    const first = repositories[0];
    if (first) any ??= { owner, name: first.name, proves: false };
  }
  return any;
}
