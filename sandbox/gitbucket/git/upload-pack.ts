import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { serveGit } from '../../git-http.ts';
import type { GitBucketContext } from '../context.ts';
import { advertisementV0, advertisementV2, packet } from './advertisement.ts';
import { sendErrorPage } from './error-page.ts';
import type { GitRequest } from './git-request.ts';
import { hideLoss } from './hidden-loss.ts';
import { leadsNowhere, readRefs } from './refs.ts';
import { generatedWikiAnswer } from './small-pack.ts';

const NO_CACHE = {
  Expires: 'Fri, 01 Jan 1980 00:00:00 GMT',
  Pragma: 'no-cache',
  'Cache-Control': 'no-cache, max-age=0, must-revalidate',
};

/** JGit keeps this much of an advertisement in memory; a longer one is sent in chunks. */
const BUFFERED = 32 * 1024;

/** `info/refs?service=git-upload-pack`, made in this process, so that listing thousands of repositories is cheap. */
export async function sendAdvertisement(context: GitBucketContext, git: GitRequest): Promise<void> {
  const { request, response, gitDir } = git;
  const v2 = context.minor >= 36 && /(^|:)version=2(:|$)/.test(String(request.headers['git-protocol'] ?? ''));
  const refs = v2 ? null : await readRefs(gitDir);
  if (refs !== null && leadsNowhere(gitDir, refs)) return sendErrorPage(response, 401, git.uri);
  const plain = refs === null ? advertisementV2(context.minor) : advertisementV0(refs, context.minor);
  const zipped = plain.length > 256 && acceptsGzip(request) ? gzipSync(plain, { level: 1 }) : undefined;
  const body = zipped ?? plain;
  response.writeHead(200, {
    ...NO_CACHE,
    'Content-Type': 'application/x-git-upload-pack-advertisement',
    ...(zipped && { 'Content-Encoding': 'gzip' }),
    ...(plain.length <= BUFFERED && { 'Content-Length': body.length }),
  });
  response.end(body);
}

/** The pack itself comes from the real git; v0 takes advertised tips only, v2 anything reachable (GB-108). */
export async function uploadPack(context: GitBucketContext, git: GitRequest): Promise<void> {
  const v2 = context.minor >= 36 && /version=2/.test(String(git.request.headers['git-protocol'] ?? ''));
  const asked =
    git.wiki && !v2 && !git.request.headers['content-encoding'] ? await bodyOf(git.request) : null;
  const generated = asked && generatedWikiAnswer(git.gitDir, asked.toString('latin1'));
  if (generated) {
    git.response.writeHead(200, { ...NO_CACHE, 'Content-Type': 'application/x-git-upload-pack-result' });
    git.response.end(generated);
    return;
  }
  hideLoss(git.response);
  renameErrors(git.response);
  await serveGit(git.request, git.response, {
    gitDir: git.gitDir,
    path: '/git-upload-pack',
    v0Only: !v2,
    ...(asked && { body: Readable.from([asked]) }),
    config: [
      ['uploadpack.allowFilter', 'false'],
      ['uploadpack.allowReachableSHA1InWant', String(v2)],
    ],
  });
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** JGit says the same in other words when something is wanted that it does not give (GB-108). */
function renameErrors(response: ServerResponse): void {
  const write = response.write.bind(response);
  response.write = ((chunk: Buffer, ...rest: []) => {
    response.write = write;
    const wanted = /^[0-9a-f]{4}ERR upload-pack: not our ref ([0-9a-f]{40})/.exec(
      chunk.toString('latin1'),
    )?.[1];
    return write(wanted === undefined ? chunk : packet(`ERR want ${wanted} not valid`), ...rest);
  }) as ServerResponse['write'];
}

/** Files of git's dumb protocol, which JGit serves too (GB-111). */
export async function sendDumbFile(git: GitRequest, action: string): Promise<void> {
  if (action !== 'HEAD') {
    await serveGit(git.request, git.response, { gitDir: git.gitDir, path: `/${action}`, query: git.query });
    return;
  }
  const body = await readFile(join(git.gitDir, 'HEAD'));
  git.response.writeHead(200, {
    ...NO_CACHE,
    'Content-Type': 'text/plain',
    ETag: createHash('sha1').update(body).digest('hex'),
    'Content-Length': body.length,
  });
  git.response.end(body);
}

function acceptsGzip(request: IncomingMessage): boolean {
  return /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
}
