import type { EmbeddedGitBucket } from '../gitbucket.ts';
import { seedAccounts } from './accounts.ts';
import { seedEverydayRepositories } from './everyday.ts';
import { seedForks } from './forks.ts';
import { seedLfs } from './lfs.ts';
import { seedOddNames } from './odd-names.ts';
import { seedOddRefs } from './odd-refs.ts';
import { createShelf, type SampleRepository } from './shelf.ts';
import { seedTrackers } from './tracker.ts';
import { seedWikis } from './wikis.ts';

/** What the sample server holds, and how to get in. */
export type SampleServer = {
  /** Personal access tokens by login: `root` is the administrator. */
  tokens: { root: string; alice: string; bob: string };
  /** Passwords for signing in, by login. */
  passwords: { root: string; alice: string; bob: string };
  /** Every repository with what is special about it. */
  repositories: readonly SampleRepository[];
  /** Every owner with what is special about it. */
  owners: readonly { login: string; kind: 'user' | 'group'; what: string }[];
  /** The repository whose directory is damaged. */
  broken: string;
  /** The disabled user, whose repository cannot be seen. */
  disabled: string;
};

/** Fills a fresh server with a small company's groups, users and repositories, the odd ones included; ids never change. */
export async function seedSample(gitbucket: EmbeddedGitBucket): Promise<SampleServer> {
  const owners = seedAccounts(gitbucket);
  const shelf = createShelf(gitbucket);
  seedEverydayRepositories(shelf);
  seedOddRefs(shelf);
  seedOddNames(shelf);
  seedForks(shelf, gitbucket);
  seedLfs(shelf, gitbucket);
  seedWikis(gitbucket);
  await seedTrackers(shelf, gitbucket);
  gitbucket.break('dave', 'broken');
  gitbucket.disable('carol');
  return {
    tokens: { root: gitbucket.token('root'), alice: gitbucket.token('alice'), bob: gitbucket.token('bob') },
    passwords: { root: 'root', alice: 'alice', bob: 'bob' },
    repositories: shelf.repositories,
    owners,
    broken: 'dave/broken',
    disabled: 'carol',
  };
}
