import { execFileSync } from 'node:child_process';
import { git } from './commits.ts';

const person = 'Ada <ada@example.com> 1600000000 +0000';

/** Adds a commit that holds exactly these files on a branch of a bare repository; gives its id. */
export function commitPages(
  gitDir: string,
  branch: string,
  files: Readonly<Record<string, string>>,
  message = 'Write the pages',
): string {
  const ref = `refs/heads/${branch}`;
  const parent = git(gitDir, 'for-each-ref', '--format=%(objectname)', ref);
  const stream = [
    `commit ${ref}\nauthor ${person}\ncommitter ${person}\n${data(message)}`,
    parent === '' ? '' : `from ${parent}\n`,
    'deleteall\n',
    ...Object.entries(files).map(
      ([path, content]) => `M 100644 inline ${JSON.stringify(path)}\n${data(content)}`,
    ),
    '\n',
  ].join('');
  execFileSync('git', ['-C', gitDir, 'fast-import', '--quiet', '--force'], { input: stream });
  return git(gitDir, 'rev-parse', ref);
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}
