import type { Remote } from '../git/remote.ts';
import type { RefChange } from '../model/plan.ts';

export type TransferJob = {
  /** Key of the item, `owner/name`. */
  id: string;
  /** 1 for the first try. */
  attempt: number;
  source: Remote;
  target: Remote;
  /** Ref patterns that travel, such as `refs/heads/*`. */
  patterns: readonly string[];
  /** What is decided for every ref; only those that create, update or delete are written. */
  changes: readonly RefChange[];
  /** Object ids that must be part of the source's history before anything is written. */
  unverifiedIds: readonly string[];
  /** To be called right before a push. @throws when the project is no longer where it was, so that a push would hit another */
  ensureTarget(): Promise<void>;
  /** Called once, when the objects are at hand and just before the first write. */
  beforeWrite(): Promise<void>;
  progress(stage: string, percent: number | null, bytes: number): void;
  signal: AbortSignal;
  /** True when only the refs that are written may be fetched: the source cannot give the others. */
  selected?: true;
};

/** How one planned write ended. */
export type RefResult =
  | { ref: string; outcome: 'written' }
  /** GitLab does not take it; `reason` is its own text. */
  | { ref: string; outcome: 'refused'; reason: string }
  /** The target holds something else than expected, or is not an ancestor: nothing was written. */
  | { ref: string; outcome: 'moved'; reason: string }
  /** The source cannot give its objects; `reason` is its own text. */
  | { ref: string; outcome: 'unreadable'; reason: string };

export type TransferResult = {
  /** One for each change that is a write. */
  results: RefResult[];
  /** Bytes of packs received from the source. */
  bytes: number;
  /** What people should know of the way it was moved. */
  note?: string;
};

/** A way to move objects and refs. The engine does not know which one it has. */
export type Transport = { transfer(job: TransferJob): Promise<TransferResult> };

/** One commit that the source does not have: values of a config file of git's are changed, nothing else. */
export type CommitJob = Pick<
  TransferJob,
  'id' | 'attempt' | 'source' | 'target' | 'ensureTarget' | 'progress' | 'signal'
> & {
  /** The commit on which it is made, with the ref that leads to it on the source. */
  base: { ref: string; id: string };
  /** The file at the root of the repository, and the id that its content must have. */
  file: { path: string; id: string };
  /** New values by their keys. */
  values: ReadonlyMap<string, string>;
  message: string;
  /** The ref that gets it, and the id that the target must still have there; null: none. */
  ref: string;
  old: string | null;
  /** Called with its id, just before the push. */
  beforeWrite(commit: string): Promise<void>;
};

/** How the push of such a commit ended; `commit` is null when none was made. */
export type CommitResult = { commit: string | null; result: RefResult; bytes: number };

/** Everything that a run carries objects with. */
export type FullTransport = Transport & { addCommit(job: CommitJob): Promise<CommitResult> };
