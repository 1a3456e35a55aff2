import { GitExit } from '../git/errors.ts';
import type { Git } from '../git/run.ts';
import { eachLine, type RunningGit } from '../git/stream.ts';
import { ignoredChecks, skipListName, waysOut } from '../gitlab/rules/object-checks.ts';
import type { Finding } from '../model/plan.ts';
import { parseFsckLine, progressOf, type BadObject, type ReachedBadObject } from './objects.ts';
import { mostShown, placeOf, refList } from './words.ts';

/** Each takes some memory; a repository with more of them has one cause. */
const most = 20_000;
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

/** Everything in the repository that GitLab's git would refuse, whether a ref leads to it or not. */
export async function fsck(git: Git, progress: (percent: number) => void): Promise<Fsck> {
  const found: Fsck = { bad: new Map(), further: 0 };
  // `git fsck` has the same checks under `fsck.`, and `--strict` makes errors of the same warnings as `receive-pack` does.
  const ignoring = ignoredChecks.flatMap((check) => ['-c', `fsck.${check}=ignore`]);
  const run = git.start(...ignoring, 'fsck', '--full', '--strict', '--no-dangling', '--progress');
  run.stdin.end();
  run.stdout.resume();
  let damage = '';
  const read = eachLine(
    run.stderr,
    (line) => {
      if (damageChecks.test(line)) damage ||= line;
      else note(line, found, progress);
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

function note(line: string, found: Fsck, progress: (percent: number) => void): void {
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

/** What GitLab's git refuses, with the refs by commit; `further` more objects were not looked at one by one. */
export function badObjectFindings(
  bad: readonly ReachedBadObject[],
  refs: ReadonlyMap<string, readonly string[]>,
  { further, repository }: { further: number; repository: string },
): Finding[] {
  const findings = bad
    .slice(0, mostShown)
    .flatMap((each) => findingsOf(each, refs.get(each.commit) ?? [], repository));
  const more = bad.length - mostShown + further;
  if (bad.length === 0 || more <= 0) return findings;
  const message = `GitLab's git refuses about ${more} more objects; ${skipListName} in the folder of this report has their ids`;
  return [...findings, { ...common, object: 'further objects', message, fix: findings.at(-1)?.fix ?? '' }];
}

const common = { code: 'bad-object', refused: true } as const;

function findingsOf(
  { path, commit, faults }: ReachedBadObject,
  refs: readonly string[],
  repository: string,
): Finding[] {
  const where = refs.length === 0 ? '' : `, such as ${refList(refs)}`;
  return faults.map(({ type, id, check, text }) => ({
    ...common,
    object: id,
    message: `${check}: ${text}, in a ${type}${placeOf({ path, commit: commit === id ? '' : commit })}; GitLab's git refuses every ref that reaches it${where}`,
    fix: waysOut(check, repository),
  }));
}
