import type { Finding } from '../model/plan.ts';
import type { WalkedObject } from '../git/object-walk.ts';
import type { Scan } from './objects.ts';
import type { Stuck } from './stuck-refs.ts';
import { mostShown, placeOf } from './words.ts';
import { formatMebibytes } from '../text/format.ts';

const raise =
  "raise GitLab's receive_max_input_size (Admin > Settings > General > Account and limit > Maximum push size)";
const toLfs =
  'move the file to Git LFS on GitBucket (git lfs migrate import) or remove it from the history, then run again';

/** What GitLab refuses for its size, and files that are large enough to be worth a word. */
export function largeFileFindings(
  { files, commits }: Pick<Scan, 'files' | 'commits'>,
  limits: SizeLimits,
): Finding[] {
  const worst = files.toSorted(
    (a, b) => Number(b.exceeds !== null) - Number(a.exceeds !== null) || b.size - a.size,
  );
  const findings = worst.slice(0, mostShown).map((file) => fileFinding(file, limits));
  for (const { commit, packed } of commits.slice(0, mostShown)) {
    findings.push({
      code: 'large-file',
      refused: true,
      object: commit,
      message: `this commit alone adds about ${formatMebibytes(packed)}, but GitLab accepts at most ${formatMebibytes(limits.push ?? 0)} per push`,
      fix: raise,
    });
  }
  const more = files.length + commits.length - findings.length;
  if (more > 0) {
    const refused = [
      ...worst.slice(mostShown).map(({ exceeds }) => exceeds),
      ...commits.slice(mostShown),
    ].some((each) => each !== null);
    const message = `${more} more files or commits are similarly large`;
    findings.push({ code: 'large-file', refused, object: 'further files', message, fix: toLfs });
  }
  return findings;
}

/** Refs whose history cannot be cut small enough, though each commit of it is. */
export function stuckFindings(stuck: readonly Stuck[], limits: SizeLimits): Finding[] {
  return stuck.slice(0, mostShown).map(({ ref, commit, packed }) => {
    const why = ref.startsWith('refs/tags/')
      ? 'a tag is pushed whole, and no pushed branch contains its history'
      : `the history merged by commit ${commit} can only be pushed in one piece`;
    const message = `${why}: about ${formatMebibytes(packed)}, but GitLab accepts at most ${formatMebibytes(limits.push ?? 0)} per push`;
    return { code: 'large-file', refused: true, object: ref, message, fix: raise };
  });
}

function fileFinding(file: LargeFile, limits: SizeLimits): Finding {
  const { id, path, commit, size, packed, exceeds } = file;
  const common = { code: 'large-file', refused: exceeds !== null, object: path === '' ? id : path } as const;
  const what = `${formatMebibytes(size)}${placeOf({ path: '', commit })}`;
  if (exceeds === 'push') {
    const message = `${what}, packed ${formatMebibytes(packed)}: GitLab accepts at most ${formatMebibytes(limits.push ?? 0)} per push`;
    return { ...common, message, fix: `${raise}, or ${toLfs}` };
  }
  if (exceeds === 'file') {
    const message = `${what}: free projects on this GitLab accept no file larger than ${formatMebibytes(limits.file ?? 0)}`;
    return { ...common, message, fix: toLfs };
  }
  const message = `${what}: accepted unless a GitLab push rule limits file size, which this token cannot check`;
  return { ...common, message, fix: toLfs };
}

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

/** Worth a word even where no limit is known: GitLab.com takes no larger file (GL-241). */
const noteworthy = 100 * 1024 * 1024;

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
      if (exceeds === null && object.size <= noteworthy) return;
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
