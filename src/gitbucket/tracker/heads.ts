import { Failure } from '../../failures/failure.ts';
import { isServerTrouble } from '../../failures/index.ts';
import type { RefListing } from '../../model/forge.ts';
import type { RepositoryName } from '../../model/source.ts';
import { once } from '../../net/once.ts';
import type { GitBucketApi } from '../client.ts';

/** Where the heads of pull requests are: GitBucket keeps each as `refs/pull/<n>/head`, whatever becomes of its branch. */
export type Heads = {
  /** The commit of a request whose head is said to be this one; null when the repository has lost it. */
  commitOf(number: number, said: string): Promise<string | null>;
};

/** `list`: what git advertises of the repository; asked once, when the first request is met. */
export function createHeads(
  api: GitBucketApi,
  repository: RepositoryName,
  list: () => Promise<RefListing>,
): Heads {
  const refs = once(async () => {
    try {
      return (await list()).refs;
    } catch (error) {
      // Its tracker can be read all the same.
      if (error instanceof Failure && error.blame === 'source') return new Map<string, string>();
      throw error;
    }
  });
  return {
    async commitOf(number, said) {
      const head = (await refs()).get(`refs/pull/${number}/head`);
      if (head !== undefined || !/^[0-9a-f]{40,}$/.test(said)) return head ?? null;
      const there = await api.hasCommit(repository, said).catch((error: unknown) => {
        if (isServerTrouble(error)) return false;
        throw error;
      });
      return there === true ? said : null;
    },
  };
}
