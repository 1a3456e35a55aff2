import { spawn } from 'node:child_process';
import { readRef } from './repository.ts';

/** What a commit does: files with their new content; null removes one. */
export type FileChanges = Readonly<Record<string, string | Buffer | null>>;

/** Adds a commit to a branch, which need not exist; gives its id. */
export async function commitFiles(
  gitDir: string,
  ref: string,
  {
    author,
    message,
    files,
  }: { author: { name: string; email: string }; message: string; files: FileChanges },
): Promise<string> {
  const person = `${author.name} <${author.email}> ${Math.floor(Date.now() / 1000)} +0000`;
  const parent = readRef(gitDir, ref);
  const pieces: (string | Buffer)[] = [
    `commit ${ref}\nauthor ${person}\ncommitter ${person}\n`,
    ...data(message),
    ...(parent === null ? [] : [`from ${parent}\n`]),
    ...Object.entries(files).flatMap(([path, content]) =>
      content === null
        ? [`D ${JSON.stringify(path)}\n`]
        : [`M 100644 inline ${JSON.stringify(path)}\n`, ...data(content)],
    ),
    '\n',
  ];
  await fastImport(gitDir, Buffer.concat(pieces.map((piece) => Buffer.from(piece as string))));
  return readRef(gitDir, ref) ?? '';
}

function data(content: string | Buffer): (string | Buffer)[] {
  return [`data ${Buffer.byteLength(content)}\n`, content, '\n'];
}

function fastImport(gitDir: string, stream: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['--git-dir', gitDir, 'fast-import', '--quiet'], {
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    let trouble = '';
    child.stderr.on('data', (chunk: Buffer) => (trouble += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`git fast-import: ${trouble}`))));
    child.stdin.end(stream);
  });
}
