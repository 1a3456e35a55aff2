import { spawn } from 'node:child_process';
import type { Context } from './context.ts';
import { readHead, readRef } from './repository.ts';
import type { Project, User } from './state.ts';

const ABSENT = '0'.repeat(40);

/** The first commit of a project that was created with a README. */
export async function commitReadme(context: Context, project: Project, author: User): Promise<void> {
  const gitDir = context.gitDir(project);
  const ref = readHead(gitDir) ?? 'refs/heads/main';
  const readme = `# ${project.name}\n`;
  const person = `${author.name} <${author.email}> ${Math.floor(Date.now() / 1000)} +0000`;
  const stream = [
    `commit ${ref}`,
    `author ${person}`,
    `committer ${person}`,
    data('Initial commit'),
    'M 100644 inline README.md',
    data(readme),
    '',
  ].join('\n');
  await fastImport(gitDir, stream);
  context.onPushed(project, [{ ref, old: ABSENT, new: readRef(gitDir, ref) ?? ABSENT }]);
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`;
}

function fastImport(gitDir: string, stream: string): Promise<void> {
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
