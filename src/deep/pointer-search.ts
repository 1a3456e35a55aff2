import { eachEntry, type BatchEntry } from './batch-reader.ts';
import { feedLine, startGit, together, type LocalGit, type RunningGit } from './local-git.ts';
import {
  LONGEST_FOR_GITLAB,
  LONGEST_POINTER,
  parsePointer,
  SHORTEST_POINTER,
  type LfsPointer,
} from './lfs-pointer.ts';
import type { WalkedObject } from './object-line.ts';

export type FoundPointer = LfsPointer & {
  path: string;
  /** The commit that brought it; empty for what no commit of the walk brought. */
  commit: string;
  /** False when GitLab overlooks it, because it is longer than it should be. */
  seenByGitLab: boolean;
};

export type PointerSearch = {
  /** Looks into the object when it may be a pointer. */
  offer(object: WalkedObject, commit: string): void | Promise<void>;
  /** Resolves once everything that was offered has been looked at. */
  end(): Promise<void>;
  stop(): void;
};

/** Finds LFS pointers among the blobs that are offered; one entry for each LFS object, the first that was met. */
export function createPointerSearch(git: LocalGit, found: Map<string, FoundPointer>): PointerSearch {
  let reading: Reading | null = null;
  return {
    offer({ id, type, size, path }, commit) {
      if (type !== 'blob' || size < SHORTEST_POINTER || size > LONGEST_POINTER) return;
      reading ??= startReading(git, (entry) => note(entry, found));
      return feedLine(reading.git.stdin, `${id} ${commit === '' ? NO_COMMIT : commit} ${path}`);
    },
    async end() {
      reading?.git.stdin.end();
      await reading?.finished;
    },
    stop: () => reading?.git.stop(),
  };
}

type Reading = { git: RunningGit; finished: Promise<void> };

const NO_COMMIT = '-'.repeat(40);

function startReading(git: LocalGit, visit: (entry: BatchEntry) => void): Reading {
  const read = startGit(git, ['cat-file', '--buffer', '--batch=%(objectname) %(objectsize) %(rest)']);
  const finished = together([read], [eachEntry(read.stdout, visit)]);
  // Whoever ends the search hears of it.
  finished.catch(() => {});
  return { git: read, finished };
}

function note({ size, rest, content }: BatchEntry, found: Map<string, FoundPointer>): void {
  const pointer = parsePointer(content);
  if (pointer === null) return;
  const known = found.get(pointer.oid);
  const seenByGitLab = size <= LONGEST_FOR_GITLAB;
  if (known) known.seenByGitLab ||= seenByGitLab;
  else found.set(pointer.oid, { ...pointer, commit: rest.slice(0, 40), path: rest.slice(41), seenByGitLab });
}
