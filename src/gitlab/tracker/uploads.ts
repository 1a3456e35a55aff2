import { createHash } from 'node:crypto';
import { json } from 'node:stream/consumers';
import * as z from 'zod';
import { Failure } from '../../failures/failure.ts';
import { serverError } from '../../failures/network.ts';
import type { TargetTracker } from '../../model/target-tracker.ts';
import { excerpt, isPassing } from '../../net/answers.ts';
import { beginningOf } from '../../net/whose.ts';
import type { GitLabClient } from '../client.ts';
import { toFailure } from '../errors.ts';
import { multipart, streamOf } from '../multipart.ts';
import { parse } from '../schema.ts';

const Uploaded = z.object({ url: z.string(), full_path: z.string() });

/** Files that texts can name (GL-451, GL-456). Each call makes another one. */
export function createUploadVerbs(gitlab: GitLabClient): Pick<TargetTracker, 'upload' | 'uploaded'> {
  const { http } = gitlab;
  return {
    async upload({ id, fullPath }, file) {
      const { name, size } = file;
      const object = `${name} of ${fullPath}`;
      const boundary = `gb2gl-${createHash('sha256').update(`${fullPath} ${name} ${size}`).digest('hex')}`;
      const parts = multipart({ file: { field: 'file', name, type: 'application/octet-stream' } }, boundary);
      const body = streamOf(parts, await file.open());
      try {
        const answer = await http.stream({
          path: `/api/v4/projects/${id}/uploads`,
          headers: {
            'content-type': parts.type,
            'content-length': String(parts.head.length + size + parts.tail.length),
          },
          body,
          expects: 'application/json',
        });
        if (answer.status === 201) return uploadOf(await json(answer.body), object);
        answer.hangUp();
        const text = await beginningOf(answer.body);
        const stranger = answer.foreign(text);
        if (stranger !== null) throw stranger;
        const { status } = answer;
        if (isPassing(status) || status >= 500)
          throw serverError(object, { server: http.server.name, status, detail: excerpt(text) });
        throw toFailure(http, object, { status, body: parsed(text) });
      } finally {
        body.destroy();
      }
    },
    async uploaded({ id, fullPath }, url) {
      const [, secret, name] = /\/uploads\/([\da-f]{32})\/([^/?#]+)$/.exec(url) ?? [];
      if (secret === undefined || name === undefined) return null;
      const path = `/api/v4/projects/${id}/uploads/${secret}/${name}`;
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
        throw serverError(fullPath, { server: http.server.name, status, detail: excerpt(text) });
      return null;
    },
  };
}

function uploadOf(answer: unknown, object: string): { url: string; fullPath: string } {
  const { url, full_path: fullPath } = parse(Uploaded, answer, object);
  return { url, fullPath };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
