import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { startGit } from './gitaly.ts';
import { looseObjects, readLoose } from './loose-objects.ts';

/** One object that a push has brought. */
export type NewObject = { id: string; type: string; size: number };

/** Objects of a push that has not been accepted yet. */
export type Quarantine = {
  /** Everything that arrived with this push. */
  objects(): Promise<NewObject[]>;
  /** Contents by id, of objects that arrived with this push. */
  read(ids: string[]): Promise<Map<string, Buffer>>;
  /** Paths that these commits change, each against its first parent. */
  changedPaths(commits: string[]): Promise<Set<string>>;
  /** Asks git with the old and the new objects in view. */
  isAncestor(older: string, newer: string): Promise<boolean>;
};

const CONFIG = [['safe.directory', '*']] as const;

/** Opens the directory that git named to the pre-receive hook. */
export function openQuarantine(gitDir: string, directory: string): Quarantine {
  const only = { GIT_OBJECT_DIRECTORY: directory };
  const all = { ...only, GIT_ALTERNATE_OBJECT_DIRECTORIES: join(gitDir, 'objects') };

  async function git(
    args: string[],
    env: Record<string, string>,
    input = '',
  ): Promise<{ code: number; output: Buffer }> {
    const child = startGit({ args: [`--git-dir=${gitDir}`, ...args], config: CONFIG, env });
    const closed = once(child, 'close') as Promise<[number]>;
    child.stderr!.resume();
    child.stdin!.on('error', () => {});
    child.stdin!.end(input);
    const output = await collect(child.stdout!);
    const [code] = await closed;
    return { code, output };
  }

  return {
    async objects() {
      const loose = looseObjects(directory);
      if (loose) return loose;
      const format = '--batch-check=%(objectname) %(objecttype) %(objectsize)';
      const { output } = await git(['cat-file', '--batch-all-objects', '--unordered', format], only);
      const lines = output.toString('latin1').split('\n');
      return lines.filter(Boolean).map((line) => {
        const [id, type, size] = line.split(' ') as [string, string, string];
        return { id, type, size: Number(size) };
      });
    },
    async read(ids) {
      if (ids.length === 0) return new Map();
      const loose = readLoose(directory, ids);
      if (loose) return loose;
      const { output } = await git(['cat-file', '--batch'], only, `${ids.join('\n')}\n`);
      return splitBatch(output);
    },
    async changedPaths(commits) {
      const args = ['diff-tree', '--stdin', '-z', '-r', '-m', '--first-parent', '--root', '--no-commit-id'];
      const { output } = await git([...args, '--name-only'], all, `${commits.join('\n')}\n`);
      return new Set(output.toString('utf8').split('\0').filter(Boolean));
    },
    async isAncestor(older, newer) {
      const { code } = await git(['merge-base', '--is-ancestor', older, newer], all);
      return code === 0;
    },
  };
}

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** `<id> <type> <size>\n<contents>\n`, again and again. */
function splitBatch(output: Buffer): Map<string, Buffer> {
  const contents = new Map<string, Buffer>();
  for (let at = 0; at < output.length;) {
    const end = output.indexOf(10, at);
    const [id, , size] = output.toString('latin1', at, end).split(' ');
    const length = Number(size);
    if (!id || !Number.isInteger(length)) break;
    contents.set(id, output.subarray(end + 1, end + 1 + length));
    at = end + 1 + length + 1;
  }
  return contents;
}
