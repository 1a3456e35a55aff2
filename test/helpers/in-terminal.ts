import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { until } from './processes.ts';
import { programArgs } from './run-cli.ts';

const program = [process.execPath, ...programArgs].map((word) => `'${word}'`).join(' ');

/** Keys that are typed once a text has appeared behind everything that was answered before, and `when` has happened. */
export type Answer = { after: string; type: string; when?: Promise<void> };

export type Place = { cwd: string; env?: Record<string, string | undefined> };

export type Size = { columns: number; rows: number };

/** All that was on the screen. */
export type TerminalRun = { code: number | null; screen: string };

export type InTerminal = {
  press(keys: string): void;
  /** Waits until this is on the screen. */
  shown(text: string): Promise<void>;
  finished: Promise<TerminalRun>;
};

const wide: Size = { columns: 100, rows: 40 };

/** Starts the built binary under a pseudo terminal; what is on the screen keeps its escape codes. */
export function startInTerminal(
  args: readonly string[],
  place: Place,
  { size = wide, answers = [] }: { size?: Size; answers?: readonly Answer[] } = {},
): InTerminal {
  return start(`exec ${program} ${args.join(' ')}`, place, size, answers);
}

/** Runs the built binary under a pseudo terminal and answers its questions in turn; gives the screen without escape codes. */
export async function answerInTerminal(
  args: readonly string[],
  place: Place,
  answers: readonly Answer[],
): Promise<TerminalRun> {
  // The echo of the terminal itself is told at the end: it must be on again.
  const command = `${program} ${args.join(' ')}; code=$?; stty -a; exit $code`;
  const { code, screen } = await start(command, place, wide, answers).finished;
  return { code, screen: stripVTControlCharacters(screen) };
}

function start(
  command: string,
  { cwd, env = {} }: Place,
  { columns, rows }: Size,
  answers: readonly Answer[],
): InTerminal {
  const whole = `stty cols ${columns} rows ${rows}; ${command}`;
  const child = spawn('script', ['--quiet', '--return', '--command', whole, '/dev/null'], {
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
  const finished = new Promise<TerminalRun>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (open.length === 0) resolve({ code, screen });
      else reject(new Error(`never asked: ${open[0]?.after}\n${screen}`));
    });
  });
  return {
    press: (keys) => void child.stdin.write(keys),
    shown: (text) => until(() => screen.includes(text), `"${text}" on the screen`),
    finished,
  };
}
