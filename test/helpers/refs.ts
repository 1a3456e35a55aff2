import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const idPattern = /^[0-9a-f]{40}$/;

/** `id ref` lines of a bare repository under the given prefixes, sorted. */
export function refsIn(gitDir: string, prefixes: readonly string[] = ['refs/heads', 'refs/tags']): string[] {
  const refs = plainRefs(gitDir);
  if (refs === null || prefixes.some((prefix) => /[*?[]/.test(prefix))) return askGit(gitDir, prefixes);
  const below = prefixes.map((prefix) => prefix.replace(/\/$/, ''));
  return [...refs]
    .filter(([name]) => below.some((prefix) => name === prefix || name.startsWith(`${prefix}/`)))
    .map(([name, id]) => `${id} ${name}`)
    .sort();
}

/** The object of a ref, null when there is no such ref. */
export function refIn(gitDir: string, ref: string): string | null {
  const loose = textOf(join(gitDir, ref))?.trim();
  if (loose !== undefined && idPattern.test(loose)) return loose;
  if (loose === undefined) return packedRefs(gitDir).get(ref) ?? null;
  return askGit(gitDir, [ref])[0]?.slice(0, 40) ?? null;
}

/** Puts a ref on an object, whatever it was on before. */
export function setRef(gitDir: string, ref: string, id: string): void {
  const file = join(gitDir, ref);
  const before = textOf(file);
  try {
    if (before?.startsWith('ref:')) throw new Error(`${ref} is another name of a ref`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.lock`, `${id}\n`);
    renameSync(`${file}.lock`, file);
  } catch {
    // Empty folders in the way, or something else that git knows better.
    execFileSync('git', ['-C', gitDir, 'update-ref', ref, id]);
  }
}

/** Every ref by its name, read from the files: a process for each question is dear. Null where git knows more of them. */
function plainRefs(gitDir: string): Map<string, string> | null {
  if (!existsSync(join(gitDir, 'refs'))) return null;
  const refs = packedRefs(gitDir);
  for (const entry of readdirSync(join(gitDir, 'refs'), { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory() || entry.name.endsWith('.lock')) continue;
    const file = join(entry.parentPath, entry.name);
    const id = textOf(file)?.trim() ?? '';
    if (!idPattern.test(id) || file.includes('\u{fffd}')) return null;
    refs.set(relative(gitDir, file), id);
  }
  return refs;
}

function packedRefs(gitDir: string): Map<string, string> {
  const lines = (textOf(join(gitDir, 'packed-refs')) ?? '').split('\n');
  return new Map(
    lines
      .filter((line) => /^[0-9a-f]{40} /.test(line))
      .map((line): [string, string] => [line.slice(41), line.slice(0, 40)]),
  );
}

function askGit(gitDir: string, prefixes: readonly string[]): string[] {
  const format = '--format=%(objectname) %(refname)';
  const output = execFileSync('git', ['-C', gitDir, 'for-each-ref', format, ...prefixes], {
    encoding: 'utf8',
  });
  return output.split('\n').filter(Boolean).sort();
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
