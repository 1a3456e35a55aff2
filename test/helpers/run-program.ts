import { hostname } from 'node:os';
import { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import packageFile from '../../package.json' with { type: 'json' };
import { failed } from '../../src/commands/failure.ts';
import type { Environment } from '../../src/environment.ts';
import type { ExitCode } from '../../src/model/result.ts';
import { createRedactor } from '../../src/net/redact.ts';
import { createProgram } from '../../src/program.ts';
import { quietRuntime } from './prepared.ts';
import { isRunning } from './processes.ts';
import type { CliOptions, CliResult } from './run-cli.ts';

const schemaFile = fileURLToPath(new URL('../../migrate.config.schema.json', import.meta.url));

/** The pause for GitLab's jobs alone is half a minute: nobody needs it where those jobs end at once. */
const longestWaitMs = 100;

/**
 * A whole command in this process, as cli.ts starts it in one of its own: nothing of the caller's environment but PATH, no
 * terminal. A process costs more than most commands do, so only what is about processes and the build starts one.
 */
export async function runProgram(
  words: readonly string[],
  { cwd, env = {}, input = '' }: Pick<CliOptions, 'cwd' | 'env' | 'input'>,
): Promise<CliResult> {
  const stdout = collector();
  const stderr = collector();
  const environment: Environment = {
    runtime: {
      ...quietRuntime(cwd),
      env: { PATH: process.env['PATH'], HOME: cwd, ...env },
      sleep: async (ms, signal, idle) => {
        await delay(Math.min(ms, longestWaitMs), undefined, {
          ref: idle !== 'idle',
          ...(signal ? { signal } : {}),
        });
      },
      host: hostname(),
      alive: isRunning,
    },
    stdin: Readable.from(input === '' ? [] : [input]) as unknown as NodeJS.ReadStream,
    stdout: stdout.stream,
    stderr: stderr.stream,
    schemaFile,
    nodeVersion: process.versions.node,
    version: packageFile.version,
    words,
    redactor: createRedactor(),
  };
  let code: ExitCode = 0;
  try {
    const program = createProgram(packageFile.version, environment, (value) => (code = value));
    await program.parseAsync(['node', 'gb2gl', ...words]);
  } catch (error) {
    const json = words.includes('--json') && stdout.text() === '';
    code = failed(error, environment, { verbose: words.includes('--verbose'), json });
  }
  return { code, signal: null, stdout: stdout.text(), stderr: stderr.text() };
}

function collector(): { stream: NodeJS.WriteStream; text: () => string } {
  let text = '';
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => text };
}
