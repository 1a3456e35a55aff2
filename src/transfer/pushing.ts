import { MigrationError } from '../errors.ts';
import type { RefChange } from '../model.ts';
import type { Arrivals } from './arrivals.ts';
import type { Git } from './git.ts';
import { statedLimit, type PushLimit } from './push-limit.ts';
import { gitPush } from './git-push.ts';
import { pushBytes } from './push-size.ts';
import type { PushAnswer } from './send-batches.ts';
import type { TransferJob } from './transport.ts';

/** What had to be sent, and what came of it; `guessed`: nobody said why it broke off. */
export type TooLarge = { bytes: number; text: string; guessed: boolean };

/** One repository's push in portions that the server takes. */
export type Pushing = {
  git: Git;
  job: TransferJob;
  arrivals: Arrivals;
  limit: PushLimit;
  /** Ids that could not be sent alone: whatever builds on one and has as much to send cannot either. */
  tooLarge: Map<string, TooLarge>;
  /** Refs that were given up for their size, with how many refs had arrived by then. */
  kept: Map<string, number>;
  /** Sends these as they are, and gives the error when that is too large. `bytes`: what it is thought to have. */
  push(batch: readonly RefChange[], bytes: number | null): Promise<PushAnswer | MigrationError>;
};

export type PushingOptions = { git: Git; job: TransferJob; arrivals: Arrivals; limit: PushLimit };

/** Nothing is known yet but what other repositories have taught. */
export function createPushing({ git, job, arrivals, limit }: PushingOptions): Pushing {
  const tooLarge = new Map<string, TooLarge>();
  return {
    git,
    job,
    arrivals,
    limit,
    tooLarge,
    kept: new Map(),
    async push(batch, bytes) {
      const size = async (): Promise<number> => bytes ?? bytesOf(batch, { git, arrivals });
      try {
        const answer = await gitPush(git, job, batch, size);
        arrivals.note(batch, answer.refs);
        if (bytes !== null && batch.every(({ ref }) => answer.refs.get(ref) === 'ok')) limit.worked(bytes);
        return answer;
      } catch (error) {
        if (!(error instanceof MigrationError) || error.code !== 'push-too-large') throw error;
        const sent = await size();
        const text = String(error.context['detail'] ?? error.message);
        limit.tooLarge(sent, statedLimit(text));
        const [single, ...others] = batch;
        const guessed = error.cause !== undefined;
        if (single?.new && others.length === 0) tooLarge.set(single.new, { bytes: sent, text, guessed });
        return error;
      }
    },
  };
}

/** About how many bytes this batch has to send. */
export function bytesOf(
  batch: readonly RefChange[],
  { git, arrivals }: Pick<Pushing, 'git' | 'arrivals'>,
): Promise<number> {
  const ids = batch.map((change) => change.new).filter((id) => id !== null);
  return pushBytes(git, ids, arrivals.ids());
}
