import type { Failure } from '../failures/failure.ts';
import { pushFailed } from '../failures/git.ts';
import { rateLimited, serverError } from '../failures/network.ts';
import { lfsObjectTooLarge, lfsOff } from '../failures/lfs.ts';
import { targetForbidden, targetRefused } from '../failures/target.ts';
import { interruption } from '../failures/usage.ts';
import type { Remote } from '../git/remote.ts';
import type { LfsObject } from '../model/source.ts';
import type { LfsWriter } from '../model/target.ts';
import { excerpt, isPassing, type HttpAnswer } from '../net/answers.ts';
import { basicAuth, type Http } from '../net/http.ts';
import type { StreamAnswer } from '../net/stream.ts';
import { beginningOf, isPage } from '../net/whose.ts';
import { formatBytes } from '../text/format.ts';
import { refusalOf, toFailure } from './errors.ts';
import { LfsBatch } from './schema.ts';

/** Batches of 1,000 pass (GL-251); smaller ones leave GitLab time for others. */
const atOnce = 500;
/** Leave to upload is good for two hours (GL-252); one that is older than this is not used any more. */
const freshMs = 10 * 60_000;
/** Leaves that are kept: more are asked for again. */
const mostKept = 1000;

type Operation = 'upload' | 'download';
type Leave = { authorization: string; at: number };

export type LfsWriterOptions = { http: Http; remote: Remote; fullPath: string };

/** The LFS objects of the project at this path. */
export function createLfsWriter({ http, remote, fullPath }: LfsWriterOptions): LfsWriter {
  const own = basicAuth(remote);
  const leaves = new Map<string, Leave>();

  /** What GitLab says of each object; it has no words for one that it does not know. */
  async function batch(
    operation: Operation,
    objects: readonly LfsObject[],
    signal: AbortSignal,
  ): Promise<Map<string, LfsBatch['objects'][number]>> {
    if (signal.aborted) throw interruption(fullPath);
    const answer = await http.send({
      method: 'POST',
      asks: true,
      path: `/${fullPath}.git/info/lfs/objects/batch`,
      headers: {
        authorization: own,
        'private-token': null,
        accept: lfsType,
        'content-type': lfsType,
      },
      body: { operation, transfers: ['basic'], objects: objects.map(({ oid, size }) => ({ oid, size })) },
    });
    const parsed = LfsBatch.safeParse(answer.body);
    if (answer.status === 200 && parsed.success)
      return new Map(parsed.data.objects.map((object) => [object.oid, object]));
    throw await whyRefused(answer);
  }

  /** What a refusal of the whole batch, or of the right to send, means (GL-250, GL-260, GL-242). */
  async function whyRefused({ status, body }: Pick<HttpAnswer, 'status' | 'body'>): Promise<Failure> {
    const refusal = refusalOf({ status, body });
    const detail = `${status}, ${refusal.text}`;
    const known = await remote.explain?.({ status, text: refusal.text });
    if (known) return known;
    if (status === 404) {
      const text = 'Git LFS is off in the project, or the project is gone (404)';
      return lfsOff(fullPath, { detail: text, whole: 'no', refusal });
    }
    if (status === 501) return lfsOff(fullPath, { detail, whole: 'yes', refusal });
    if (status === 403) return targetForbidden(fullPath, { detail: `LFS objects: ${refusal.text}`, refusal });
    if (status === 401 || status < 400)
      return pushFailed(fullPath, { detail: `LFS answers ${detail}`, refusal });
    return toFailure(http, fullPath, { status, body });
  }

  async function missing(objects: readonly LfsObject[], signal: AbortSignal): Promise<LfsObject[]> {
    const found: LfsObject[] = [];
    for (const part of partsOf(objects)) {
      const at = http.now();
      const said = await batch('upload', part, signal);
      for (const object of part) {
        const { actions } = said.get(object.oid) ?? { actions: { upload: { header: {} } } };
        leaves.delete(object.oid);
        if (actions?.upload === undefined) continue;
        found.push(object);
        leaves.set(object.oid, { authorization: authorizationOf(actions.upload.header) ?? own, at });
      }
      for (const oid of leaves.keys()) if (leaves.size > mostKept) leaves.delete(oid);
    }
    return found;
  }

  async function leaveFor(object: LfsObject, signal: AbortSignal): Promise<Leave | null> {
    const known = leaves.get(object.oid);
    if (known !== undefined && http.now() - known.at < freshMs) return known;
    await missing([object], signal);
    return leaves.get(object.oid) ?? null;
  }

  async function refusalOfUpload(object: LfsObject, answer: StreamAnswer): Promise<Failure | null> {
    const { status } = answer;
    const text = await beginningOf(answer.body);
    if (status === 200 && !isPage(text)) return null;
    const stranger = answer.foreign(text);
    if (stranger !== null) return stranger;
    const detail = `${status}, ${excerpt(text)}`;
    const refusal = refusalOf({ status, body: text });
    if (status === 413)
      return lfsObjectTooLarge(object.oid, { size: formatBytes(object.size), detail, refusal });
    if (status === 429) return rateLimited(object.oid, { server: http.server.name });
    if (isPassing(status) || status === 500)
      return serverError(object.oid, { server: http.server.name, status, detail: excerpt(text) });
    // Which of the two hashes is wrong nobody knows: the next try tells.
    if (status === 400 || status === 422) return targetRefused(object.oid, { detail, refusal });
    // That leave has ended; with the token itself the next question tells.
    if (status === 401) return pushFailed(object.oid, { detail, refusal });
    return whyRefused({ status, body: text });
  }

  return {
    missing,
    async unprovable(objects, signal) {
      const found: LfsObject[] = [];
      for (const part of partsOf(objects)) {
        const said = await batch('download', part, signal);
        found.push(...part.filter(({ oid }) => said.get(oid)?.actions?.download === undefined));
      }
      return found;
    },
    async upload(object, body, signal) {
      try {
        const leave = await leaveFor(object, signal);
        if (leave === null) return;
        const answer = await http.stream({
          method: 'PUT',
          // The address that was given to us is the one that works, whatever the answer calls it.
          path: `/${fullPath}.git/gitlab-lfs/objects/${object.oid}/${object.size}`,
          headers: {
            authorization: leave.authorization,
            'private-token': null,
            'content-type': 'application/octet-stream',
            // What stands before a server then refuses too large a body before it has come (GL-263).
            'content-length': String(object.size),
          },
          body,
          expects: 'text/plain',
        });
        const refused = await refusalOfUpload(object, answer);
        if (refused !== null) answer.hangUp();
        if (refused !== null) throw refused;
      } finally {
        leaves.delete(object.oid);
        body.destroy();
      }
    },
  };
}

const lfsType = 'application/vnd.git-lfs+json';

function* partsOf(objects: readonly LfsObject[]): Generator<readonly LfsObject[]> {
  for (let at = 0; at < objects.length; at += atOnce) yield objects.slice(at, at + atOnce);
}

function authorizationOf(header: Record<string, string>): string | undefined {
  return Object.entries(header).find(([name]) => name.toLowerCase() === 'authorization')?.[1];
}
