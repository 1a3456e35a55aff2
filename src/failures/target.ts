/** What GitLab refuses, and places on it that cannot be used. */
import { defineFailure, near } from './failure.ts';

export const parentGroupMissing = defineFailure(
  'parent-group-missing',
  { blame: 'you', state: 'not-started' },
  (w: { object: string; nearest?: string | undefined }) => ({
    message: `the parent group ${w.object} does not exist on GitLab or is not visible to the token${near(w.nearest)}`,
    fix: 'create it, or correct "target": { "parentGroup": … }',
  }),
);

export const groupsForbidden = defineFailure(
  'groups-forbidden',
  { blame: 'target', state: 'blocked' },
  (w: { object: string; user: string; where?: string | undefined }) => ({
    message: `the GitLab user ${w.user} cannot create the group ${w.object}${w.where ?? ''}`,
    fix: 'create the group manually and make the user its Owner, use the token of a user who can create it, or create it in an existing group: "target": { "parentGroup": … }, or "map": { "owners": { … } }',
  }),
);

export const projectsForbidden = defineFailure(
  'projects-forbidden',
  { blame: 'target', state: 'blocked' },
  (w: { object: string; detail: string }) => ({
    message: `the token's user cannot create projects in ${w.object}: ${w.detail}`,
    fix: 'allow Maintainers to create projects there (group Settings > General > Permissions), make the user its Owner, or activate the user who owns that personal namespace; or map the owner elsewhere: "map": { "owners": { … } }',
  }),
);

export const namespaceTaken = defineFailure(
  'namespace-taken',
  { blame: 'target', state: 'blocked' },
  (w: { object: string; detail: string; owner: string; suggestion: string }) => ({
    message: `the group ${w.object} cannot be created on GitLab: ${w.detail}`,
    fix: `choose another path: "map": { "owners": { "${w.owner}": "${w.suggestion}" } }`,
  }),
);

export const pathTaken = defineFailure(
  'path-taken',
  { blame: 'target', state: 'blocked' },
  (w: {
    object: string;
    detail: string;
    suggestion?: string | undefined;
    repository?: string | undefined;
  }) => ({
    message: `${w.object} already exists on GitLab and was not created by gb2gl: ${w.detail}`,
    fix: `choose another path: "map": { "repositories": { "${w.repository ?? w.object}": "${w.suggestion ?? `${w.repository ?? w.object}-gitbucket`}" } }, or delete the project manually`,
  }),
);

export const mapImpossible = defineFailure(
  'map-impossible',
  { blame: 'you', state: 'blocked' },
  (w: { object: string; detail: string; fix: string }) => ({ message: w.detail, fix: w.fix }),
);

export const archived = defineFailure(
  'archived',
  { blame: 'you', state: 'blocked' },
  (w: { object: string }) => ({
    message: `${w.object} is archived on GitLab and does not accept pushes`,
    fix: 'unarchive it (Settings > General > Advanced), then run the same command again',
  }),
);

export const tooVisible = defineFailure(
  'too-visible',
  { blame: 'you', state: 'blocked' },
  (w: { object: string; visibility: string; allowed: string }) => ({
    message: `${w.object} already exists and is ${w.visibility}, but the repository is ${w.allowed} on the source`,
    fix: `set the project to ${w.allowed} on GitLab, then run the same command again`,
  }),
);

export const visibilityRestricted = defineFailure(
  'visibility-restricted',
  { blame: 'target', state: 'blocked' },
  (w: { object: string; detail: string; fix?: string | undefined }) => ({
    message: `GitLab rejects the visibility of ${w.object}: ${w.detail}`,
    fix:
      w.fix ??
      'set "visibility": { "public": "auto" } in the config to take the next lower level, or name another one; or ask a GitLab administrator to allow this level, or use an administrator\'s token',
  }),
);

export const markedForDeletion = defineFailure(
  'marked-for-deletion',
  { blame: 'you', state: 'blocked' },
  (w: { object: string }) => ({
    message: `${w.object} is marked for deletion on GitLab but still occupies its path`,
    fix: 'restore it (Settings > General > Advanced) or delete it permanently, then run the same command again; or choose another path with "map" in the config',
  }),
);

export const projectGone = defineFailure(
  'project-gone',
  { blame: 'you', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `the project ${w.object} is no longer where it was when the plan was made: ${w.detail}`,
    fix: 'run the same command again: it makes a new plan from what is there',
  }),
);

export const groupGone = defineFailure(
  'group-gone',
  { blame: 'you', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `the group ${w.object} is no longer where it was when the plan was made: ${w.detail}`,
    fix: 'restore it on GitLab or let it go, then run the same command again: it makes a new plan from what is there',
  }),
);

export const projectHidden = defineFailure(
  'project-hidden',
  { blame: 'target', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `GitLab did not show the project ${w.object} to the token when the plan was made: ${w.detail}`,
    fix: 'GitLab lets a new member of a group see its projects seconds to minutes later: wait, then run the same command again',
  }),
);

export const projectLimit = defineFailure(
  'project-limit',
  { blame: 'target', state: 'blocked' },
  (w: { object: string; user: string; detail: string }) => ({
    message: `the project limit of ${w.user} leaves no room for ${w.object}: ${w.detail}`,
    fix: 'ask a GitLab administrator to raise the limit of the user (Admin area > Users > Edit > Projects limit), or migrate the owner to a group: "userRepositories": "group", or "map": { "owners": { … } }',
  }),
);

export const namespaceFailed = defineFailure(
  'namespace-failed',
  { blame: 'target', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `${w.object} cannot be created because its group failed: ${w.detail}`,
    fix: 'fix the problem with the group first, then run the same command again',
  }),
);

export const groupMissing = defineFailure(
  'group-missing',
  { blame: 'you', state: 'failed' },
  (w: { object: string; target: string }) => ({
    message: `the group for ${w.object} does not exist at ${w.target} on GitLab`,
    fix: 'run gb2gl migrate (or import) on it first',
  }),
);

export const projectMissing = defineFailure(
  'project-missing',
  { blame: 'you', state: 'failed' },
  (w: { object: string; target: string }) => ({
    message: `${w.object} has no project at ${w.target} on GitLab`,
    fix: 'run gb2gl migrate (or import) on it first',
  }),
);

export const groupLimit = defineFailure(
  'group-limit',
  { blame: 'you', state: 'blocked' },
  (w: { object: string; detail: string; fix?: string | undefined }) => ({
    message: `GitLab does not let the token's user create the group ${w.object}: ${w.detail}`,
    fix: `${w.fix ?? 'verify the account'}, or create the groups in an existing one: "target": { "parentGroup": … }`,
  }),
);

export const storageLimit = defineFailure(
  'storage-limit',
  { blame: 'target', state: 'failed' },
  (w: { object: string; detail: string; fix?: string | undefined }) => ({
    message: `GitLab has no storage left for ${w.object}: ${w.detail}`,
    fix: `${w.fix ?? 'ask a GitLab administrator to raise the repository size limit (in the settings of the project or group, or Admin area > Settings > General > Account and limit)'}, then run the same command again`,
  }),
);

export const groupClosed = defineFailure(
  'group-closed',
  { blame: 'target', state: 'failed' },
  (w: { object: string; detail: string; fix?: string | undefined }) => ({
    message: `GitLab takes no pushes to ${w.object} and all that is in it: ${w.detail}`,
    fix: `${w.fix ?? `ask an Owner of ${w.object}`}, then run the same command again`,
  }),
);

export const repositoryLocked = defineFailure(
  'repository-locked',
  { blame: 'target', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `GitLab takes no pushes to ${w.object} for a while: ${w.detail}`,
    fix: 'its storage is being moved or repaired: wait until that is done (the administrator can tell), then run the same command again',
  }),
);

export const userRefused = defineFailure(
  'user-refused',
  { blame: 'you', state: 'not-started' },
  (w: { object: string; detail: string; fix?: string | undefined }) => ({
    message: `GitLab at ${w.object} accepts the token but rejects its user: ${w.detail}`,
    fix: `${w.fix ?? 'ask the GitLab administrator to unblock or confirm the user'}, or use the token of another user (a new token for this user does not help)`,
  }),
);

export const tokenScope = defineFailure(
  'token-scope',
  { blame: 'you', state: 'not-started' },
  (w: { object: string; scopes?: string | undefined; detail?: string | undefined }) => ({
    message: `the GitLab token lacks the scope "api" (its scopes: ${w.scopes || 'none that the API accepts'}${w.detail ? `; ${w.detail}` : ''})`,
    fix: 'create a token with the scope "api", which covers both the API and git over HTTP',
  }),
);

export const targetRefused = defineFailure(
  'target-refused',
  { blame: 'target', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `GitLab rejects ${w.object}: ${w.detail}`,
    fix: 'fix what GitLab reports, then run the same command again',
  }),
);

export const targetForbidden = defineFailure(
  'target-forbidden',
  { blame: 'target', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `the GitLab token is not allowed to do this for ${w.object}: ${w.detail}`,
    fix: 'give its user the role Owner in the group, or use a token of a GitLab administrator',
  }),
);

export const notProven = defineFailure(
  'not-proven',
  { blame: 'target', state: 'failed' },
  (w: { object: string; count: number | string }) => ({
    message: `${w.object} differs from the source (refs: ${w.count})`,
    fix: 'run gb2gl migrate (or import) again; refs that were changed on GitLab are reported as diverged and left untouched',
  }),
);
