import { z } from 'zod';
import type { Visibility } from '../model/forge.ts';
import type { Http } from '../net/http.ts';
import * as schema from './schema.ts';

export type TargetSettings = {
  /** The branch name that GitLab presumes for an empty project: its setting where the token may read it, else `main`. */
  initialBranch(): Promise<string>;
  /** Levels that only administrators may use (gitlab-contract §3.1); null when the token may not read them. */
  restrictedLevels(): Promise<readonly Visibility[] | null>;
  /** May anybody make projects in a group that is new? Its rules begin as the server's (gitlab-contract §3.1). */
  newGroupsTakeProjects(): Promise<boolean>;
  /** Bytes that one push may have (gitlab-contract §4.6); null without a limit, or when the token may not read it. */
  pushLimit(): Promise<number | null>;
};

type Settings = {
  branch: string;
  restricted: readonly Visibility[] | null;
  groupsTakeProjects: boolean;
  pushLimit: number | null;
};

const NOBODY = 0;
const MEBIBYTE = 1024 * 1024;
const UNREAD: Settings = { branch: 'main', restricted: null, groupsTakeProjects: true, pushLimit: null };

/** The settings of the whole server, which GitLab shows to administrators only; asked for once. */
export function createSettings(http: Http, isAdmin: () => boolean): TargetSettings {
  let reading: Promise<Settings> | null = null;

  async function read(): Promise<Settings> {
    if (!isAdmin()) return UNREAD;
    const answer = await http.send({ method: 'GET', path: '/api/v4/application/settings' });
    const parsed = schema.ApplicationSettings.safeParse(answer.body);
    if (answer.status !== 200 || !parsed.success) return UNREAD;
    const megabytes = parsed.data.receive_max_input_size ?? 0;
    return {
      branch: parsed.data.default_branch_name || 'main',
      restricted: parsed.data.restricted_visibility_levels ?? [],
      groupsTakeProjects: parsed.data.default_project_creation !== NOBODY,
      pushLimit: megabytes > 0 ? megabytes * MEBIBYTE : null,
    };
  }

  async function settings(): Promise<Settings> {
    reading ??= read();
    return reading;
  }

  return {
    initialBranch: async () => (await settings()).branch,
    restrictedLevels: async () => (await settings()).restricted,
    newGroupsTakeProjects: async () => (await settings()).groupsTakeProjects,
    pushLimit: async () => (await settings()).pushLimit,
  };
}

const Features = z.object({ lfs_enabled: z.boolean().default(true) });

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
