import { z } from 'zod';
import type { Http } from '../net/http.ts';
import type { TargetSettings } from './settings.ts';

const Features = z.object({ lfs_enabled: z.boolean().default(true) });

const MEBIBYTE = 1024 * 1024;
/** Free projects of GitLab.com (gitlab-contract §4.6). */
const FILE_ON_GITLAB_COM = 100 * MEBIBYTE;

/**
 * What GitLab is known to refuse for its size, in bytes: only administrators may read the limit of a push, and only
 * GitLab.com is known to limit files.
 */
export async function pushLimits(
  url: string,
  settings: Pick<TargetSettings, 'pushLimit'>,
): Promise<{ push: number | null; file: number | null }> {
  const file = new URL(url).hostname === 'gitlab.com' ? FILE_ON_GITLAB_COM : null;
  return { push: await settings.pushLimit(), file };
}

/** True unless the project's own setting says otherwise: then GitLab does not look for missing LFS objects (gitlab-contract §4.7). */
export async function checksLfs(http: Http, projectId: number): Promise<boolean> {
  const { body } = await http.send({ method: 'GET', path: `/api/v4/projects/${projectId}` });
  return Features.safeParse(body).data?.lfs_enabled ?? true;
}
