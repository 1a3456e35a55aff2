import { GitExit } from '../transfer/git.ts';
import { parseFsckLine, progressOf, type BadObject } from './fsck-line.ts';
import { eachLine, startGit, type LocalGit, type RunningGit } from './local-git.ts';

/**
 * GitLab's git checks what it receives and ignores these three (gitlab-contract §4.5). `git fsck` has the same checks
 * under `fsck.`, and `--strict` makes errors of the same warnings as `receive-pack` does.
 */
const IGNORED = ['badTimezone', 'missingSpaceBeforeDate', 'zeroPaddedFilemode'] as const;

/** Each takes some memory; a repository with more of them has one cause. */
const MOST = 20_000;
/** Bit of fsck's exit code: objects are missing. Bad objects alone set others, which ones depends on where they lie. */
const MISSING = 2;
/** A pack or an object is damaged, which is nothing that GitLab refuses. */
const DAMAGE = /^(error|fatal): (?!refs\/)/;

export type Fsck = {
  /** By object id, in the order in which git finds them. */
  bad: Map<string, BadObject[]>;
  /** How many objects there are beyond those. */
  further: number;
};

/** Everything in the repository that GitLab's git would refuse, whether a ref leads to it or not. */
export async function fsck(git: LocalGit, progress: (percent: number) => void): Promise<Fsck> {
  const found: Fsck = { bad: new Map(), further: 0 };
  const ignoring = IGNORED.flatMap((check) => ['-c', `fsck.${check}=ignore`]);
  const run = startGit(git, [...ignoring, 'fsck', '--full', '--strict', '--no-dangling', '--progress']);
  run.stdin.end();
  run.stdout.resume();
  let damage = '';
  const read = eachLine(
    run.stderr,
    (line) => {
      if (DAMAGE.test(line)) damage ||= line;
      else note(line, found, progress);
    },
    /[\r\n]/,
  );
  await read;
  const code = await exitCodeOf(run);
  if (code > 127 || (code & MISSING) !== 0 || damage !== '')
    throw new GitExit(code, '', damage || 'missing necessary objects');
  return found;
}

async function exitCodeOf({ ended }: RunningGit): Promise<number> {
  try {
    await ended;
    return 0;
  } catch (error) {
    if (error instanceof GitExit && error.exitCode > 0) return error.exitCode;
    throw error;
  }
}

function note(line: string, found: Fsck, progress: (percent: number) => void): void {
  const bad = parseFsckLine(line);
  if (bad === null) {
    const percent = progressOf(line);
    if (percent !== null) progress(percent);
    return;
  }
  const known = found.bad.get(bad.id);
  if (known) known.push(bad);
  else if (found.bad.size < MOST) found.bad.set(bad.id, [bad]);
  else found.further += 1;
}
