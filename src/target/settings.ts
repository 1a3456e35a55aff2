import type { Visibility } from '../model.ts';
import type { Http } from '../net/http.ts';
import * as schema from './schema.ts';

export type TargetSettings = {
  /** The branch name that GitLab presumes for an empty project: its setting where the token may read it, else `main`. */
  defaultBranchPreference(): Promise<string>;
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
    defaultBranchPreference: async () => (await settings()).branch,
    restrictedLevels: async () => (await settings()).restricted,
    newGroupsTakeProjects: async () => (await settings()).groupsTakeProjects,
    pushLimit: async () => (await settings()).pushLimit,
  };
}
