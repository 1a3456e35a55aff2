import type { WalkedObject } from './object-line.ts';

/** What the target is known to refuse, in bytes; null for what is not limited or not told. */
export type SizeLimits = {
  /** One push, as packed. */
  push: number | null;
  /** One file, as a checkout shows it. */
  file: number | null;
};

export type LargeFile = {
  path: string;
  id: string;
  commit: string;
  size: number;
  packed: number;
  exceeds: 'push' | 'file' | null;
};

/** A commit of many files that together are more than one push may have, though none of them is alone. */
export type LargeCommit = { commit: string; packed: number };

/** Worth a word even where no limit is known: GitLab.com takes no larger file (gitlab-contract §4.6). */
export const NOTEWORTHY = 100 * 1024 * 1024;

export type SizeCheck = {
  files: LargeFile[];
  commits: LargeCommit[];
  /** Packed bytes that each commit brings; empty when pushes are not limited. */
  perCommit: Map<string, number>;
  visit(object: WalkedObject, commit: string): void;
  end(): void;
};

/**
 * Finds what is too large for one push. A push can be cut along the history but not within a commit, so what a commit
 * brings counts as a whole.
 */
export function createSizeCheck(limits: SizeLimits): SizeCheck {
  const files: LargeFile[] = [];
  const commits: LargeCommit[] = [];
  const perCommit = new Map<string, number>();
  let current = '';
  let packed = 0;
  let known = false;

  function close(): void {
    if (limits.push !== null && current !== '') {
      perCommit.set(current, packed);
      if (packed > limits.push && !known) commits.push({ commit: current, packed });
    }
    packed = 0;
    known = false;
  }

  return {
    files,
    commits,
    perCommit,
    visit(object, commit) {
      if (commit !== current) {
        close();
        current = commit;
      }
      packed += object.packed;
      if (object.type !== 'blob') return;
      const exceeds = exceededBy(object, limits);
      known ||= exceeds === 'push';
      if (exceeds === null && object.size <= NOTEWORTHY) return;
      const { id, path, size } = object;
      files.push({ id, path, commit, size, packed: object.packed, exceeds });
    },
    end: close,
  };
}

function exceededBy({ size, packed }: WalkedObject, limits: SizeLimits): LargeFile['exceeds'] {
  if (limits.push !== null && packed > limits.push) return 'push';
  return limits.file !== null && size > limits.file ? 'file' : null;
}
