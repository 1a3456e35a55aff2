import { GitExit } from './errors.ts';
import type { Git } from './run.ts';
import { eachLine, type RunningGit } from './stream.ts';

/** Bit of fsck's exit code: objects are missing. Bad objects alone set others, which ones depends on where they lie. */
const missing = 2;
/** A pack or an object is damaged, which is nothing that GitLab refuses. */
const damageChecks = /^(error|fatal): (?!refs\/)/;

export type Fsck = {
  /** By object id, in the order in which git finds them. */
  bad: Map<string, BadObject[]>;
  /** How many objects there are beyond those. */
  further: number;
};

export type FsckOptions = {
  /** Checks that do not count. */
  ignored: readonly string[];
  progress: (percent: number) => void;
  /** Objects that are kept in memory: a repository with more of them has one cause. */
  most?: number;
};

/** Everything in the repository that a git with strict checks refuses, whether a ref leads to it or not. */
export async function fsck(git: Git, { ignored, progress, most = 20_000 }: FsckOptions): Promise<Fsck> {
  const found: Fsck = { bad: new Map(), further: 0 };
  // `git fsck` has the same checks under `fsck.`, and `--strict` makes errors of the same warnings as `receive-pack` does.
  const ignoring = ignored.flatMap((check) => ['-c', `fsck.${check}=ignore`]);
  const run = git.start(...ignoring, 'fsck', '--full', '--strict', '--no-dangling', '--progress');
  run.stdin.end();
  run.stdout.resume();
  let damage = '';
  const read = eachLine(
    run.stderr,
    (line) => {
      if (damageChecks.test(line)) damage ||= line;
      else note(line, found, { progress, most });
    },
    /[\r\n]/,
  );
  await read;
  const code = await exitCodeOf(run);
  if (code > 127 || (code & missing) !== 0 || damage !== '')
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

function note(
  line: string,
  found: Fsck,
  { progress, most }: Pick<FsckOptions, 'progress'> & { most: number },
): void {
  const bad = parseFsckLine(line);
  if (bad === null) {
    const percent = progressOf(line);
    if (percent !== null) progress(percent);
    return;
  }
  const known = found.bad.get(bad.id);
  if (known) known.push(bad);
  else if (found.bad.size < most) found.bad.set(bad.id, [bad]);
  else found.further += 1;
}

export type BadObject = {
  type: string;
  id: string;
  /** Name of git's check, such as `badDate`. */
  check: string;
  text: string;
};

const fsckError = /^error in (\w+) ([0-9a-f]{40})(?: \([^)]*\))?: (\w+): (.*)$/;
const progressLine = /^Checking objects: +(\d+)%/;

/** `error in commit <id>: badDate: invalid author/committer line`, from `git fsck`; null for warnings and all else. */
export function parseFsckLine(line: string): BadObject | null {
  const match = fsckError.exec(line);
  if (match === null) return null;
  const [, type = '', id = '', check = '', text = ''] = match;
  return { type, id, check, text };
}

/** Percent of the objects that are checked; null for other lines. */
export function progressOf(line: string): number | null {
  const percent = progressLine.exec(line)?.[1];
  return percent === undefined ? null : Number(percent);
}
