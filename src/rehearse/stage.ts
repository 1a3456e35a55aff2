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
} from '../../sandbox/gitlab/gitlab.ts';
import type { Config } from '../config/schema.ts';
import type { Runtime } from '../environment.ts';
import { createGitLabTarget, type GitLabTarget } from '../gitlab/target.ts';
import type { Emit } from '../model/events.ts';
import { createHttp } from '../net/http.ts';
import { createLimiter } from '../net/limiter.ts';
import type { Redactor } from '../net/redact.ts';
import type { Snapshot, SnapshotGroup, SnapshotProject, SnapshotUser } from './snapshot.ts';

/** An embedded GitLab that stands for the real one. */
export type Stage = {
  /** The adapter that talks to it. */
  target: GitLabTarget;
  /** Where it really listens. */
  url: string;
  /** The repository of a project that was there already. */
  gitDir(projectId: number): string;
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
const TIMEOUT_MS = 120_000;
const STREAM_MS = 1_800_000;

/** Starts an embedded GitLab in the folder that holds what was seen; it believes to have the real one's address. */
export async function openStage(seen: Snapshot, options: StageOptions): Promise<Stage> {
  const { folder, real, runtime, redactor } = options;
  const gitDir = (projectId: number): string => join(folder, 'repositories', `${projectId}.git`);
  const state = stagedState(seen, new Date(runtime.now()).toISOString());
  saveState(folder, state);
  await mkdir(join(folder, 'repositories'), { recursive: true });
  const branch = seen.settings.defaultBranchName ?? 'main';
  for (const { id } of state.projects) createRepository(gitDir(id), branch);
  const gitlab = await createGitLab({
    dir: folder,
    version: real.version,
    externalUrl: real.url,
    settings: seen.settings,
  });
  const scopes = seen.scopes === null ? {} : { scopes: seen.scopes };
  const token = gitlab.token(seen.me.username, scopes);
  redactor.add(token, 'oauth2');
  return {
    url: gitlab.url,
    gitDir,
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
    direct: true,
    limiter: createLimiter(config.limits.target, { now, sleep }),
    timeoutMs: TIMEOUT_MS,
    streamTimeoutMs: STREAM_MS,
    backoffMs: 1000,
    now,
    signal: runtime.aborting,
    emit,
  });
  return createGitLabTarget(http, { token, caFile: null, silenceMs: STREAM_MS });
}

/** The state of an embedded GitLab that holds what was seen, with the same ids; pure. */
export function stagedState(seen: Snapshot, now: string): State {
  const { me } = seen;
  const others = seen.users.filter(({ id }) => id !== me.id);
  const known = [me, ...others].flatMap(({ namespaceId }) => namespaceId ?? []);
  let namespace = highest([...known, ...seen.groups.map(({ id }) => id)]) + 1;
  const users = [me, ...others].map((user) =>
    userOf(user, user.namespaceId === null ? namespace++ : user.namespaceId, now),
  );
  const places = new Set([
    ...users.map(({ namespaceId }) => namespaceId),
    ...seen.groups.map(({ id }) => id),
  ]);
  let other = 1;
  return {
    users,
    tokens: [],
    groups: seen.groups.map((group) => groupOf(group, me.id, now)),
    projects: seen.projects
      .filter(({ namespaceId }) => places.has(namespaceId))
      .map((project) => projectOf(project, me.id, now, () => other++)),
    redirects: {},
    nextId: {
      user: highest(users.map(({ id }) => id)) + 1,
      token: 1,
      namespace,
      project: highest(seen.projects.map(({ id }) => id)) + 1,
      // Protections are numbered while the projects are made.
      other: 1 + seen.projects.reduce((sum, project) => sum + project.protectedBranches.length, 0),
    },
  };
}

function highest(ids: readonly number[]): number {
  return ids.reduce((most, id) => Math.max(most, id), 0);
}

function userOf(user: SnapshotUser, namespaceId: number, createdAt: string): User {
  return { ...user, name: user.username, namespaceId, createdAt };
}

function groupOf({ accessLevel, ...group }: SnapshotGroup, userId: number, createdAt: string): Group {
  return { ...group, members: memberships(accessLevel, userId, createdAt), links: [], createdAt };
}

function projectOf(
  { accessLevel, ...project }: SnapshotProject,
  userId: number,
  now: string,
  nextId: () => number,
): Project {
  return {
    ...project,
    creatorId: project.creatorId ?? userId,
    createdAt: now,
    lastActivityAt: now,
    repositoryReadOnly: false,
    pendingDelete: false,
    members: memberships(accessLevel, userId, now),
    links: [],
    protectedBranches: project.protectedBranches.map((branch) => ({ id: nextId(), ...branch })),
    forkedFromId: null,
    lfsObjects: {},
    labels: [],
    topics: [],
    stars: [],
  };
}

function memberships(accessLevel: number, userId: number, createdAt: string): Member[] {
  if (accessLevel === 0) return [];
  return [{ userId, accessLevel, createdAt, expiresAt: null, createdBy: null }];
}
