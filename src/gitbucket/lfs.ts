import { Readable } from 'node:stream';
import type { Failure } from '../failures/failure.ts';
import { fetchFailed } from '../failures/git.ts';
import { rateLimited } from '../failures/network.ts';
import { lfsObjectLost, lfsWithoutBaseUrl } from '../failures/lfs.ts';
import { interruption } from '../failures/usage.ts';
import type { GitRemote, Remote } from '../git/remote.ts';
import type { LfsAvailability, LfsObject, LfsReader } from '../model/source.ts';
import { excerpt, type HttpAnswer } from '../net/answers.ts';
import { basicAuth, type Http } from '../net/http.ts';
import { hear, type Heard } from '../net/stream.ts';
import { beginningOf } from '../net/whose.ts';
import { formatBytes } from '../text/format.ts';
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
    asks: true,
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
  const path = pathOf(href);
  if (path === null) return false;
  const answer = await http.send({ method: 'HEAD', path, headers: headersOf(header) });
  if (answer.status === 404) return false;
  if (answer.status !== 200)
    throw fetchFailed(href, {
      detail: `the LFS object's link returns ${answer.status}`,
    });
  const length = answer.headers['content-length'];
  return length === undefined || size > largestLength || Number(length) === size;
}

/** Below the server's own address; null for what is no link to an object. */
function pathOf(href: string): string | null {
  return /\/git-lfs\/[^/\s?#]+\/[^/\s?#]+\/[0-9a-f]{64}$/.exec(href)?.[0] ?? null;
}

function headersOf(given: Record<string, string>): Record<string, string | null> {
  const authorization = Object.entries(given).find(([name]) => name.toLowerCase() === 'authorization')?.[1];
  // A compressed answer would have another length.
  return { authorization: authorization ?? null, 'accept-encoding': 'identity' };
}

/** A link works for ten minutes (GB-144); one that is older than this is not tried any more. */
const freshMs = 4 * 60_000;
/** How much is asked for at once: what comes later would find its link too old. */
const bytesAtOnce = 1024 ** 3;
/** A link that does not work is followed by a fresh one. */
const tries = 3;

type Link = { path: string; headers: Record<string, string | null>; at: number };

export type LfsReaderOptions = {
  http: Http;
  remote: Remote;
  /** `owner/name` */
  repository: string;
};

/** The objects of one repository, each by a link of its own. */
export function createLfsReader({ http, remote, repository }: LfsReaderOptions): LfsReader {
  const links = new Map<string, Link>();
  let asking: Promise<void> | null = null;
  /** It serves no LFS at all. */
  let closed: Failure | null = null;

  function isFresh({ oid }: LfsObject): boolean {
    const link = links.get(oid);
    return link !== undefined && http.now() - link.at < freshMs;
  }

  /** @throws lfs-without-base-url, fetch-failed */
  async function ask(objects: readonly LfsObject[]): Promise<void> {
    const at = http.now();
    const answer = await postBatch(http, remote, objects);
    const { status, body } = answer;
    const parsed = LfsBatch.safeParse(body);
    if (status === 401 || status === 500) {
      const known = await remote.explain?.({ status, text: excerpt(body) });
      throw (closed = known ?? lfsWithoutBaseUrl(http.server.url, { status }));
    }
    if (status !== 200 || !parsed.success)
      throw fetchFailed(repository, { detail: `the LFS batch call returns ${status}, ${excerpt(body)}` });
    for (const { oid, actions } of parsed.data.objects) {
      const path = pathOf(actions?.download.href ?? '');
      if (actions && path) links.set(oid, { path, headers: headersOf(actions.download.header), at });
    }
  }

  async function linkTo(object: LfsObject, soon: readonly LfsObject[]): Promise<Link> {
    for (let asked = false; ;) {
      const link = links.get(object.oid);
      if (link !== undefined && isFresh(object)) return link;
      if (asked)
        throw fetchFailed(object.oid, { detail: 'the LFS batch call of GitBucket gives no link to it' });
      if (closed !== null) throw closed;
      if (asking === null) {
        asked = true;
        const others = soon.filter((each) => each.oid !== object.oid && !isFresh(each));
        asking = ask(firstOf([object, ...others])).finally(() => (asking = null));
      }
      await asking;
    }
  }

  async function openOnce(
    object: LfsObject,
    link: Link,
    signal: AbortSignal,
  ): Promise<Readable | { status: number; text: string }> {
    const { path, headers } = link;
    const answer = await http.stream({ method: 'GET', path, headers, expects: objectType });
    const { status } = answer;
    const isPlain = status === 200 && !/\bhtml\b/.test(answer.headers['content-type'] ?? '');
    if (!isPlain) {
      const text = await beginningOf(answer.body);
      if (status === 404) {
        throw (
          answer.foreign(text) ?? lfsObjectLost(object.oid, { repository, size: formatBytes(object.size) })
        );
      }
      if (status === 401 || status === 500) return { status, text };
      if (status === 429) throw rateLimited(object.oid, { server: http.server.name });
      throw (
        answer.foreign(text) ??
        fetchFailed(object.oid, { detail: `its link returns ${status}, ${excerpt(text)}` })
      );
    }
    const heard = hear(answer.body, http.server.name, remote, { id: object.oid, signal });
    const first = await heard.chunks.next();
    if (first.done && object.size > 0) return { status, text: '' };
    return asStream(first.done ? null : first.value, heard);
  }

  return {
    async open(object, signal, soon = []) {
      for (let tried = 1; ; tried += 1) {
        if (signal.aborted) throw interruption(object.oid);
        const link = await linkTo(object, soon);
        // Each is used once: who tries again asks for a new one, and that waits as long as GitBucket wants it.
        links.delete(object.oid);
        const got = await openOnce(object, link, signal);
        if (got instanceof Readable) return got;
        // Whatever spoiled this link has spoiled the older ones too: time, or a restart of the server (GB-144).
        for (const [oid, { at }] of links) if (at <= link.at) links.delete(oid);
        if (tried === tries) {
          const detail = `its link returns ${got.status}, ${excerpt(got.text)}, even when it is new`;
          throw fetchFailed(object.oid, { detail });
        }
      }
    },
  };
}

const objectType = 'application/octet-stream';

/** As many as one question is asked about. */
function firstOf(objects: readonly LfsObject[]): LfsObject[] {
  let bytes = 0;
  const end = objects.findIndex(({ size }) => (bytes += size) > bytesAtOnce);
  return objects.slice(0, Math.min(atOnce, end < 0 ? atOnce : Math.max(end, 1)));
}

/** The rest of what is heard, after its first piece. */
function asStream(first: Buffer | null, heard: Heard): Readable {
  async function* all(): AsyncGenerator<Buffer> {
    if (first === null) return;
    yield first;
    yield* heard.chunks;
  }
  const stream = Readable.from(all(), { objectMode: false });
  // One that is given up before it was read has not begun the generator, which would let go of the connection.
  stream.once('close', () => {
    heard.stop();
    void heard.chunks.return(undefined);
  });
  return stream;
}
