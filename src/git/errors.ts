import {
  fetchFailed,
  pushFailed,
  gitFailed,
  gitMissing,
  mirrorForeign,
  pushTooLarge,
  pushUnpack,
} from '../failures/git.ts';
import { diskFull, interruption } from '../failures/usage.ts';
import { connectionCut, gitTokenRefused, proxyRefused, redirected, timedOut } from '../failures/network.ts';
import { tlsUntrusted } from '../failures/tls.ts';
import { historyIncomplete, repositoryUnreadable } from '../failures/source.ts';
import { targetForbidden } from '../failures/target.ts';
import { Failure } from '../failures/failure.ts';
import type { GitRemote } from './remote.ts';

/** What git said when it did not exit with 0. */
export class GitExit extends Error {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;

  constructor(exitCode: number, stdout: string, stderr: string) {
    super(`git exited with ${exitCode}: ${stderr.trim().split('\n').at(-1) ?? ''}`);
    this.name = 'GitExit';
    this.exitCode = exitCode;
    this.stdout = stdout;
    this.stderr = stderr;
  }
}

/** git did nothing at all any more, not even look whether the server says something, and was ended. */
export class GitStandstill extends Error {
  readonly seconds: number;

  constructor(seconds: number) {
    super(`git stood still for ${seconds} s`);
    this.name = 'GitStandstill';
    this.seconds = seconds;
  }
}

type Side = 'source' | 'target';

/** What git, here or on GitLab, says of a pack that lacks what its objects lead to (GB-128). */
const incomplete =
  /did not receive expected object|did not send all necessary objects|object of unexpected type/;

export function saysIncomplete(text: string): boolean {
  return incomplete.test(text);
}

/** What git, here or on GitLab, says of a pack that ended too early. */
export function saysShort(text: string): boolean {
  return /\bearly EOF|eof before pack header was fully read/.test(text);
}

/** Where the source sent less, its own failure is told instead. */
export function packCut(id: string, detail: string): Failure {
  return connectionCut(id, { server: 'GitLab', detail: `only part of the pack arrived (${detail})` });
}

/** The login failed, as git tells it. */
const loginRefused = /could not read Username|Authentication failed|error: 401|HTTP Basic: Access denied/;

/** Transport messages of git and what they mean; the first that matches counts. */
const meanings: [RegExp, (side: Side, id: string, text: string) => Failure][] = [
  [/No space left on device|disk quota exceeded/i, (_side, id) => diskFull(id)],
  [
    /^(?:fatal|error): .*(?:dubious ownership|unsafe repository|insufficient permission|Permission denied)/m,
    (_side, id, detail) => mirrorForeign(id, { detail }),
  ],
  [
    /HTTP code \d+ from proxy|CONNECT tunnel failed|error: 407/,
    (side, id, detail) => {
      const status = /(?:HTTP code|response|error:) (\d+)/.exec(detail)?.[1] ?? 'no';
      const words = { server: nameOf(side), who: 'the proxy that git goes through', variable: 'HTTPS_PROXY' };
      return proxyRefused(id, { ...words, status: Number(status), detail, host: 'the server' });
    },
  ],
  [loginRefused, (side, id, detail) => gitTokenRefused(id, { server: nameOf(side), side, detail })],
  [
    /SSL certificate problem|server certificate verification failed|SSL: (?:no alternative )?certificate subject name|certificate owner does not match/,
    (side, id, detail) => tlsUntrusted(id, { server: nameOf(side), side, detail }),
  ],
  [
    /unable to update url base from redirection|redirected|error: 30\d/,
    (side, id, detail) =>
      redirected(id, {
        server: nameOf(side),
        side,
        location: /redirect: (\S+)/.exec(detail)?.[1] ?? detail,
      }),
  ],
  [/pack exceeds maximum allowed size|HTTP 41[13]/, (_side, id, detail) => pushTooLarge(id, { detail })],
  [
    /fsck error|unpack-objects abnormal exit|index-pack abnormal exit/,
    (_side, id, detail) => pushUnpack(id, { detail }),
  ],
  [
    /error: 403|HTTP 403/,
    (side, id, detail) =>
      side === 'target' ? targetForbidden(id, { detail }) : repositoryUnreadable(id, { detail }),
  ],
];

/**
 * Below that git sends a pack in one plain request (http.postBuffer) that no proxy has trouble with: what cuts it has
 * other reasons.
 */
const cuttable = 1024 * 1024;

/** True when nobody said why the push broke off; a proxy that waits no longer looks like that (GL-220). */
export function saysCut({ stderr }: GitExit): boolean {
  if (/HTTP (408|504)\b/.test(stderr)) return true;
  if (/HTTP \d{3}\b/.test(stderr)) return false;
  return /RPC failed; curl|unexpected disconnect|remote end hung up/.test(stderr);
}

/**
 * The catalogue's error for a git command that failed as a whole; `packBytes` is how much a push had to send. One that
 * is too large by guess only has the failure as its cause.
 */
export function gitFailure(
  error: unknown,
  side: Side,
  id: string,
  signal: AbortSignal,
  packBytes = 0,
): Failure {
  if (signal.aborted) return interruption(id);
  if (error instanceof Failure) return error;
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === 'ENOSPC') return diskFull(id);
  const server = nameOf(side);
  if (error instanceof GitStandstill) {
    const detail = `the answer ended early, and git waited ${error.seconds} s for the rest`;
    return connectionCut(id, { server, detail });
  }
  if (!(error instanceof GitExit)) {
    const detail = error instanceof Error ? error.message : String(error);
    if (/ENOENT/.test(detail)) return gitMissing('git', { detail });
    return gitFailed(id, { detail });
  }
  const text = `${error.stderr}\n${error.stdout}`;
  const detail = remoteText(error.stderr);
  if (side === 'source' && saysIncomplete(text)) return historyIncomplete(id, { detail });
  const silent = /curl 28 .* the last (\d+) seconds/.exec(text)?.[1];
  if (silent !== undefined) return timedOut(id, { server, seconds: Number(silent) });
  if (side === 'target' && saysShort(text) && !/\bpack-objects/.test(text)) return packCut(id, detail);
  for (const [pattern, make] of meanings) {
    if (pattern.test(text)) return make(side, id, detail);
  }
  if (packBytes >= cuttable && saysCut(error)) return pushTooLarge(id, { detail }, error);
  if (isLineCut(error)) return connectionCut(id, { server, detail });
  return side === 'source' ? fetchFailed(id, { detail }) : pushFailed(id, { detail });
}

/** True when what git read or sent broke off, and the other side did not say why. */
function isLineCut(error: GitExit): boolean {
  if (wordsOfRemote(error.stderr).length > 0 || /HTTP \d{3}\b|remote error/.test(error.stderr)) return false;
  return saysCut(error) || saysShort(error.stderr);
}

/** What the server itself says of a refusal of git's, when it is about more than this command; else null. */
export async function explained(error: unknown, remote: GitRemote): Promise<Failure | null> {
  if (!(error instanceof GitExit)) return null;
  const status = loginRefused.test(error.stderr) ? 401 : null;
  return (await remote.explain?.({ status, text: remoteText(error.stderr) })) ?? null;
}

function nameOf(side: Side): string {
  return side === 'source' ? 'GitBucket' : 'GitLab';
}

/**
 * The words of a remote out of git's standard error: the lines after `remote: ` without progress and advice, else the
 * last fatal or error line.
 */
export function remoteText(stderr: string): string {
  const remote = wordsOfRemote(stderr);
  if (remote.length > 0) return remote.join(' ');
  const lines = linesOf(stderr);
  const own = lines.filter(
    (line) => /^(fatal|error): /.test(line) && !line.startsWith('error: failed to push some refs'),
  );
  return (
    own.map((line) => line.replace(/^(fatal|error): /, '')).join('; ') ||
    lines.findLast(Boolean) ||
    'no message'
  );
}

function wordsOfRemote(stderr: string): string[] {
  return linesOf(stderr)
    .filter((line) => line.startsWith('remote: '))
    .map((line) => line.slice('remote: '.length).trim())
    .filter((line) => line !== '' && !isChatter(line));
}

function linesOf(stderr: string): string[] {
  return stderr.split(/[\r\n]+/).map((line) => line.trimEnd());
}

function isChatter(line: string): boolean {
  // JGit has stages of its own: "Finding sources:  14% (1/7)".
  const stage = /^[A-Z][\w ]*: +\d+(% \(\d+\/\d+\))?/;
  return (
    stage.test(line) ||
    /^(Resolving|Counting|Compressing|Receiving|Enumerating|Processing|Unpacking|Checking|Total) /.test(line)
  );
}
