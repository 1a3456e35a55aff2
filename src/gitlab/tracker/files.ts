import type { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { Failure } from '../../failures/failure.ts';
import { serverError } from '../../failures/network.ts';
import { excerpt, isPassing } from '../../net/answers.ts';
import type { Http } from '../../net/http.ts';
import type { StreamRequest } from '../../net/stream.ts';
import { beginningOf } from '../../net/whose.ts';
import { toFailure } from '../errors.ts';

/** Sends a file of any size and gives what GitLab says of it, unchecked. @throws target-refused, target-forbidden, server-error */
export async function sendFile(
  http: Http,
  object: string,
  request: Omit<StreamRequest, 'body' | 'expects'> & { body: Readable },
): Promise<unknown> {
  try {
    const answer = await http.stream({ ...request, expects: 'application/json' });
    if (answer.status === 201) return await json(answer.body);
    answer.hangUp();
    const text = await beginningOf(answer.body);
    const stranger = answer.foreign(text);
    if (stranger !== null) throw stranger;
    const { status } = answer;
    if (isPassing(status) || status >= 500)
      throw serverError(object, { server: http.server.name, status, detail: excerpt(text) });
    throw toFailure(http, object, { status, body: parsed(text) });
  } finally {
    request.body.destroy();
  }
}

/** The bytes at this path of the API; null where GitLab does not give them. @throws server-error */
export async function fileAt(http: Http, object: string, path: string): Promise<Readable | null> {
  const answer = await http
    .stream({ method: 'GET', path, headers: {}, expects: '*/*' })
    .catch((error: unknown) => {
      // To its object storage, where it has one: no place for our token.
      if (error instanceof Failure && error.code === 'redirected') return null;
      throw error;
    });
  if (answer === null || answer.status === 200) return answer?.body ?? null;
  const { status } = answer;
  const text = await beginningOf(answer.body);
  if (isPassing(status) || status >= 500)
    throw serverError(object, { server: http.server.name, status, detail: excerpt(text) });
  return null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
