import { Readable } from 'node:stream';
import { fetchFailed } from '../../failures/git.ts';
import type { TrackerFile } from '../../model/tracker.ts';
import { excerpt } from '../../net/answers.ts';
import type { Http } from '../../net/http.ts';
import { hear } from '../../net/stream.ts';
import { beginningOf } from '../../net/whose.ts';
import { isTurnedAway } from '../client.ts';
import type { GitBucketSession } from '../session.ts';

export type FileOptions = {
  /** Sends no token: pages take none (GB-165). */
  web: Http;
  session: GitBucketSession;
  silenceMs: number;
};

/**
 * A file that GitBucket gives to whoever may see the repository's pages: to everybody, or to those who have signed in.
 * Null when it does not give it. `size` is what the answer announces; `told` hears how many bytes there are, at the latest
 * when they have been read.
 */
export async function fileAt(
  { web, session, silenceMs }: FileOptions,
  path: string,
  told: (bytes: number) => void = () => {},
): Promise<TrackerFile | null> {
  const cookie = await session.cookie();
  // A compressed answer would have another length.
  const headers = { cookie, 'accept-encoding': 'identity' };
  const head = await web.send({ method: 'HEAD', path, headers }).catch((error: unknown) => {
    // A bare 401 has nothing that tells whose it is (GB-163).
    if (isTurnedAway(error)) return null;
    throw error;
  });
  if (head === null || head.status !== 200) return null;
  const length = head.headers['content-length'];
  const size = length === undefined ? null : Number(length);
  if (size !== null) told(size);
  const type = (head.headers['content-type'] ?? '').split(';', 1)[0]?.trim() ?? '';
  return {
    size,
    type: type === '' ? 'application/octet-stream' : type,
    async open() {
      const answer = await web.stream({ method: 'GET', path, headers, expects: '*/*' });
      if (answer.status !== 200) {
        const text = await beginningOf(answer.body);
        const detail = `the file returns ${answer.status}, ${excerpt(text)}`;
        throw answer.foreign(text) ?? fetchFailed(path, { detail });
      }
      // The interruption of the run cuts the connection itself.
      const { signal } = new AbortController();
      const heard = hear(
        answer.body,
        web.server.name,
        { silenceMs, url: web.server.url },
        { id: path, signal },
      );
      const stream = Readable.from(counted(heard.chunks, told), { objectMode: false });
      stream.once('close', () => heard.stop());
      return stream;
    },
  };
}

async function* counted(
  chunks: AsyncIterable<Buffer>,
  told: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    yield chunk;
  }
  told(bytes);
}
