import type { Finding } from '../model.ts';
import { formatMebibytes } from '../text/format.ts';
import type { Stuck } from './push-steps.ts';
import type { Scan } from './scan.ts';
import type { LargeFile, SizeLimits } from './sizes.ts';
import { MOST_SHOWN, placeOf } from './words.ts';

const RAISE =
  "raise GitLab's receive_max_input_size (Admin > Settings > General > Account and limit > Maximum push size)";
const TO_LFS =
  'move the file to Git LFS on GitBucket (git lfs migrate import) or out of the history, then run again';

/** What GitLab refuses for its size, and files that are large enough to be worth a word. */
export function largeFileFindings(
  { files, commits }: Pick<Scan, 'files' | 'commits'>,
  limits: SizeLimits,
): Finding[] {
  const worst = files.toSorted(
    (a, b) => Number(b.exceeds !== null) - Number(a.exceeds !== null) || b.size - a.size,
  );
  const findings = worst.slice(0, MOST_SHOWN).map((file) => fileFinding(file, limits));
  for (const { commit, packed } of commits.slice(0, MOST_SHOWN)) {
    findings.push({
      kind: 'large-file',
      refused: true,
      object: commit,
      reason: `this commit alone brings about ${formatMebibytes(packed)}, and GitLab takes ${formatMebibytes(limits.push ?? 0)} in one push`,
      fix: RAISE,
    });
  }
  const more = files.length + commits.length - findings.length;
  if (more > 0) {
    const refused = [
      ...worst.slice(MOST_SHOWN).map(({ exceeds }) => exceeds),
      ...commits.slice(MOST_SHOWN),
    ].some((each) => each !== null);
    const reason = `${more} more files or commits are as large`;
    findings.push({ kind: 'large-file', refused, object: 'further files', reason, fix: TO_LFS });
  }
  return findings;
}

/** Refs whose history cannot be cut small enough, though each commit of it is. */
export function stuckFindings(stuck: readonly Stuck[], limits: SizeLimits): Finding[] {
  return stuck.slice(0, MOST_SHOWN).map(({ ref, commit, packed }) => {
    const why = ref.startsWith('refs/tags/')
      ? 'a tag is moved whole, and its history is on no branch that arrives'
      : `what commit ${commit} merges can only be moved at once`;
    const reason = `${why}: about ${formatMebibytes(packed)}, and GitLab takes ${formatMebibytes(limits.push ?? 0)} in one push`;
    return { kind: 'large-file', refused: true, object: ref, reason, fix: RAISE };
  });
}

function fileFinding(file: LargeFile, limits: SizeLimits): Finding {
  const { id, path, commit, size, packed, exceeds } = file;
  const common = { kind: 'large-file', refused: exceeds !== null, object: path === '' ? id : path } as const;
  const what = `${formatMebibytes(size)}${placeOf({ path: '', commit })}`;
  if (exceeds === 'push') {
    const reason = `${what}, packed ${formatMebibytes(packed)}: GitLab takes ${formatMebibytes(limits.push ?? 0)} in one push`;
    return { ...common, reason, fix: `${RAISE}, or ${TO_LFS}` };
  }
  if (exceeds === 'file') {
    const reason = `${what}: free projects of this GitLab take no file above ${formatMebibytes(limits.file ?? 0)}`;
    return { ...common, reason, fix: TO_LFS };
  }
  const reason = `${what}: fine unless a push rule of GitLab limits files, which this token may not see`;
  return { ...common, reason, fix: TO_LFS };
}
