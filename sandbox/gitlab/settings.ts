import type { Visibility } from './state.ts';

/** 0 nothing, 1 partial, 2 full, 3 no pushes by developers, 4 full after a developer's initial push. */
export type BranchProtection = 0 | 1 | 2 | 3 | 4;

type RateLimit = { threshold: number; interval: number };

/** A Rack::Attack throttle: so many requests per period (seconds). */
export type Throttle = { limit: number; period: number };

/** Knobs of the git side. */
export type GitSettings = {
  /** What a push costs besides its refs: authorisation and jobs; 1,500 on an idle real server, 6,000 under load. */
  pushMs: number;
  /** What Rails and the hooks cost for each ref of a push; about 15 on a real server. */
  hookMsPerRef: number;
  /** In bytes; null for no limit. */
  receiveMaxInputSize: number | null;
  /** Refuses greater blobs as GitLab.com Free does; null for no limit. */
  maxBlobSize: number | null;
  /** Storage quota of a project in bytes (EE); null for no limit. */
  repositorySizeLimit: number | null;
  /** Storage quota of a top group with all its projects, in bytes, instead of that (GitLab.com); null for none. */
  namespaceStorageLimit: number | null;
  /** fsck message ids that the administrator ignores beyond Gitaly's own three. */
  fsckIgnore: string[];
  /** Path of a file with the ids of objects that are not checked (GL-233). */
  fsckSkipList: string | null;
  pushRules: PushRules | null;
  gitalyDown: boolean;
  pullOverHttp: boolean;
  pushOverHttp: boolean;
  /** The access check takes longer than Rails allows. */
  accessCheckTimesOut: boolean;
  /** What happens to the next pushes instead of the normal course, first come first served. */
  nextPushes: ('busy' | 'empty-500' | 'throttled' | 'internal-api-unreachable')[];
  /** Sends `remote:` texts in several pieces, as side-band packets really arrive. */
  splitMessages: boolean;
  /** Git and fetch operations per minute, action, project and user; 0 for no limit. */
  operationsPerMinute: number;
  /** Failed logins per minute after which the address is banned; 0 for never. */
  failedLoginsBeforeBan: number;
};

type PushRules = {
  commitMessage?: RegExp;
  authorEmail?: RegExp;
  branchName?: RegExp;
  denyDeleteTag?: boolean;
};

/** What an administrator could have set up differently; tests and rehearsals change it while the server runs. */
export type Settings = {
  /** `18.9.0-ee`, `17.11.0`, … */
  version: string;
  /** Null until an administrator sets one: `main` is then assumed, and no tag is refused for it. */
  defaultBranchName: string | null;
  defaultBranchProtection: BranchProtection;
  defaultGroupVisibility: Visibility;
  defaultProjectVisibility: Visibility;
  restrictedVisibilities: Visibility[];
  defaultProjectCreation: 'noone' | 'owner' | 'maintainer' | 'developer' | 'administrator';
  /** Administrators' tokens then need the scope admin_mode. */
  adminMode: boolean;
  /** Webhooks may lead into the own network. */
  localHooks: boolean;
  /** GitLab.com's rule: top-level groups are made in the browser only. */
  topLevelGroupsByApi: boolean;
  /** Requests of a group's new member that come before the group's projects know them; 1 to 6 s, or minutes (GL-40). */
  memberLateness: number;
  /** How long background jobs take to come. */
  asyncDelayMs: number;
  /** How long the job that makes pipelines takes to come. */
  pipelineDelayMs: number;
  /** Pushes start pipelines without a CI file; a fresh GitLab has it on, but for files of a known language only. */
  autoDevops: boolean;
  /** Integrations that are active on the whole server: what is new inherits them. */
  integrations: string[];
  /** New projects have a wiki (gitlab.yml default_projects_features). */
  wikiByDefault: boolean;
  /**
   * `delayed` renames and keeps (18.0 and later), `marked` keeps under the same name (Premium before that),
   * `immediate` destroys in a background job.
   */
  deletion: 'delayed' | 'marked' | 'immediate';
  permanentDeletion: boolean;
  /** How Ruby prints a hash inside a message: `{:path=>[…]}` before 3.4, `{path: […]}` since. */
  rubyInspect: 'rocket' | 'keyword';
  lfsEnabled: boolean;
  importSources: string[];
  /** What an import of a tracker takes for each item: 600 on an idle real server for an issue, 1,500 for a merge request. */
  importMsPerItem: number;
  /** How long an import with broken members is tried again before it fails. */
  importRetriesMs: number;
  maintenanceMode: boolean;
  readOnlyDatabase: boolean;
  /** Nobody has accepted the terms of service yet. */
  enforceTerms: boolean;
  /** An administrator has switched personal access tokens off (EE): none is known any more. */
  personalTokensDisabled: boolean;
  /** GitLab.com's rule: a user who has not been verified makes no top-level groups. */
  groupsNeedVerification: boolean;
  /** Full paths of top groups with more users than a free plan has (GitLab.com). */
  groupsOverUserLimit: string[];
  /** So many active users there may be (EE); who comes then waits for approval. Null: no cap. */
  userCap: number | null;
  /** New accounts are external unless their address is an internal one. */
  newUsersExternal: boolean;
  /** A pattern of internal addresses; null: none are. */
  internalAddresses: string | null;
  /** Full paths of top groups that take only members who have linked their account (GL-483). */
  groupsWithSso: string[];
  /** A proxy in front decodes `%2F` in paths. */
  decodesSlashes: boolean;
  /** When set, every request is answered by a redirect to this base URL. */
  redirectTo: string | null;
  labelTemplates: { name: string; color: string }[];
  maxAttachmentSize: number;
  /** Bytes; of a file in a package. */
  maxPackageSize: number;
  /** Which new issues are taken for spam, and whether a captcha is offered (GL-387); null: nobody looks. */
  spam: { is(title: string): boolean; captcha: boolean } | null;
  applicationLimits: Record<string, RateLimit>;
  throttles: Record<string, Throttle>;
  throttleText: string;
  /** Ids of users whom no throttle counts. */
  throttleAllowlist: number[];
  /** Branches of a push stay unknown to the API until the background job has refreshed its caches. */
  staleBranchLists: boolean;
  /** Full paths of forks whose copying fails. */
  failingForks: string[];
  git: GitSettings;
};

/** What a fresh self-managed installation of that version does. */
export function defaultSettings(version: string): Settings {
  return {
    version,
    defaultBranchName: null,
    defaultBranchProtection: 2,
    defaultGroupVisibility: 'private',
    defaultProjectVisibility: 'private',
    restrictedVisibilities: [],
    defaultProjectCreation: 'developer',
    adminMode: false,
    localHooks: false,
    topLevelGroupsByApi: true,
    memberLateness: 2,
    asyncDelayMs: 20,
    pipelineDelayMs: 500,
    autoDevops: false,
    integrations: [],
    wikiByDefault: true,
    deletion: isSince(version, 18, 0) ? 'delayed' : 'immediate',
    permanentDeletion: true,
    rubyInspect: 'rocket',
    lfsEnabled: true,
    importSources: [],
    importMsPerItem: 0,
    importRetriesMs: 1_200_000,
    maintenanceMode: false,
    readOnlyDatabase: false,
    enforceTerms: false,
    personalTokensDisabled: false,
    groupsNeedVerification: false,
    groupsOverUserLimit: [],
    userCap: null,
    newUsersExternal: false,
    internalAddresses: null,
    groupsWithSso: [],
    decodesSlashes: false,
    redirectTo: null,
    labelTemplates: [],
    maxAttachmentSize: 100 * 1024 * 1024,
    maxPackageSize: 5 * 1024 ** 3,
    spam: null,
    applicationLimits: applicationLimits(version),
    throttles: {},
    throttleText: 'Retry later\n',
    throttleAllowlist: [],
    staleBranchLists: true,
    failingForks: [],
    git: defaultGitSettings(),
  };
}

/** Is this version that one or a later one? */
export function isSince(version: string, major: number, minor: number): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

function defaultGitSettings(): GitSettings {
  return {
    pushMs: 0,
    hookMsPerRef: 0,
    receiveMaxInputSize: null,
    maxBlobSize: null,
    repositorySizeLimit: null,
    namespaceStorageLimit: null,
    fsckIgnore: [],
    fsckSkipList: null,
    pushRules: null,
    gitalyDown: false,
    pullOverHttp: true,
    pushOverHttp: true,
    accessCheckTimesOut: false,
    nextPushes: [],
    splitMessages: false,
    operationsPerMinute: 0,
    failedLoginsBeforeBan: 0,
  };
}

/** The limits on projects, groups and users came with 17.x and 18.x (GL-302). */
function applicationLimits(version: string): Record<string, RateLimit> {
  const limits: Record<string, RateLimit> = {
    users_get_by_id: { threshold: 300, interval: 600 },
    notes_create: { threshold: 300, interval: 60 },
    search_rate_limit: { threshold: 300, interval: 60 },
    project_import: { threshold: 6, interval: 60 },
  };
  if (!isSince(version, 17, 0)) return limits;
  limits['namespace_exists'] = { threshold: 20, interval: 60 };
  limits['members_delete'] = { threshold: 60, interval: 60 };
  if (!isSince(version, 18, 0)) return limits;
  return {
    ...limits,
    projects_api: { threshold: 2000, interval: 600 },
    projects_api_unauthenticated: { threshold: 400, interval: 600 },
    project_api: { threshold: 400, interval: 60 },
    groups_api: { threshold: 200, interval: 60 },
    group_api: { threshold: 400, interval: 60 },
    group_projects_api: { threshold: 600, interval: 60 },
    user_projects_api: { threshold: 300, interval: 60 },
    project_members_api: { threshold: 200, interval: 60 },
    group_archive_unarchive_api: { threshold: 60, interval: 60 },
  };
}
