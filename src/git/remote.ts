import { fetchFailed } from '../failures/git.ts';
import { redirected } from '../failures/network.ts';
import type { Readable } from 'node:stream';
import { Failure } from '../failures/failure.ts';
import { excerpt, type HttpAnswer, type Server } from '../net/answers.ts';
import { basicAuth, type Http } from '../net/http.ts';
import { hear, type StreamAnswer } from '../net/stream.ts';
import { beginningOf } from '../net/whose.ts';
import { flush } from './pkt-line.ts';
import { asAdvertisement, isVersion2, lsRefsRequest } from './ref-advertisement.ts';

/** What git needs to reach a repository: its URL with Basic credentials and, if need be, a CA certificate file. */
export type GitRemote = {
  url: string;
  username: string;
  password: string;
  caFile: string | null;
  /** Milliseconds of silence that the server is granted at least. */
  silenceMs?: number;
  /** What a refusal means beyond the request that it answers; null when nothing. */
  explain?(refused: Refused): Promise<Failure | null>;
};

/** The server's words and its status; null where they came in a report of git's. */
export type Refused = { status: number | null; text: string };

export type GitService = 'git-upload-pack' | 'git-receive-pack';

/** One end of a transfer. */
export type Remote = GitRemote & {
  /** Ref advertisement of a service, version 0. */
  advertisement(service: GitService): Promise<Buffer>;
  /** One request to a service; the answer's body is given as a stream, whatever its status. `bytes`: how long a stream is. */
  post(service: GitService, body: Readable | Buffer, bytes?: number | null): Promise<StreamAnswer>;
  /** False once the server has refused a body whose length was not told beforehand. */
  takesChunks: Http['takesChunks'];
  /** Milliseconds without a byte after which a stream is given up. */
  silenceMs: number;
  /** Set when it is a file beside us, which only git reads. */
  onDisk?: true;
};

export type RemoteOptions = Omit<GitRemote, 'url'> & {
  /** Path of the repository below the server's URL, `.git` included, as the server wants it. */
  path: string;
  silenceMs: number;
  /** Turns a refused advertisement into the error that tells why. */
  whyRefused(answer: HttpAnswer): Promise<Failure>;
};

/** A repository or bundle on disk, which answers no requests. `explain` tells why git fails at it. */
export function diskRemote(
  path: string,
  about: { id: string; detail: string; silenceMs?: number; explain?: GitRemote['explain'] },
): Remote {
  const { id, detail, silenceMs = 0, explain } = about;
  const refused = (): Promise<never> => Promise.reject(fetchFailed(id, { detail }));
  const own: Remote = {
    url: path,
    onDisk: true,
    username: '',
    password: '',
    caFile: null,
    silenceMs,
    takesChunks: () => true,
    advertisement: refused,
    post: refused,
  };
  return explain === undefined ? own : { ...own, explain };
}

/** How often a listing is asked for whose answer breaks off. */
const triesOfListing = 3;

/** The server sent us elsewhere so often: it goes round in a circle. */
const mostRedirects = 5;

/** A repository on one of the two servers, reached through that server's HTTP policy. */
export function createRemote(http: Http, options: RemoteOptions): Remote {
  const { username, password, caFile, silenceMs } = options;
  const url = http.server.url + options.path;
  const authorization = basicAuth(options);
  // The API's own headers mean nothing to git.
  const headers = { authorization, 'private-token': null };
  /** Follows the server's redirects, and its choice of protocol, from the first answer on. */
  let path = options.path;
  let version2 = false;

  async function advertisement(service: GitService): Promise<Buffer> {
    for (let hop = 0; hop <= mostRedirects; hop += 1) {
      const question = `/info/refs?service=${service}`;
      const expects = { type: `application/x-${service}-advertisement`, isWhole: endsAsGitDoes };
      const answer = await http.send({ method: 'GET', path: `${path}${question}`, headers, expects });
      if (Buffer.isBuffer(answer.body)) return readable(answer.body);
      const { status } = answer;
      if (status >= 400 && status < 500) throw await options.whyRefused(answer);
      if (status < 300 || status >= 400) {
        throw fetchFailed(options.path, {
          detail: `${status}, ${excerpt(answer.body)}`,
        });
      }
      path = placeAfterRedirect(http.server, answer.headers, path, question);
    }
    throw fetchFailed(options.path, { detail: 'its redirects form a loop' });
  }

  /** A listing of protocol 2 takes a second request. */
  async function readable(body: Buffer): Promise<Buffer> {
    version2 = isVersion2(body);
    if (!version2) return body;
    for (let tried = 1; ; tried += 1) {
      try {
        return asAdvertisement(await lsRefs(), options.path);
      } catch (error) {
        const cut = error instanceof Failure && ['answer-cut', 'connection-cut'].includes(error.code);
        if (!cut || tried === triesOfListing) throw error;
      }
    }
  }

  async function lsRefs(): Promise<Buffer> {
    const answer = await post('git-upload-pack', lsRefsRequest());
    if (!answer.ok) {
      const text = await beginningOf(answer.body);
      const detail = `${answer.status}, ${excerpt(text)}`;
      throw answer.foreign(text) ?? fetchFailed(options.path, { detail });
    }
    const { signal } = new AbortController();
    const heard = hear(answer.body, http.server.name, { silenceMs, url }, { id: options.path, signal });
    const chunks: Buffer[] = [];
    for await (const chunk of heard.chunks) chunks.push(chunk);
    const cut = heard.unfinished();
    if (cut !== null) throw cut;
    return Buffer.concat(chunks);
  }

  async function post(
    service: GitService,
    body: Readable | Buffer,
    bytes: number | null = null,
  ): Promise<StreamAnswer> {
    for (let hop = 0; hop <= mostRedirects; hop += 1) {
      const answer = await http.stream({
        path: `${path}/${service}`,
        headers: {
          ...headers,
          'content-type': `application/x-${service}-request`,
          ...(bytes === null ? {} : { 'content-length': String(bytes) }),
          ...(version2 && service === 'git-upload-pack' ? { 'git-protocol': 'version=2' } : {}),
        },
        body,
        expects: `application/x-${service}-result`,
      });
      if (answer.status < 300 || answer.status >= 400) return answer;
      // A server that takes no pushes may send them elsewhere without a word; its advertisement has one (GL-296).
      if (service === 'git-receive-pack') await advertisement(service);
      const moved = placeAfterRedirect(http.server, answer.headers, path, `/${service}`);
      // A stream cannot be sent again.
      if (!Buffer.isBuffer(body)) {
        const { name: server, side, url } = http.server;
        throw redirected(url + path, { server, side, location: url + moved });
      }
      path = moved;
    }
    throw fetchFailed(options.path, { detail: 'its redirects form a loop' });
  }

  const takesChunks = (): boolean => http.takesChunks();
  const own = { url, username, password, caFile, silenceMs, takesChunks, advertisement, post };
  return options.explain === undefined ? own : { ...own, explain: options.explain };
}

/** Everything that git says ends in a flush (GL-390). */
function endsAsGitDoes(bytes: Buffer): boolean {
  return bytes.subarray(-flush.length).equals(flush);
}

/**
 * Where the repository is, as git itself concludes from a redirect: the new address must end as the asked one did
 * (git-config "http.followRedirects"). Given as a path below the server's URL.
 * @throws redirected when that is another place than below the configured URL
 */
function placeAfterRedirect(
  { name, side, url }: Server,
  headers: Readonly<Record<string, string>>,
  path: string,
  ending: string,
): string {
  const given = headers['location'] ?? '';
  const base = new URL(url);
  const target = URL.canParse(given, url + path) ? new URL(given, url + path) : null;
  const whole = target === null ? '' : target.pathname + target.search;
  const root = base.pathname.replace(/\/$/, '');
  const below = target?.origin === base.origin && whole.startsWith(`${root}/`) && whole.endsWith(ending);
  if (below) return whole.slice(root.length, whole.length - ending.length);
  const location = target === null ? given : `${target.origin}${target.pathname}`;
  throw redirected(url + path, { server: name, side, location });
}

/**
 * Who refuses what the real git is refused, which tells nothing of the answer but its status: the same is asked once
 * more, without any effect. Null when it is the server itself.
 */
export async function strangerAt(remote: Remote, service: GitService): Promise<Failure | null> {
  try {
    await remote.advertisement(service);
    const answer = await remote.post(service, flush);
    const text = await beginningOf(answer.body);
    return answer.ok ? null : answer.foreign(text);
  } catch (error) {
    if (!(error instanceof Failure)) return null;
    const told = error.blame === 'network' || ['tls-untrusted', 'wrong-scheme'].includes(error.code);
    return told ? error : null;
  }
}
