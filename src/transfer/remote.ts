import { MigrationError } from '../errors.ts';
import { excerpt, type Http, type HttpAnswer } from '../net/http.ts';
import type { GitRemote, GitService, Remote } from './transport.ts';

export type RemoteOptions = Omit<GitRemote, 'url'> & {
  /** Path of the repository below the server's URL, `.git` included, as the server wants it. */
  path: string;
  silenceMs: number;
  /** Turns a refused advertisement into the error that tells why. */
  whyRefused(answer: HttpAnswer): Promise<MigrationError>;
};

/** A repository on one of the two servers, reached through that server's HTTP policy. */
export function createRemote(http: Http, options: RemoteOptions): Remote {
  const { path, username, password, caFile, silenceMs } = options;
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  // The API's own headers mean nothing to git.
  const headers = { authorization, 'private-token': null };
  return {
    url: http.server.url + path,
    username,
    password,
    caFile,
    silenceMs,
    async advertisement(service: GitService) {
      const answer = await http.send({
        method: 'GET',
        path: `${path}/info/refs?service=${service}`,
        headers,
        as: 'bytes',
      });
      if (Buffer.isBuffer(answer.body)) return answer.body;
      if (answer.status >= 400 && answer.status < 500) throw await options.whyRefused(answer);
      throw new MigrationError('fetch-failed', path, { detail: `${answer.status}, ${excerpt(answer.body)}` });
    },
    post: (service, body) =>
      http.stream({
        path: `${path}/${service}`,
        headers: {
          ...headers,
          'content-type': `application/x-${service}-request`,
          accept: `application/x-${service}-result`,
        },
        body,
      }),
  };
}
