import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createGitLab,
  createRepository,
  saveState,
  type Group,
  type Member,
  type Project,
  type State,
  type User,
} from '../../sandbox/gitlab.ts';
import type { Config } from '../config/schema.ts';
import type { Runtime } from '../environment.ts';
import { createGitLabTarget, type GitLabTarget } from '../gitlab/target.ts';
import type { Emit } from '../model/events.ts';
import { createHttp } from '../net/http.ts';
import { createLimiter } from '../net/connections.ts';
import type { Redactor } from '../net/redact.ts';
import { idsOfSettings, stagedKeys, stagedSettings } from './settings.ts';
import { liftNotesLimit, withoutLoadLimit } from './tracker.ts';
import type { Snapshot, SnapshotGroup, SnapshotMember, SnapshotProject, SnapshotUser } from './snapshot.ts';

/** An embedded GitLab that stands for the real one. */
export type Stage = {
  /** The adapter that talks to it. */
  target: GitLabTarget;
  /** Where it really listens. */
  url: string;
  /** The repository of a project that was there already. */
  gitDir(projectId: number): string;
  /** Makes the repository of its wiki, and gives its place. */
  makeWiki(projectId: number): Promise<string>;
  close(): Promise<void>;
};

export type StageOptions = {
  /** What the real one is: address and version. */
  real: { url: string; version: string };
  folder: string;
  config: Pick<Config, 'limits'>;
  runtime: Runtime;
  emit: Emit;
  redactor: Redactor;
};

/** As for the real one: a push with long hooks is silent for minutes. */
const timeoutMs = 120_000;
const streamMs = 1_800_000;

/** Starts an embedded GitLab in the folder that holds the snapshot; it is configured with the real server's URL. */
export async function openStage(snapshot: Snapshot, options: StageOptions): Promise<Stage> {
  const { folder, real, runtime, redactor } = options;
  const gitDir = (projectId: number): string => join(folder, 'repositories', `${projectId}.git`);
  const state = stagedState(snapshot, new Date(runtime.now()).toISOString());
  saveState(folder, state);
  await mkdir(join(folder, 'repositories'), { recursive: true });
  const branch = snapshot.settings.defaultBranchName ?? 'main';
  for (const { id } of state.projects) createRepository(gitDir(id), branch);
  const gitlab = await createGitLab({
    dir: folder,
    version: real.version,
    externalUrl: real.url,
    settings: snapshot.settings,
  });
  liftNotesLimit(gitlab.settings);
  const scopes = snapshot.scopes === null ? {} : { scopes: snapshot.scopes };
  const token = gitlab.token(snapshot.me.username, scopes);
  redactor.add(token, 'oauth2');
  return {
    url: gitlab.url,
    gitDir,
    makeWiki(projectId) {
      const wikiDir = join(folder, 'repositories', `${projectId}.wiki.git`);
      createRepository(wikiDir, branch);
      return Promise.resolve(wikiDir);
    },
    target: targetAt(gitlab.url, token, options),
    close: () => gitlab.close(),
  };
}

function targetAt(url: string, token: string, { config, runtime, emit }: StageOptions): GitLabTarget {
  const { now } = runtime;
  const sleep = (ms: number): Promise<void> => runtime.sleep(ms, runtime.aborting);
  const http = createHttp({
    server: { side: 'target', name: 'GitLab', url },
    headers: { 'private-token': token },
    ca: null,
    limiter: createLimiter(config.limits.target, { now, sleep }),
    timeoutMs: timeoutMs,
    streamTimeoutMs: streamMs,
    backoffMs: 1000,
    now,
    signal: runtime.aborting,
    emit,
  });
  return withoutLoadLimit(createGitLabTarget(http, { token, caFile: null, silenceMs: streamMs }));
}

/** The state of an embedded GitLab that holds the snapshot, with the same ids; pure. */
export function stagedState(snapshot: Snapshot, now: string): State {
  const { me } = snapshot;
  const others = snapshot.users.filter(({ id }) => id !== me.id);
  const known = [me, ...others].flatMap(({ namespaceId }) => namespaceId ?? []);
  let namespace = highest([...known, ...snapshot.groups.map(({ id }) => id)]) + 1;
  const users = [me, ...others].map((user) =>
    stagedUser(user, user.namespaceId === null ? namespace++ : user.namespaceId, now),
  );
  const places = new Set([
    ...users.map(({ namespaceId }) => namespaceId),
    ...snapshot.groups.map(({ id }) => id),
  ]);
  let other = 1;
  return {
    users,
    keys: stagedKeys(snapshot.projects, me.id, now),
    tokens: [],
    groups: snapshot.groups.map((group) => stagedGroup(group, me.id, now)),
    projects: snapshot.projects
      .filter(({ namespaceId }) => places.has(namespaceId))
      .map((project) => stagedProject(project, me.id, now, () => other++)),
    redirects: {},
    nextId: {
      user: highest(users.map(({ id }) => id)) + 1,
      token: 1,
      namespace,
      project: highest(snapshot.projects.map(({ id }) => id)) + 1,
      // Protections are numbered while the projects are made.
      other:
        1 +
        Math.max(
          snapshot.projects.reduce((sum, project) => sum + project.protectedBranches.length, 0),
          highest(snapshot.projects.flatMap(idsOfSettings)),
        ),
    },
  };
}

function highest(ids: readonly number[]): number {
  return ids.reduce((most, id) => Math.max(most, id), 0);
}

function stagedUser(user: SnapshotUser, namespaceId: number, createdAt: string): User {
  return { ...user, name: user.username, namespaceId, createdAt };
}

function stagedGroup(
  { accessLevel, members = [], ...group }: SnapshotGroup,
  userId: number,
  createdAt: string,
): Group {
  return {
    ...group,
    members: memberships([{ userId, level: accessLevel }, ...members], createdAt),
    links: [],
    createdAt,
  };
}

function stagedProject(
  { accessLevel, members = [], shares = [], deployKeys, hooks, ...project }: SnapshotProject,
  userId: number,
  now: string,
  nextId: () => number,
): Project {
  return {
    ...project,
    ...stagedSettings({ ...(deployKeys && { deployKeys }), ...(hooks && { hooks }) }),
    creatorId: project.creatorId ?? userId,
    createdAt: now,
    lastActivityAt: now,
    repositoryReadOnly: false,
    pendingDelete: false,
    members: memberships([{ userId, level: accessLevel }, ...members], now),
    links: shares.map(({ id, level }) => ({ groupId: id, accessLevel: level, expiresAt: null })),
    protectedBranches: project.protectedBranches.map((branch) => ({ id: nextId(), ...branch })),
    lfsObjects: project.lfsObjects ?? {},
    labels: [],
    topics: [],
    stars: [],
  };
}

function memberships(members: readonly SnapshotMember[], createdAt: string): Member[] {
  return members.flatMap(({ userId, level }) =>
    level === 0 ? [] : [{ userId, accessLevel: level, createdAt, expiresAt: null, createdBy: null }],
  );
}
