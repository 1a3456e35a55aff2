import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** Keys that are typed once a text has appeared behind everything that was answered before, and `when` has happened. */
export type Answer = { after: string; type: string; when?: Promise<void> };

export type TerminalRun = { code: number | null; screen: string };

/** Runs the built binary under a pseudo terminal and answers its questions in turn; gives all that was on the screen, without escape codes. */
export function answerInTerminal(
  args: readonly string[],
  { cwd, env = {} }: { cwd: string; env?: Record<string, string | undefined> },
  answers: readonly Answer[],
): Promise<TerminalRun> {
  // The echo of the terminal itself is told at the end: it must be on again.
  const command = `stty cols 100 rows 40; '${process.execPath}' '${cli}' ${args.join(' ')}; code=$?; stty -a; exit $code`;
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, TERM: 'xterm-256color', SHELL: '/bin/sh', ...env },
  });
  const open = [...answers];
  let screen = '';
  let seen = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    for (let next = open[0]; next && screen.includes(next.after, seen); next = open[0]) {
      seen = screen.indexOf(next.after, seen) + next.after.length;
      const { type, when = Promise.resolve() } = next;
      void when.then(() => child.stdin.write(type));
      open.shift();
    }
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (open.length === 0) resolve({ code, screen: stripVTControlCharacters(screen) });
      else reject(new Error(`never asked: ${open[0]?.after}\n${screen}`));
    });
  });
}
