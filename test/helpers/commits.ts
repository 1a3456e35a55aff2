import { execFileSync } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesOf, noiseOf } from './odd-objects.ts';
import { refIn, setRef } from './refs.ts';

const who = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
};

/** Runs git in a repository; gives its output without the last newline. */
export function git(gitDir: string, ...args: string[]): string {
  return execFileSync('git', ['-C', gitDir, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...who },
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trimEnd();
}

/** Adds a commit with one file on a branch of a bare repository (made when absent); gives its id. */
export function commitOn(
  gitDir: string,
  branch: string,
  text: string,
  options: { orphan?: boolean } = {},
): string {
  const ref = `refs/heads/${branch}`;
  const parents = options.orphan ? [] : tipsOf(gitDir, ref);
  const commit = filesOf(gitDir, { 'file.txt': text }, { parents, message: text });
  setRef(gitDir, ref, commit);
  return commit;
}

/** Adds commits on a branch, each with one file of so many bytes that do not shrink; gives their ids. */
export function noisyCommits(
  gitDir: string,
  branch: string,
  seeds: readonly string[],
  bytes = 20_000,
): string[] {
  const ref = `refs/heads/${branch}`;
  let parents = tipsOf(gitDir, ref);
  const ids: string[] = [];
  for (const seed of seeds) {
    const commit = filesOf(gitDir, { 'file.txt': noiseOf(seed, bytes) }, { parents, message: seed });
    parents = [commit];
    ids.push(commit);
  }
  for (const tip of parents) setRef(gitDir, ref, tip);
  return ids;
}

/** Puts all these refs on one object. */
export function pointAt(gitDir: string, object: string, refs: readonly string[]): void {
  for (const ref of refs) setRef(gitDir, ref, object);
}

/** A branch that leads to a commit that is not there, as after a disk was restored in part. */
export function deadBranch(gitDir: string, branch: string): void {
  writeFileSync(join(gitDir, 'refs/heads', branch), `${'d'.repeat(40)}\n`);
}

/** Packs all refs, and with them branches whose names are these bytes; gives nothing, for no git call takes them. */
export function packBranches(gitDir: string, branches: readonly [name: Buffer, id: string][]): void {
  git(gitDir, 'pack-refs', '--all');
  const lines = branches.map(([name, id]) =>
    Buffer.concat([Buffer.from(`${id} refs/heads/`), name, Buffer.from('\n')]),
  );
  appendFileSync(join(gitDir, 'packed-refs'), Buffer.concat(lines));
}

/** The commit of a branch, none when there is no such branch. */
function tipsOf(gitDir: string, ref: string): string[] {
  const tip = refIn(gitDir, ref);
  return tip === null ? [] : [tip];
}
