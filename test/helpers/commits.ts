import { execFileSync } from 'node:child_process';

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
  const blob = execFileSync('git', ['-C', gitDir, 'hash-object', '-w', '--stdin'], {
    input: text,
    encoding: 'utf8',
  }).trim();
  const tree = execFileSync('git', ['-C', gitDir, 'mktree'], {
    input: `100644 blob ${blob}\tfile.txt\n`,
    encoding: 'utf8',
  }).trim();
  const ref = `refs/heads/${branch}`;
  const parent = options.orphan ? null : tipOf(gitDir, ref);
  const commit = git(gitDir, 'commit-tree', tree, ...(parent === null ? [] : ['-p', parent]), '-m', text);
  git(gitDir, 'update-ref', ref, commit);
  return commit;
}

function tipOf(gitDir: string, ref: string): string | null {
  try {
    return git(gitDir, 'rev-parse', '--verify', '--quiet', ref);
  } catch {
    return null;
  }
}
