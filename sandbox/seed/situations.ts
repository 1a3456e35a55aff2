import type { EmbeddedGitBucket } from '../gitbucket.ts';
import { seedAccounts } from './accounts.ts';
import { seedEverydayRepositories } from './everyday.ts';
import { seedForks } from './forks.ts';
import { seedOddAccounts, seedPlaceholder } from './odd-accounts.ts';
import { seedOddNames } from './odd-names.ts';
import { seedOddRefs } from './odd-refs.ts';
import { seedRefusedRefs } from './refused-refs.ts';
import { createShelf, type SampleRepository } from './shelf.ts';

/**
 * Fills a fresh server with every situation of docs/servers/gitbucket.md that decides what a plan says: 1 to 14 and 25 to 35.
 * Gives each repository with the situations that it stands for.
 */
export function seedSituations(gitbucket: EmbeddedGitBucket): readonly SampleRepository[] {
  seedAccounts(gitbucket);
  const shelf = createShelf(gitbucket);
  seedEverydayRepositories(shelf);
  seedOddRefs(shelf);
  seedRefusedRefs(shelf);
  seedOddNames(shelf);
  seedOddAccounts(shelf, gitbucket);
  seedForks(shelf, gitbucket);
  seedPlaceholder(shelf, gitbucket);
  gitbucket.break('dave', 'broken');
  gitbucket.disable('carol');
  return shelf.repositories;
}
