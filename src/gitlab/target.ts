import * as z from 'zod';
import type { Failure } from '../failures/failure.ts';
import { fetchFailed } from '../failures/git.ts';
import { gitTokenRefused } from '../failures/network.ts';
import { projectMissing } from '../failures/target.ts';
import { wikiAbsent, wikiOff } from '../failures/wiki.ts';
import { unexpected } from '../failures/usage.ts';
import { parseAdvertisement } from '../git/ref-advertisement.ts';
import { createRemote, type Refused, type Remote } from '../git/remote.ts';
import type { RepositoryPart } from '../model/source.ts';
import type { TargetIdentity, Target } from '../model/target.ts';
import { excerpt, type HttpAnswer } from '../net/answers.ts';
import { basicAuth, type Http } from '../net/http.ts';
import { once } from '../net/once.ts';
import { createAvatarVerbs } from './avatars.ts';
import { createClient, type GitLabClient } from './client.ts';
import { meaningOf, refusalOf, toFailure, unlessAbsent, unlessRefused } from './errors.ts';
import { askWho, connect, groupNamespace, owner } from './identity.ts';
import { createHookVerbs } from './hooks.ts';
import { createKeyVerbs } from './keys.ts';
import { createLfsWriter } from './lfs.ts';
import { createLookups, toProject } from './lookups.ts';
import { createMembers } from './members.ts';
import { createProbes, type GitLabProbes } from './probes.ts';
import { createProjectSettings } from './project-settings.ts';
import { accessLevel, createQuiet, mailFields, noiseFields } from './quiet.ts';
import * as schema from './schema.ts';
import { createProtectionLookups, createSettings, openSettings } from './settings.ts';
import { createSurvey } from './survey.ts';
import { createTrackerVerbs } from './tracker/index.ts';

/** GitLab as the server that is written to; with its API for what only concerns GitLab. */
export type GitLabTarget = Target & {
  readonly gitlab: GitLabClient;
  readonly probes: GitLabProbes;
  /** Begins to connect: what may be asked beside the rest of it need not wait longer. @throws what connecting throws */
  greet(): Promise<void>;
};

export type GitLabOptions = { token: string; caFile: string | null; silenceMs: number };

export function createGitLabTarget(http: Http, { token, caFile, silenceMs }: GitLabOptions): GitLabTarget {
  const gitlab = createClient(http, token);
  let identity: TargetIdentity | null = null;
  const greet = once(() => askWho(gitlab));
  let lfs: Promise<boolean> | null = null;
  const lookups = createLookups(gitlab, () => identity?.user ?? null);
  const settings = openSettings(gitlab, () => identity?.user.admin === true);
  const user = { username: 'oauth2', password: token };

  function remote(fullPath: string, part: RepositoryPart = 'code'): Remote {
    return createRemote(http, {
      path: part === 'wiki' ? `/${fullPath}.wiki.git` : `/${fullPath}.git`,
      ...user,
      caFile,
      silenceMs,
      whyRefused: async (answer) =>
        (await explain(fullPath, { status: answer.status, text: excerpt(answer.body) })) ??
        whyNoWiki(fullPath, answer) ??
        whyRefused(fullPath, answer),
      explain: (refused) => explain(fullPath, refused),
    });
  }

  /** Git says the same to every token that is not good any more (GL-297): the API tells what became of it. */
  async function explain(fullPath: string, { status, text }: Refused): Promise<Failure | null> {
    const { url } = http.server;
    if (status !== 401) return meaningOf(refusalOf({ status: status ?? 200, body: text }), url, fullPath);
    const answer = await http.send({ method: 'GET', path: '/api/v4/user' });
    const known = answer.status !== 401 && answer.status !== 403;
    return known ? null : toFailure(http, url, answer);
  }

  const probes = createProbes(gitlab, remote);
  return {
    url: http.server.url,
    gitlab,
    probes,
    servesLfs: () => (lfs ??= probes.lfs()),
    clockMs: () => http.observed.clockMs,
    ...lookups,
    ...createSettings(http.server.url, settings),
    ...createProtectionLookups(gitlab),
    ...createMembers(gitlab),
    ...createQuiet(gitlab),
    ...createProjectSettings(gitlab),
    ...createKeyVerbs(gitlab),
    ...createHookVerbs(gitlab),
    ...createAvatarVerbs(gitlab),
    ...createTrackerVerbs(gitlab, settings),
    survey(parent) {
      if (identity === null) throw unexpected(http.server.url, { detail: 'not connected' });
      return createSurvey({ gitlab, lookups, me: identity.user, parent });
    },
    async greet() {
      await greet();
    },
    async connect() {
      identity ??= await connect(gitlab, await greet(), basicAuth(user));
      return identity;
    },
    async checksLfs(projectId) {
      const project = gitlab.request(String(projectId), schema.Project, (api) =>
        api.Projects.show(projectId),
      );
      return (await unlessRefused(project))?.lfs_enabled ?? true;
    },
    remote,
    async listRefs(fullPath, part) {
      return parseAdvertisement(await remote(fullPath, part).advertisement('git-upload-pack'), fullPath);
    },
    lfs: (fullPath) => createLfsWriter({ http, remote: remote(fullPath), fullPath }),
    async createGroup(group) {
      const made = await gitlab.request(group.fullPath, schema.Group, (api) =>
        api.Groups.create(group.name, group.path, {
          visibility: group.visibility,
          description: group.description,
          ...(group.parentId === null ? {} : { parentId: group.parentId }),
          ...(group.mails === undefined ? {} : mailFields(group.mails)),
        }),
      );
      // Who makes a group is its Owner (GL-90).
      return groupNamespace(made, owner);
    },
    async createProject(project) {
      const made = await gitlab.request(project.fullPath, schema.Project, (api) =>
        api.Projects.create({
          name: project.name,
          path: project.path,
          namespaceId: project.namespaceId,
          description: project.description,
          visibility: project.visibility,
          ...noiseFields(project.noise),
          ...(project.defaultBranch === null ? {} : { defaultBranch: project.defaultBranch }),
          ...(project.userId === null ? {} : { userId: project.userId }),
        }),
      );
      return toProject(made);
    },
    async forkProject(parentId, { fullPath, path, name, description, visibility, namespaceId, branch }) {
      const made = await gitlab.request(fullPath, schema.Project, (api) =>
        api.Projects.fork(parentId, { path, name, description, visibility, namespaceId, branches: branch }),
      );
      return toProject(made);
    },
    async linkFork(project, parentId) {
      const linked = await gitlab.request(project.fullPath, schema.Project, (api) =>
        api.Projects.createForkRelationship(project.id, parentId),
      );
      return toProject(linked);
    },
    async setDefaultBranch(project, branch) {
      await gitlab.request(project.fullPath, z.unknown(), (api) =>
        api.Projects.edit(project.id, { defaultBranch: branch }),
      );
    },
    async setWiki(projectId, level) {
      const answer = await gitlab.request(String(projectId), Levels, (api) =>
        api.Projects.edit(projectId, { wikiAccessLevel: accessLevel(level) }),
      );
      return answer?.wiki_access_level === level;
    },
    async wikiPages({ id, fullPath }) {
      const path = `/projects/${id}/wikis`;
      return (await gitlab.list({ path, type: schema.WikiPage, object: fullPath })).map(({ slug }) => slug);
    },
    async setLfs(projectId, on) {
      const answer = await gitlab.request(String(projectId), Lfs, (api) =>
        api.Projects.edit(projectId, { lfsEnabled: on }),
      );
      return answer?.lfs_enabled === on;
    },
    async allowForcePush(projectId, branch, allow) {
      const rule = await unlessAbsent(
        gitlab.request(branch, schema.ProtectedBranch, (api) =>
          api.ProtectedBranches.edit(projectId, branch, { allowForcePush: allow }),
        ),
      );
      return rule !== null && rule.allow_force_push === allow;
    },
  };
}

/** Beside a branch `HEAD` the answer is null, and nothing was changed (GL-165). */
const Levels = z.object({ wiki_access_level: z.string().nullish() }).nullable();
const Lfs = z.object({ lfs_enabled: z.boolean().nullish() }).nullable();

/** What GitLab says of a wiki that is not there yet, or that nobody may read (GL-270, GL-271). */
function whyNoWiki(fullPath: string, { status, body }: HttpAnswer): Failure | null {
  const text = excerpt(body);
  if (status === 404 && text.startsWith('A repository for this wiki')) return wikiAbsent(fullPath);
  return status === 403 && text.includes('from this wiki') ? wikiOff(fullPath) : null;
}

function whyRefused(fullPath: string, answer: HttpAnswer): Failure {
  const { status, body } = answer;
  const detail = `${status}, ${excerpt(body)}`;
  if (status === 404) return projectMissing(fullPath, { target: fullPath });
  if (status === 401 || status === 403) {
    return gitTokenRefused(fullPath, {
      server: 'GitLab',
      side: 'target',
      detail,
      refusal: refusalOf(answer),
    });
  }
  return fetchFailed(fullPath, { detail });
}
