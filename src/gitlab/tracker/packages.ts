import * as z from 'zod';
import type { Package, TargetTracker } from '../../model/target-tracker.ts';
import type { GitLabClient } from '../client.ts';
import { unlessHidden } from '../errors.ts';
import { sendFile } from './files.ts';

const Found = z.object({ id: z.int(), name: z.string(), version: z.string().nullish() });
const File = z.object({ file_name: z.string(), size: z.number(), file_sha256: z.string().nullish() });

/** Generic packages of the package registry (GL-452). */
export function createPackageVerbs(
  gitlab: GitLabClient,
): Pick<TargetTracker, 'packageFiles' | 'addPackageFile'> {
  const { http } = gitlab;
  return {
    async packageFiles({ id, fullPath: object }, wanted) {
      const { name, version } = wanted;
      const query = new URLSearchParams({ package_type: 'generic', package_name: name });
      const path = `/projects/${id}/packages`;
      const like = await unlessHidden(
        gitlab.list({ path: `${path}?${query.toString()}`, type: Found, object }),
      );
      const found = like?.find((each) => each.name === name && each.version === version);
      if (found === undefined) return [];
      const files = await unlessHidden(
        gitlab.list({ path: `${path}/${found.id}/package_files`, type: File, object }),
      );
      return (files ?? []).map(({ file_name, size, file_sha256: sha256 = null }) => ({
        name: file_name,
        url: http.server.url + pathOf(id, wanted, file_name),
        size,
        sha256,
      }));
    },
    async addPackageFile({ id, fullPath }, wanted, { name, size, open }) {
      const path = pathOf(id, wanted, name);
      await sendFile(http, `${name} of ${fullPath}`, {
        method: 'PUT',
        path,
        headers: { 'content-type': 'application/octet-stream', 'content-length': String(size) },
        body: await open(),
      });
      return http.server.url + path;
    },
  };
}

/** The path of the API below which all generic packages of a project lie. */
function placeOf(id: number): string {
  return `/api/v4/projects/${id}/packages/generic/`;
}

function pathOf(id: number, { name, version }: Package, file: string): string {
  return placeOf(id) + [name, version, file].map(encodeURIComponent).join('/');
}

/** The path of a package file of this project, by its address on the server; null when it is none. */
export function packagePath(serverUrl: string, id: number, url: string): string | null {
  const path = url.startsWith(serverUrl) ? url.slice(serverUrl.length) : '';
  return path.startsWith(placeOf(id)) ? path : null;
}
