import { runGit } from '../git/run-git.ts';

type Person = { name: string; email: string; date: string };

export type PullCommit = {
  sha: string;
  parents: string[];
  message: string;
  author: Person;
  committer: Person;
};

const FIELDS = ['%H', '%P', '%an', '%ae', '%at', '%cn', '%ce', '%ct', '%B'].join('%x00');

/** The commits from base to head, newest first; fails when one of the two objects is gone. */
export async function pullCommits(gitDir: string, base: string, head: string): Promise<PullCommit[]> {
  return logged(gitDir, [`${base}..${head}`]);
}

/** One commit by its id. */
export async function commitAt(gitDir: string, id: string): Promise<PullCommit> {
  const [commit] = await logged(gitDir, ['-1', id]);
  if (!commit) throw new Error(`no commit ${id}`);
  return commit;
}

async function logged(gitDir: string, range: readonly string[]): Promise<PullCommit[]> {
  const output = await runGit(gitDir, ['log', '-z', `--format=${FIELDS}`, ...range]);
  const fields = output.toString('utf8').split('\0');
  const commits: PullCommit[] = [];
  for (let at = 0; at + 9 <= fields.length; at += 9) {
    const field = (offset: number): string => fields[at + offset] ?? '';
    commits.push({
      sha: field(0),
      parents: field(1) === '' ? [] : field(1).split(' '),
      message: field(8),
      author: { name: field(2), email: field(3), date: fromSeconds(field(4)) },
      committer: { name: field(5), email: field(6), date: fromSeconds(field(7)) },
    });
  }
  return commits;
}

/**
 * Brings the head's objects into the base repository, points `refs/pull/N/head` at them as GitBucket does, and
 * returns merge base and head; nothing when a branch is missing or the histories share no commit.
 */
export async function recordPullHead(
  base: { gitDir: string; branch: string },
  head: { gitDir: string; branch: string },
  number: number,
): Promise<{ baseSha: string; headSha: string } | undefined> {
  const headSha = await resolveRef(head.gitDir, `refs/heads/${head.branch}`);
  const baseTip = await resolveRef(base.gitDir, `refs/heads/${base.branch}`);
  if (!headSha || !baseTip) return undefined;
  const ref = `refs/pull/${number}/head`;
  if (head.gitDir !== base.gitDir) {
    await runGit(base.gitDir, ['fetch', '-q', '--no-tags', head.gitDir, headSha]);
  }
  const baseSha = await resultOf(base.gitDir, ['merge-base', baseTip, headSha]);
  if (!baseSha) return undefined;
  await runGit(base.gitDir, ['update-ref', ref, headSha]);
  return { baseSha, headSha };
}

/** Tries the merge and leaves its result as `refs/pull/N/merge` or `…/conflict` (GB-110); true = conflict. */
export async function trialMerge(gitDir: string, number: number, baseBranch: string): Promise<boolean> {
  const baseTip = await resolveRef(gitDir, `refs/heads/${baseBranch}`);
  const head = await resolveRef(gitDir, `refs/pull/${number}/head`);
  if (!baseTip || !head) return true;
  const merged = await resultOf(gitDir, ['merge-tree', '--write-tree', baseTip, head]);
  const conflict = merged === undefined;
  // A conflict is recorded with the base's own files.
  const tree = merged ?? `${baseTip}^{tree}`;
  const made = await commitTree(gitDir, tree, [baseTip, head]);
  const [kept, stale] = conflict ? ['conflict', 'merge'] : ['merge', 'conflict'];
  await runGit(gitDir, ['update-ref', `refs/pull/${number}/${kept}`, made]);
  await runGit(gitDir, ['update-ref', '-d', `refs/pull/${number}/${stale}`]);
  return conflict;
}

async function commitTree(gitDir: string, tree: string, parents: string[]): Promise<string> {
  const who = ['-c', 'user.name=GitBucket', '-c', 'user.email=gitbucket@localhost'];
  const links = parents.flatMap((parent) => ['-p', parent]);
  const output = await runGit(gitDir, [...who, 'commit-tree', tree, ...links, '-m', 'Merge']);
  return output.toString('utf8').trim();
}

/** The object id that a name stands for, or nothing. */
export async function resolveRef(gitDir: string, name: string): Promise<string | undefined> {
  return resultOf(gitDir, ['rev-parse', '--verify', '--quiet', '--end-of-options', name]);
}

/** What git prints, trimmed; nothing when it fails or prints nothing. */
async function resultOf(gitDir: string, args: string[]): Promise<string | undefined> {
  try {
    const output = await runGit(gitDir, args);
    return output.toString('utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}

function fromSeconds(seconds: string): string {
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}Z`;
}
