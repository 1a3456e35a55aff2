import { spawn, type ChildProcess } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { writeAll } from './write-all.ts';
import { gitEnvironment } from './git-environment.ts';

export type GitHttpCall = {
  /** Absolute path of the bare repository. */
  gitDir: string;
  /** Path below the repository: `/info/refs`, `/git-upload-pack`, `/git-receive-pack`, `/HEAD`, … */
  path: string;
  /** Raw query string without the question mark. */
  query?: string;
  /** git configuration for this call only, e.g. `['transfer.fsckObjects', 'true']`. */
  config?: ReadonlyArray<readonly [string, string]>;
  /** Extra environment, seen by hooks too. */
  env?: Record<string, string>;
  /** Drops the client's `Git-Protocol` header, so that only protocol v0 is spoken. */
  v0Only?: boolean;
  /** Body to use instead of the request itself (when its beginning was already read). */
  body?: Readable;
};

/**
 * Serves one request of git's smart (or dumb) HTTP protocol with the real `git http-backend` as a CGI program.
 * Resolves when the answer is complete.
 */
export async function serveGit(
  request: IncomingMessage,
  response: ServerResponse,
  call: GitHttpCall,
): Promise<void> {
  const child = spawn('git', ['http-backend'], {
    env: environment(request, call),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  response.on('close', () => child.kill('SIGTERM'));
  child.stdin.on('error', () => {});
  (call.body ?? request).on('error', () => child.stdin.destroy()).pipe(child.stdin);
  request.on('close', () => {
    if (!request.complete) child.stdin.destroy();
  });
  child.stderr.resume();
  await relayCgi(child, child.stdout, response);
}

function environment(request: IncomingMessage, call: GitHttpCall): NodeJS.ProcessEnv {
  const config = [['http.receivepack', 'true'], ['safe.directory', '*'], ...(call.config ?? [])] as const;
  const env = gitEnvironment(config, {
    GIT_PROJECT_ROOT: call.gitDir,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: call.path,
    QUERY_STRING: call.query ?? '',
    REQUEST_METHOD: request.method ?? 'GET',
    REMOTE_USER: 'sandbox',
    REMOTE_ADDR: '127.0.0.1',
    CONTENT_TYPE: request.headers['content-type'] ?? '',
    ...call.env,
  });
  const length = request.headers['content-length'];
  if (length !== undefined && !call.body) env['CONTENT_LENGTH'] = length;
  const encoding = request.headers['content-encoding'];
  if (encoding) env['HTTP_CONTENT_ENCODING'] = encoding;
  const protocol = request.headers['git-protocol'];
  if (typeof protocol === 'string' && !call.v0Only) env['GIT_PROTOCOL'] = protocol;
  return env;
}

/** Copies a CGI program's answer (headers, blank line, body) to an HTTP answer, with backpressure. */
async function relayCgi(child: ChildProcess, output: Readable, response: ServerResponse): Promise<void> {
  let head = Buffer.alloc(0);
  let started = false;
  for await (const chunk of output as AsyncIterable<Buffer>) {
    if (started) {
      await writeAll(response, chunk);
      continue;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) continue;
    started = true;
    writeHead(response, head.subarray(0, end).toString('latin1'));
    if (head.length > end + 4) await writeAll(response, head.subarray(end + 4));
  }
  await new Promise<void>((resolve) =>
    child.exitCode === null ? child.once('exit', () => resolve()) : resolve(),
  );
  if (!started && !response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
  response.end();
}

function writeHead(response: ServerResponse, head: string): void {
  let status = 200;
  const headers: [string, string][] = [];
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
    else headers.push([name, value]);
  }
  response.writeHead(status, headers.flat());
}
