import type { Readable } from 'node:stream';
import type { RefChange } from '../model/plan.ts';
import type { StreamAnswer } from '../net/stream.ts';

/** What git needs to reach a repository: its URL with Basic credentials and, if need be, a CA certificate file. */
export type GitRemote = { url: string; username: string; password: string; caFile: string | null };

export type GitService = 'git-upload-pack' | 'git-receive-pack';

/** One end of a transfer. */
export type Remote = GitRemote & {
  /** Ref advertisement of a service, version 0. */
  advertisement(service: GitService): Promise<Buffer>;
  /** One request to a service; the answer's body is given as a stream, whatever its status. */
  post(service: GitService, body: Readable | Buffer): Promise<StreamAnswer>;
  /** Milliseconds without a byte after which a stream is given up. */
  silenceMs: number;
};

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
  mustKnow: readonly string[];
  /** Called once, when the objects are at hand and just before the first write. */
  beforeWrite(): Promise<void>;
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
  /** One for each change that is a write. */
  results: RefResult[];
  /** Bytes of packs received from the source. */
  bytes: number;
  /** What people should know of the way it was moved. */
  note?: string;
};

/** A way to move objects and refs. The engine does not know which one it has. */
export type Transport = { transfer(job: TransferJob): Promise<TransferResult> };
