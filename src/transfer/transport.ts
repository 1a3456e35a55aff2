import type { RefChange, RefListing } from '../model.ts';

/** One end of a transfer: a git URL with its Basic credentials and, if need be, a CA certificate file. */
export type Remote = { url: string; username: string; password: string; caFile: string | null };

export type TransferJob = {
  /** Key of the item, `owner/name`. */
  id: string;
  source: Remote;
  target: Remote;
  /** Ref patterns that travel, such as `refs/heads/*`. */
  patterns: readonly string[];
  /** Where the source's HEAD points, as read from its advertisement. */
  head: string | null;
  /** Object ids that must be part of the source's history before anything is written. */
  mustKnow: readonly string[];
  /** Decides what to do once the source has been read afresh. */
  decide(source: RefListing): RefChange[];
  /** Called once, before the first write, with the refs that are about to be written. */
  beforeWrite(changes: readonly RefChange[]): Promise<void>;
  progress(stage: string, percent: number | null, bytes: number): void;
  signal: AbortSignal;
};

/** How one planned write ended. */
export type RefResult =
  | { ref: string; outcome: 'written' }
  /** GitLab does not take it; `reason` is its own text. */
  | { ref: string; outcome: 'refused'; reason: string }
  /** The target holds something else than expected, or is not an ancestor: nothing was written. */
  | { ref: string; outcome: 'moved'; reason: string };

export type TransferResult = {
  /** What the source had at the moment of the transfer. */
  source: RefListing;
  changes: RefChange[];
  /** One for each change with outcome create, update or delete. */
  results: RefResult[];
  /** Bytes of packs received from the source. */
  bytes: number;
};

/** A way to move objects and refs. The engine does not know which one it has. */
export type Transport = { transfer(job: TransferJob): Promise<TransferResult> };
