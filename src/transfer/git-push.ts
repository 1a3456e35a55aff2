import { pushFailed } from '../failures/git.ts';
import { Failure } from '../failures/failure.ts';
import { explained, GitExit, gitFailure, remoteText, saysCut } from '../git/errors.ts';
import type { Git } from '../git/run.ts';
import { isDeclined, type PushAnswer } from '../git/send-pack.ts';
import type { RefChange } from '../model/plan.ts';
import { pushBytes, statedLimit, type PushLimit } from './push-size.ts';
import type { TransferJob } from './transport.ts';

type GitPush = Pick<SplitPush, 'git' | 'job' | 'limit'>;

/**
 * One push with the real git; `packBytes` is asked when a push breaks off without a word.
 * @throws push-too-large, and what gitFailure makes of the rest
 */
async function gitPush(
  { git, job, limit }: GitPush,
  batch: readonly RefChange[],
  packBytes: () => Promise<number>,
): Promise<PushAnswer> {
  // git's own question would make the project anew (GL-54).
  await job.ensureTarget();
  const held = limit.needsLength() ? ['-c', `http.postBuffer=${await bufferFor(packBytes)}`] : [];
  try {
    const stdout = await git.run(
      ...held,
      'push',
      '--porcelain',
      '--no-verify',
      ...batch.flatMap(lease),
      job.target.url,
      ...batch.map(refspec),
    );
    return { refs: parsePushReport(stdout), text: '' };
  } catch (error) {
    if (!(error instanceof GitExit) || job.signal.aborted)
      throw gitFailure(error, 'target', job.id, job.signal);
    const refs = parsePushReport(error.stdout);
    if (refs.size === 0 || isDeclined({ refs, text: '' })) {
      const more = (await explained(error, job.target)) ?? (await saidByListing(error, job));
      if (more !== null) throw more;
    }
    const bytes = saysCut(error) ? await packBytes() : 0;
    const failure = gitFailure(error, 'target', job.id, job.signal, bytes);
    if (['push-too-large', 'connection-cut'].includes(failure.code) || refs.size === 0) throw failure;
    const text = remoteText(error.stderr);
    if (sentBroken(text)) throw pushFailed(job.id, { detail: text });
    return { refs, text };
  }
}

/** Statuses with which git shows none of the server's words when it was the push itself that was refused. */
const wordless = /HTTP 403|error: 403|error: 30\d|redirect/;

/** What the target's listing says of a push that was refused without a word (GL-296); null when it lists its refs. */
async function saidByListing({ stderr }: GitExit, { target }: TransferJob): Promise<Failure | null> {
  if (!wordless.test(stderr)) return null;
  return target.advertisement('git-receive-pack').then(
    () => null,
    (error: unknown) => (error instanceof Failure && error.refusal?.kind !== 'forbidden' ? error : null),
  );
}

/** Bytes that git shall hold before it sends: what it packs may be larger than what it has stored. */
async function bufferFor(packBytes: () => Promise<number>): Promise<number> {
  return 2 * (await packBytes()) + 1024 * 1024;
}

/** The words that a change takes in the command line of a push. */
export function pushArguments(change: RefChange): string[] {
  return [...lease(change), refspec(change)];
}

/** A bare id would be taken for a branch of that name, where there is one. */
function refspec(change: RefChange): string {
  return change.outcome === 'delete' ? `:${change.ref}` : `${change.new ?? ''}^{object}:${change.ref}`;
}

/** The old id as a lease: the push is refused when somebody moved the ref. Without a lease git allows a fast-forward only. */
function lease(change: RefChange): string[] {
  if (change.outcome === 'update' && !change.force) return [];
  return [`--force-with-lease=${change.ref}:${change.old ?? ''}`];
}

/** `ok` or the reason for each ref of the target, from the output of `git push --porcelain` (git-push, "OUTPUT"). */
export function parsePushReport(stdout: string): Map<string, string> {
  const refs = new Map<string, string>();
  for (const line of stdout.split('\n')) {
    const [flag = '', ends, summary = ''] = line.split('\t');
    if (ends === undefined || flag.length !== 1) continue;
    refs.set(ends.slice(ends.lastIndexOf(':') + 1), flag === '!' ? reasonOf(summary) : 'ok');
  }
  return refs;
}

/** `[remote rejected] (pre-receive hook declined)` gives the text in the last parentheses. */
function reasonOf(summary: string): string {
  return /\((.*)\)\s*$/.exec(summary)?.[1] ?? summary.trim();
}

/** True when the target could not even unpack what it got: git packs a damaged object without looking at it. */
function sentBroken(remote: string): boolean {
  return /inflate|pack has bad object/i.test(remote);
}

/** What had to be sent, and what came of it; `guessed`: nobody said why it broke off. */
export type TooLarge = { bytes: number; text: string; guessed: boolean };

/** One repository's push in portions that the server takes. */
export type SplitPush = {
  git: Git;
  job: TransferJob;
  pushedRefs: PushedRefs;
  limit: PushLimit;
  /** Ids that could not be sent alone: whatever builds on one and has as much to send cannot either. */
  tooLarge: Map<string, TooLarge>;
  /** Refs that were given up for their size, with how many refs had arrived by then. */
  givenUp: Map<string, number>;
  /** Sends these as they are, and gives the error when that is too large. `bytes`: what it is thought to have. */
  push(batch: readonly RefChange[], bytes: number | null): Promise<PushAnswer | Failure>;
};

/** Nothing is known yet but what other repositories have taught. */
export function createSplitPush({ git, job, limit }: Pick<SplitPush, 'git' | 'job' | 'limit'>): SplitPush {
  const pushedRefs = createPushedRefs(job.changes);
  const tooLarge = new Map<string, TooLarge>();
  if (!job.target.takesChunks()) limit.requireLength();
  const split: SplitPush = {
    git,
    job,
    pushedRefs,
    limit,
    tooLarge,
    givenUp: new Map(),
    async push(batch, bytes) {
      const size = async (): Promise<number> => bytes ?? bytesOf(batch, { git, pushedRefs });
      try {
        const answer = await gitPush(split, batch, size);
        pushedRefs.record(batch, answer.refs);
        if (bytes !== null && batch.every(({ ref }) => answer.refs.get(ref) === 'ok')) limit.worked(bytes);
        return answer;
      } catch (error) {
        if (!(error instanceof Failure) || error.code !== 'push-too-large') throw error;
        const sent = await size();
        const text = error.detail || error.message;
        if (/\b411\b/.test(text) && !limit.needsLength()) {
          limit.requireLength();
          return sent <= limit.budget() ? split.push(batch, sent) : error;
        }
        limit.tooLarge(sent, statedLimit(text));
        const [single, ...others] = batch;
        const guessed = error.cause !== undefined;
        if (single?.new && others.length === 0) tooLarge.set(single.new, { bytes: sent, text, guessed });
        return error;
      }
    },
  };
  return split;
}

/** About how many bytes this batch has to send. */
export function bytesOf(
  batch: readonly RefChange[],
  { git, pushedRefs }: Pick<SplitPush, 'git' | 'pushedRefs'>,
): Promise<number> {
  const ids = batch.map((change) => change.new).filter((id) => id !== null);
  return pushBytes(git, ids, pushedRefs.ids());
}

/** What the target's refs hold while they are being pushed. */
type PushedRefs = {
  /** Ids that the target has, so that nothing below them is sent. */
  ids(): string[];
  /** How many pushes of a ref have succeeded. */
  count(): number;
  /** True when something of the ref has been pushed, if only an older commit. */
  has(ref: string): boolean;
  /** The change as seen from what was pushed of it already: its own last commit is the lease. */
  asOfNow(change: RefChange): RefChange;
  /** Takes in those changes that the answer calls `ok`. */
  record(changes: readonly RefChange[], refs: ReadonlyMap<string, string>): void;
};

/** Starts with the ids that the target had when the changes were decided. */
function createPushedRefs(changes: readonly RefChange[]): PushedRefs {
  const held = new Map(changes.map(({ ref, old }) => [ref, old]));
  const pushed = new Set<string>();
  let count = 0;
  return {
    ids: () => [...held.values()].filter((id) => id !== null),
    count: () => count,
    has: (ref) => pushed.has(ref),
    asOfNow(change) {
      const old = held.get(change.ref) ?? null;
      if (!pushed.has(change.ref) || old === null) return change;
      return { ...change, outcome: 'update', old, force: true };
    },
    record(written, refs) {
      for (const { ref, new: id } of written) {
        if (refs.get(ref) !== 'ok') continue;
        held.set(ref, id);
        pushed.add(ref);
        count += 1;
      }
    },
  };
}
