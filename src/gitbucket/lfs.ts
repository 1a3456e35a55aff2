import { fetchFailed } from '../failures/git.ts';
import type { LfsAvailability, LfsObject } from '../model/source.ts';
import { excerpt, type HttpAnswer } from '../net/answers.ts';
import { basicAuth, type Http } from '../net/http.ts';
import type { GitRemote } from '../git/remote.ts';
import { LfsBatch } from './schema.ts';

const atOnce = 100;
/** GitBucket before 4.32 has nonsense for the length of larger objects (GB-145). */
const largestLength = 2 ** 31 - 1;

/**
 * Which of the objects GitBucket does not have. Its batch call promises every object, so each one is asked for as well:
 * a missing one answers 404 (GB-143). Nothing is downloaded.
 */
export async function lfsAvailability(
  http: Http,
  remote: GitRemote,
  objects: readonly LfsObject[],
): Promise<LfsAvailability> {
  const missing = new Set<string>();
  for (let at = 0; at < objects.length; at += atOnce) {
    const part = objects.slice(at, at + atOnce);
    const batch = await batchOf(http, remote, part);
    if (batch === null) return { answers: false, missing };
    await Promise.all(
      part.map(async ({ oid, size }) => {
        const download = batch.objects.find((object) => object.oid === oid)?.actions?.download;
        if (!download || !(await isThere(http, download, size))) missing.add(oid);
      }),
    );
  }
  return { answers: true, missing };
}

/** The batch call for downloads, with the credentials that git uses. */
export function postBatch(
  http: Http,
  remote: GitRemote,
  objects: readonly LfsObject[],
  tries?: number,
): Promise<HttpAnswer> {
  return http.send({
    method: 'POST',
    path: batchPath(http, remote),
    headers: {
      authorization: basicAuth(remote),
      accept: 'application/vnd.git-lfs+json',
      'content-type': 'application/vnd.git-lfs+json',
    },
    body: { operation: 'download', transfers: ['basic'], objects },
    ...(tries === undefined ? {} : { tries }),
  });
}

function batchPath(http: Http, { url }: GitRemote): string {
  return `${url.slice(http.server.url.length)}/info/lfs/objects/batch`;
}

/** Null when GitBucket serves no LFS at all: its base URL is not set (GB-141). */
async function batchOf(
  http: Http,
  remote: GitRemote,
  objects: readonly LfsObject[],
): Promise<LfsBatch | null> {
  const answer = await postBatch(http, remote, objects);
  // Git itself has just worked with the same credentials.
  if (answer.status === 401 || answer.status >= 500) return null;
  const parsed = LfsBatch.safeParse(answer.body);
  if (answer.status === 200 && parsed.success) return parsed.data;
  throw fetchFailed(batchPath(http, remote), {
    detail: `the LFS batch call returns ${answer.status}, ${excerpt(answer.body)}`,
  });
}

/** The link names the base URL that GitBucket believes in; the address that was given to us is the one that works. */
async function isThere(
  http: Http,
  { href, header }: { href: string; header: Record<string, string> },
  size: number,
): Promise<boolean> {
  const at = href.indexOf('/git-lfs/');
  if (at < 0) return false;
  const answer = await http.send({
    method: 'HEAD',
    path: href.slice(at),
    // A compressed answer would have another length.
    headers: { authorization: null, 'accept-encoding': 'identity', ...lowered(header) },
  });
  if (answer.status === 404) return false;
  if (answer.status !== 200)
    throw fetchFailed(href, {
      detail: `the LFS object's link returns ${answer.status}`,
    });
  const length = answer.headers['content-length'];
  return length === undefined || size > largestLength || Number(length) === size;
}

function lowered(header: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(header).map(([name, value]) => [name.toLowerCase(), value]));
}
