import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { TargetTracker } from '../../model/target-tracker.ts';
import type { GitLabClient } from '../client.ts';
import { multipart, streamOf } from '../multipart.ts';
import { parse } from '../schema.ts';
import { fileAt, sendFile } from './files.ts';
import { packagePath } from './packages.ts';

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
      const answer = await sendFile(http, object, {
        path: `/api/v4/projects/${id}/uploads`,
        headers: {
          'content-type': parts.type,
          'content-length': String(parts.head.length + size + parts.tail.length),
        },
        body: streamOf(parts, await file.open()),
      });
      const { url, full_path } = parse(Uploaded, answer, object);
      return { url, fullPath: full_path };
    },
    async uploaded({ id, fullPath }, url) {
      const [, secret, name] = /\/uploads\/([\da-f]{32})\/([^/?#]+)$/.exec(url) ?? [];
      const path =
        secret === undefined || name === undefined
          ? packagePath(http.server.url, id, url)
          : `/api/v4/projects/${id}/uploads/${secret}/${name}`;
      return path === null ? null : fileAt(http, fullPath, path);
    },
  };
}
