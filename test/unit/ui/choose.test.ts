import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { chooseTerminal, type TerminalOptions } from '../../../src/ui/terminal.ts';

type Captured = { stream: NodeJS.WriteStream; text: () => string };

function capture(isTTY: boolean): Captured {
  const chunks: string[] = [];
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      chunks.push(String(chunk));
      done();
    },
  });
  return {
    stream: Object.assign(stream, { isTTY, columns: 60, rows: 20 }) as unknown as NodeJS.WriteStream,
    text: () => chunks.join(''),
  };
}

async function choose(part: Partial<TerminalOptions> & { tty?: boolean }): Promise<string> {
  const stream = capture(part.tty ?? true).stream;
  const terminal = await chooseTerminal({
    stdout: stream,
    stderr: capture(part.tty ?? true).stream,
    env: {},
    now: Date.now,
    json: false,
    quiet: false,
    verbose: false,
    color: true,
    slots: 2,
    ...part,
  });
  await terminal.stop();
  return `${terminal.kind} ${terminal.palette.isColorSupported ? 'colour' : 'mono'}`;
}

describe('choice of the terminal output', () => {
  it.each([
    ['a terminal', {}, 'live colour'],
    ['a pipe', { tty: false }, 'plain mono'],
    ['--quiet', { quiet: true }, 'plain colour'],
    ['--verbose', { verbose: true }, 'plain colour'],
    ['--json', { json: true }, 'plain colour'],
    ['CI', { env: { CI: 'true' } }, 'plain colour'],
    ['CI=false', { env: { CI: 'false' } }, 'live colour'],
    ['TERM=dumb', { env: { TERM: 'dumb' } }, 'plain mono'],
    ['NO_COLOR', { env: { NO_COLOR: '1' } }, 'live mono'],
    ['NO_COLOR=0', { env: { NO_COLOR: '0' } }, 'live mono'],
    ['an empty NO_COLOR', { env: { NO_COLOR: '' } }, 'live colour'],
    ['--no-color', { color: false }, 'live mono'],
  ])('with %s', async (_name, part, expected) => {
    expect(await choose(part)).toBe(expected);
  });

  it('leaves stdout to the document with --json', async () => {
    const stdout = capture(true);
    const stderr = capture(true);
    const terminal = await chooseTerminal({
      stdout: stdout.stream,
      stderr: stderr.stream,
      env: {},
      now: () => 0,
      json: true,
      quiet: false,
      verbose: false,
      color: true,
      slots: 2,
    });
    terminal.handle({ type: 'warning', message: 'careful' });
    terminal.write('bye\n');
    expect(stdout.text()).toBe('');
    expect(stderr.text()).toBe('1970-01-01T00:00:00Z warning: careful\nbye\n');
    expect(terminal.columns()).toBe(60);
  });
});
