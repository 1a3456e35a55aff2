import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type EmbeddedGitBucket, initBare, runGit } from '../sandbox/gitbucket.ts';
import { beginStory } from '../sandbox/seed/story.ts';

/** A bare repository that is measured; copied into each server, never changed. */
export type Subject = { name: string; gitDir: string; head: string };

export function existing(path: string): Subject {
  const name =
    basename(path) === 'repo' ? (basename(dirname(path)).split('+')[1] ?? 'repo') : basename(path, '.git');
  return { name, gitDir: path, head: headOf(path) };
}

/** A copy in which the pull requests' refs are branches, so that thousands of refs travel. */
export function withPulls(subject: Subject, folder: string): Subject {
  const name = `${subject.name}-pulls`;
  const gitDir = join(folder, `${name}.git`);
  cpSync(subject.gitDir, gitDir, { recursive: true });
  const lines = execFileSync(
    'git',
    ['-C', gitDir, 'for-each-ref', '--format=%(objectname) %(refname)', 'refs/pull'],
    { encoding: 'utf8', maxBuffer: 1 << 28 },
  )
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [id = '', ref = ''] = line.split(' ');
      return [`create refs/heads/${ref.slice('refs/'.length)} ${id}`, `delete ${ref}`];
    });
  execFileSync('git', ['-C', gitDir, 'update-ref', '--stdin'], { input: `${lines.join('\n')}\n` });
  execFileSync('git', ['-C', gitDir, 'pack-refs', '--all']);
  return { ...subject, name, gitDir };
}

/** One commit of files of 4 MB that do not compress. */
export async function incompressible(megabytes: number, folder: string): Promise<Subject> {
  const name = `big-${megabytes}`;
  const gitDir = join(folder, `${name}.git`);
  mkdirSync(gitDir, { recursive: true });
  initBare(gitDir, 'main');
  const story = beginStory(gitDir, Date.UTC(2022, 0, 3, 8));
  const count = Math.ceil(megabytes / 4);
  let tip: string | null = null;
  for (let index = 0; index < count; index += 1) {
    const files = { [`data-${index}.bin`]: randomBytes(4 * 1024 * 1024) };
    tip = story.commit({ message: `File ${index}`, files, ...(tip === null ? {} : { parents: [tip] }) });
  }
  if (tip !== null) story.branch('main', tip);
  story.end();
  await runGit(gitDir, ['-c', 'pack.window=0', 'repack', '-a', '-d', '-q', '-n']);
  return { name, gitDir, head: 'main' };
}

/** Puts a copy of the subject on the source; gives its path there. */
export function place(gitbucket: EmbeddedGitBucket, { name, gitDir, head }: Subject): string {
  gitbucket.addGroup({ login: 'real', members: [{ login: 'root', manager: true }] });
  gitbucket.addRepository({ owner: 'real', name, defaultBranch: head });
  const placed = gitbucket.gitDir('real', name);
  rmSync(placed, { recursive: true, force: true });
  cpSync(gitDir, placed, { recursive: true });
  return `real/${name}`;
}

function headOf(path: string): string {
  return execFileSync('git', ['-C', path, 'symbolic-ref', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
}
