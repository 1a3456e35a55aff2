import { execFile } from 'node:child_process';
import { gitEnvironment } from '../git-environment.ts';
import type { Commit } from './git-refs.ts';

const FORMAT = ['%H', '%P', '%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%B'].join('%x1f');

/** What git prints; null where it fails. */
export function runGit(
  gitDir: string,
  args: string[],
  encoding: 'utf8' | 'base64' = 'utf8',
): Promise<string | null> {
  const options = { encoding: 'buffer', env: gitEnvironment([]), maxBuffer: 1 << 29 } as const;
  return new Promise((resolve) => {
    execFile('git', ['--git-dir', gitDir, ...args], options, (error, stdout) =>
      resolve(error ? null : stdout.toString(encoding)),
    );
  });
}

/** The commits that `git log` shows with these arguments; none where there are no such commits. */
export async function readCommits(gitDir: string, args: string[]): Promise<Commit[]> {
  if (args.some((each) => each === '' || /^-(?!1$|-all$|-reverse$)/.test(each))) return [];
  const text = await runGit(gitDir, ['log', `--format=${FORMAT}%x1e`, ...args, '--']);
  return (text ?? '').split('\u001e').flatMap((record) => {
    const [id = '', parents = '', ...rest] = record.trimStart().split('\u001f');
    const [authorName = '', authorEmail = '', authoredDate = '', committerName = ''] = rest;
    const [committerEmail = '', committedDate = '', message = ''] = rest.slice(4);
    if (id === '') return [];
    return {
      id,
      message: message.trimEnd(),
      authorName,
      authorEmail,
      authoredDate,
      committerName,
      committerEmail,
      committedDate,
      parents: parents.split(' ').filter(Boolean),
    };
  });
}

/** Entries of a folder; null where there is none. */
export async function readTree(
  gitDir: string,
  ref: string,
  path: string,
): Promise<Record<string, string>[] | null> {
  const text = await runGit(gitDir, ['ls-tree', '-z', `${ref}:${path}`]);
  if (text === null) return null;
  return text
    .split('\0')
    .filter(Boolean)
    .map((line) => {
      const [, mode = '', type = '', id = '', name = ''] = /^(\d+) (\w+) (\w+)\t(.*)$/s.exec(line) ?? [];
      return { id, name, type, path: path === '' ? name : `${path}/${name}`, mode };
    });
}
