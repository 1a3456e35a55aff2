import { unexpected } from '../failures/usage.ts';
import { projectMissing } from '../failures/target.ts';
import { gitTokenRefused } from '../failures/network.ts';
import { fetchFailed } from '../failures/git.ts';
import { Gitlab } from '@gitbeaker/rest';
import type { Failure } from '../failures/failure.ts';
import { parseAdvertisement } from '../git/ref-advertisement.ts';
import { createRemote } from '../git/remote.ts';
import type { Namespace, Project, RefListing, Visibility } from '../model/forge.ts';
import { excerpt, type HttpAnswer } from '../net/answers.ts';
import type { Http } from '../net/http.ts';
import type { Remote } from '../transfer/transport.ts';
import { orNull, refusalsOf } from './errors.ts';
import { connect, type TargetIdentity } from './identity.ts';
import {
  createExistenceLookup,
  type ExistenceLookup,
  createLookups,
  type Lookups,
  toProject,
} from './lookups.ts';
import { createProtectionLookups, type ProtectionLookups } from './protections.ts';
import { createRequester } from './requester.ts';
import { groupNamespace, OWNER } from './rights.ts';
import * as schema from './schema.ts';
import { parse } from './schema.ts';
import { createSettings, type TargetSettings } from './settings.ts';
import { createSurvey, type Survey } from './survey.ts';

export type NewGroup = {
  path: string;
  fullPath: string;
  name: string;
  description: string;
  visibility: Visibility;
  parentId: number | null;
};

export type NewProject = {
  path: string;
  fullPath: string;
  name: string;
  description: string;
  visibility: Visibility;
  defaultBranch: string | null;
  namespaceId: number;
  /** Owner of the personal namespace, when it is not the token's own. */
  userId: number | null;
};

/** What the engine needs of GitLab. Every call that writes is made for one object and is never repeated blindly. */
export type Target = Lookups &
  ProtectionLookups &
  ExistenceLookup &
  TargetSettings & {
    readonly url: string;
    /** The server as such, with the token. */
    readonly http: Http;
    /** Proves the token; asks only once. */
    connect(): Promise<TargetIdentity>;
    /** Looks up in bulk what a plan needs, below the group or on the whole server. Only after `connect`. */
    survey(parent: Namespace | null): Survey;
    createGroup(group: NewGroup): Promise<Namespace>;
    createProject(project: NewProject): Promise<Project>;
    /** Points HEAD to a branch that exists. */
    setDefaultBranch(project: Project, branch: string): Promise<void>;
    /** Lets history be rewritten on a protected branch, or forbids it again; false when the branch is not protected. */
    allowForcePush(projectId: number, branch: string, allow: boolean): Promise<boolean>;
    /** The project's repository for git. */
    remote(fullPath: string): Remote;
    /** Everything that a fetch would see. @throws project-missing, git-token-refused, fetch-failed */
    listRefs(fullPath: string): Promise<RefListing>;
  };

export type GitLabOptions = { token: string; caFile: string | null; silenceMs: number };

export function createGitLabTarget(http: Http, { token, caFile, silenceMs }: GitLabOptions): Target {
  const client = new Gitlab({
    host: http.server.url,
    token,
    requesterFn: createRequester(http),
    // Our own policy bounds each request; gitbeaker's bound would cut long lists (gitlab-contract §11.2).
    queryTimeout: null,
  });
  let identity: TargetIdentity | null = null;
  const lookups = createLookups(client, http, () => identity?.user ?? null);
  const settings = createSettings(http, () => identity?.user.admin === true);
  const user = { username: 'oauth2', password: token };
  const basic = `Basic ${Buffer.from(`${user.username}:${token}`).toString('base64')}`;

  function remote(fullPath: string): Remote {
    return createRemote(http, {
      path: `/${fullPath}.git`,
      ...user,
      caFile,
      silenceMs,
      whyRefused: (answer) => Promise.resolve(whyRefused(fullPath, answer)),
    });
  }

  return {
    url: http.server.url,
    http,
    ...lookups,
    ...settings,
    ...createProtectionLookups(client, http),
    ...createExistenceLookup(http),
    survey(parent) {
      if (identity === null) throw unexpected(http.server.url, { detail: 'not connected' });
      return createSurvey({ http, lookups, me: identity.user, parent });
    },
    async connect() {
      identity ??= await connect(client, http, basic);
      return identity;
    },
    remote,
    async listRefs(fullPath) {
      return parseAdvertisement(await remote(fullPath).advertisement('git-upload-pack'), fullPath);
    },
    async createGroup(group) {
      const answer = await refusalsOf(http, group.fullPath, () =>
        client.Groups.create(group.name, group.path, {
          visibility: group.visibility,
          description: group.description,
          ...(group.parentId === null ? {} : { parentId: group.parentId }),
        }),
      );
      const made = parse(schema.Group, answer, group.fullPath);
      // Who makes a group is its Owner (gitlab-contract §2.1).
      return groupNamespace(made, OWNER);
    },
    async createProject(project) {
      const answer = await refusalsOf(http, project.fullPath, () =>
        client.Projects.create({
          name: project.name,
          path: project.path,
          namespaceId: project.namespaceId,
          description: project.description,
          visibility: project.visibility,
          ...(project.defaultBranch === null ? {} : { defaultBranch: project.defaultBranch }),
          ...(project.userId === null ? {} : { userId: project.userId }),
        }),
      );
      return toProject(parse(schema.Project, answer, project.fullPath));
    },
    async setDefaultBranch(project, branch) {
      await refusalsOf(http, project.fullPath, () =>
        client.Projects.edit(project.id, { defaultBranch: branch }),
      );
    },
    async allowForcePush(projectId, branch, allow) {
      const answer = await orNull(http, branch, () =>
        client.ProtectedBranches.edit(projectId, branch, { allowForcePush: allow }),
      );
      return answer !== null && parse(schema.ProtectedBranch, answer, branch).allow_force_push === allow;
    },
  };
}

function whyRefused(fullPath: string, { status, body }: HttpAnswer): Failure {
  const detail = `${status}, ${excerpt(body)}`;
  if (status === 404) return projectMissing(fullPath, { target: fullPath });
  if (status === 401 || status === 403) {
    return gitTokenRefused(fullPath, { server: 'GitLab', side: 'target', detail });
  }
  return fetchFailed(fullPath, { detail });
}
