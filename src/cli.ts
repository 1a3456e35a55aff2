#!/usr/bin/env node
import { setMaxListeners } from 'node:events';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import packageFile from '../package.json' with { type: 'json' };
import { failed, neverEnding } from './commands/failure.ts';
import type { Environment } from './environment.ts';
import type { ExitCode } from './model/result.ts';
import { createRedactor } from './net/redact.ts';
import { createProgram } from './program.ts';

function signals(): { stopping: AbortSignal; aborting: AbortSignal } {
  const stopping = new AbortController();
  const aborting = new AbortController();
  setMaxListeners(0, stopping.signal, aborting.signal);
  const onSignal = (): void => {
    // Told by the command: it knows what is under way, and a moving picture lets nothing else be seen.
    if (stopping.signal.aborted) aborting.abort();
    else stopping.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return { stopping: stopping.signal, aborting: aborting.signal };
}

/** This file lies as far from the package's own files as the built one. */
const schemaFile = fileURLToPath(new URL('../migrate.config.schema.json', import.meta.url));

function createWorld(): Environment {
  return {
    runtime: {
      env: process.env,
      cwd: process.cwd(),
      now: () => Date.now(),
      sleep: async (ms, signal, idle) => {
        await delay(ms, undefined, { ref: idle !== 'idle', ...(signal ? { signal } : {}) });
      },
      pid: process.pid,
      host: hostname(),
      alive,
      kill: (pid, signal) => void process.kill(pid, signal),
      ...signals(),
      waiting: new Set(),
    },
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    schemaFile: existsSync(schemaFile) ? schemaFile : null,
    nodeVersion: process.versions.node,
    version: packageFile.version,
    words: process.argv.slice(2),
    redactor: createRedactor(),
  };
}

/** False where the locale says so: `LC_ALL=C` and all others that do not name UTF-8. One that is not set says nothing. */
function knowsUtf8(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return locale === '' || /utf-?8/i.test(locale);
}

const signs: Readonly<Record<string, string>> = {
  '→': '->',
  '…': '...',
  '·': '-',
  '✔': '+',
  '✖': 'x',
  '❯': '>',
  '›': '>',
  '◼': '.',
  '⚠': '!',
  '↓': 'v',
  '–': '-',
  '—': '-',
  '“': '"',
  '”': '"',
  '‘': "'",
  '’': "'",
  '─': '-',
  '│': '|',
};
const spinner = ['-', '\\', '|', '/'];

/** The text with the signs of this program in ASCII. Letters stay: they are names. */
function asciiSigns(text: string): string {
  return text
    .replaceAll(/[→…·✔✖❯›◼⚠↓–—“”‘’─│]/gu, (sign) => signs[sign] ?? sign)
    .replaceAll(/[\u2800-\u28FF]/g, (dots) => spinner[dots.charCodeAt(0) % spinner.length] ?? '-');
}

/** A terminal that does not know UTF-8 gets signs that every terminal has. */
function speakPlainly(stream: NodeJS.WriteStream): void {
  const write = stream.write.bind(stream) as (text: unknown, ...rest: unknown[]) => boolean;
  stream.write = (text: unknown, ...rest: unknown[]): boolean =>
    write(typeof text === 'string' ? asciiSigns(text) : text, ...rest);
}

/** Tells whether something was written to the stream by then. */
function noteWrites(stream: NodeJS.WriteStream): () => boolean {
  let written = false;
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  stream.write = (...args: unknown[]): boolean => {
    written = true;
    return write(...args);
  };
  return () => written;
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Rejects when nothing is under way any more although the command has not ended: Node would end without a word. Whoever
 * can go on without what it waits for is told first, so that there is a report.
 */
function standstill({ runtime }: Environment, over: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    process.on('beforeExit', () => {
      if (over.aborted) return;
      if (runtime.waiting.size === 0) reject(neverEnding());
      const ends = [...runtime.waiting];
      runtime.waiting.clear();
      for (const end of ends) end();
      // With something under way, however little, this is asked again.
      setImmediate(() => {});
    });
  });
}

async function main(environment: Environment, argv: string[]): Promise<ExitCode> {
  let code: ExitCode = 0;
  const over = new AbortController();
  try {
    const program = createProgram(packageFile.version, environment, (value) => (code = value));
    await Promise.race([program.parseAsync(argv), standstill(environment, over.signal)]);
    return code;
  } catch (error) {
    return failed(error, environment, {
      verbose: argv.includes('--verbose'),
      json: argv.includes('--json') && !printed(),
    });
  } finally {
    over.abort();
  }
}

const printed = noteWrites(process.stdout);
if (!knowsUtf8(process.env)) {
  speakPlainly(process.stderr);
  // A document is no text for a terminal.
  if (!process.argv.includes('--json')) speakPlainly(process.stdout);
}
// A reader that closes early (gb2gl … | head) is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
async function start(): Promise<void> {
  const environment = createWorld();
  const code = await main(environment, process.argv);
  process.exitCode = code;
  // An aborted git leaves a helper behind that holds our pipes; nothing is waited for then.
  if (environment.runtime.aborting.aborted) process.exit(code);
}

// The module format of a single executable knows no await here.
void start();
