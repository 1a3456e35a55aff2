import { writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { serveGit } from '../../git-http.ts';
import type { GitBucketContext } from '../context.ts';
import { initBare, looksLikeRepository } from './bare.ts';
import type { GitRequest } from './git-request.ts';
import { afterOneLevel, beforeOneLevel, isOneLevel, longName } from './one-level.ts';
import { encodeCommands, readCommands, type PushCommand } from './push-commands.ts';
import { refusalReport, withRefusals } from './push-report.ts';
import { readRefs, resolvedHead } from './refs.ts';

const CONFIG = [
  ['receive.denyDeleteCurrent', 'ignore'],
  ['receive.denyNonFastForwards', 'false'],
  ['receive.autogc', 'false'],
] as const;

/** Both halves of a push; the real git does the work, GitBucket's hooks are played around it. */
export async function receivePack(context: GitBucketContext, git: GitRequest): Promise<void> {
  const gitDir = writableDir(context, git);
  if (git.request.method !== 'POST') {
    await serveGit(git.request, git.response, {
      gitDir,
      path: '/info/refs',
      query: git.query,
      config: CONFIG,
    });
    return;
  }
  const push = await readCommands(git.request);
  const refused = git.wiki ? [] : push.commands.filter((command) => deletesDefault(git, command));
  const accepted = push.commands.filter((command) => !refused.includes(command));
  const reasons = refused.map(({ ref }) => ({ ref, reason: `refusing to delete the branch: ${ref}.` }));
  if (accepted.length === 0 && refused.length > 0) {
    git.request.resume();
    return sendReport(git.response, refusalReport(reasons, push.capabilities));
  }
  const end = holdEnd(git.response);
  const short = accepted.filter(isOneLevel);
  if (reasons.length + short.length > 0) withRefusals(git.response, reasons, push.capabilities);
  for (const command of short) await beforeOneLevel(gitDir, command);
  const sent = accepted.map((row) => (isOneLevel(row) ? { ...row, ref: longName(row.ref) } : row));
  const body = Readable.from(prefixed(encodeCommands(sent, push.capabilities), push.rest), {
    objectMode: false,
  });
  await serveGit(git.request, git.response, { gitDir, path: '/git-receive-pack', config: CONFIG, body });
  for (const command of short) await afterOneLevel(gitDir, command);
  if (!git.wiki) await afterPush(context, git, accepted);
  end();
}

/** Keeps the answer open until the hooks have run. */
function holdEnd(response: ServerResponse): () => void {
  const end = response.end.bind(response);
  let last: Buffer | undefined;
  response.end = ((chunk?: Buffer) => {
    last = chunk;
    return response;
  }) as ServerResponse['end'];
  return () => {
    if (last) end(last);
    else end();
  };
}

/** GitBucket never lets the default branch go (GB-114). */
function deletesDefault(git: GitRequest, command: PushCommand): boolean {
  return /^0+$/.test(command.newId) && command.ref === `refs/heads/${git.repository.defaultBranch}`;
}

/** The first branch pushed to an empty repository becomes the default one (GB-113). */
async function afterPush(context: GitBucketContext, git: GitRequest, commands: PushCommand[]): Promise<void> {
  const { repository } = git;
  repository.activityAt = context.now();
  const list = await readRefs(git.gitDir);
  const first = commands.find(
    ({ ref, newId }) =>
      !ref.startsWith('refs/tags/') && list.refs.some((r) => r.name === ref && r.id === newId),
  );
  if (!resolvedHead(list) && first) {
    const branch = first.ref.split('/').slice(2).join('/');
    repository.defaultBranch = branch;
    writeFileSync(join(git.gitDir, 'HEAD'), `ref: refs/heads/${branch}\n`);
  }
  context.changed();
}

function writableDir(context: GitBucketContext, git: GitRequest): string {
  const { owner, name } = git.repository;
  const gitDir = git.wiki ? context.wikiDir(owner, name) : git.gitDir;
  if (!looksLikeRepository(gitDir)) initBare(gitDir, git.repository.defaultBranch);
  return gitDir;
}

function sendReport(response: ServerResponse, body: Buffer): void {
  response.writeHead(200, {
    'Content-Type': 'application/x-git-receive-pack-result',
    'Cache-Control': 'no-cache, max-age=0, must-revalidate',
    'Content-Length': body.length,
  });
  response.end(body);
}

async function* prefixed(head: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield head;
  yield* rest;
}
