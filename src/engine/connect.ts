import { openCarriedSource } from '../carrier/source.ts';
import { parentGroupMissing } from '../failures/target.ts';
import { tokenMissing } from '../failures/usage.ts';
import { resolve } from 'node:path';
import { readCaFile } from '../config/ca-file.ts';
import { everyRepository, type Config } from '../config/schema.ts';
import type { Runtime } from '../environment.ts';
import { Failure } from '../failures/failure.ts';
import { createGitBucketSource } from '../gitbucket/source.ts';
import type { Source } from '../model/source.ts';
import type { Target } from '../model/target.ts';
import { createGitLabTarget, type GitLabTarget } from '../gitlab/target.ts';
import type { Emit } from '../model/events.ts';
import type { Server } from '../net/answers.ts';
import { basicAuth, createHttp, type Http } from '../net/http.ts';
import type { MirrorOptions } from '../transfer/mirror.ts';
import { createLimiter } from '../net/connections.ts';
import type { Redactor } from '../net/redact.ts';
import { namedCertificates, proxyTo, refuseUnsupported, type Proxy } from '../net/way.ts';
import { createSelection } from '../plan/selection.ts';
import { nearest } from '../text/nearest.ts';

export type Servers = { source: Source; target: GitLabTarget };

/** Listing a big server takes GitBucket minutes (GB-24). */
const sourceTimeoutMs = 300_000;
const targetTimeoutMs = 120_000;
const streamTimeoutMs = { source: 600_000, target: 1_800_000 };
const silenceMs = { source: 60_000, target: 1_800_000 };

/** Makes both adapters; nothing is sent yet. @throws token-missing, ca-unusable, variable-unusable */
export async function createServers(
  config: Config,
  runtime: Runtime,
  emit: Emit,
  redactor: Redactor,
): Promise<Servers> {
  const { source: from, target: to } = config;
  if (sourceAuthorization(from) === null && to.token === null) {
    const variable = 'GITBUCKET_TOKEN and GITLAB_TOKEN';
    throw missing('source and of the target', 'GitBucket and none for GitLab', variable);
  }
  const source = await createSource(config, runtime, emit, redactor);
  return { source, target: await createTarget(config, runtime, emit, redactor) };
}

/** What an export shows instead of GitBucket, and the adapter of GitLab. @throws export-unreadable, token-missing, ca-unusable */
export async function createServersFrom(
  exported: { directory: string; mirrors: MirrorOptions },
  config: Config,
  runtime: Runtime,
  emit: Emit,
  redactor: Redactor,
): Promise<Servers> {
  const source = await openCarriedSource({ ...exported, signal: runtime.aborting });
  return { source, target: await createTarget(config, runtime, emit, redactor) };
}

type OneSide<S extends 'source' | 'target'> = Pick<Config, S | 'limits'>;

/** The adapter of GitBucket alone; nothing is sent yet. @throws token-missing, ca-unusable, variable-unusable */
export async function createSource(
  config: OneSide<'source'>,
  runtime: Runtime,
  emit: Emit,
  redactor: Redactor,
): Promise<Source> {
  const { source, limits } = config;
  for (const secret of [source.token, source.password])
    if (secret !== null) redactor.add(secret, source.username ?? undefined);
  const authorization = sourceAuthorization(source);
  if (authorization === null) throw missing('source', 'GitBucket', 'GITBUCKET_TOKEN');
  const make = await httpFactory('source', { ...source, places: limits.source }, runtime, emit, redactor);
  return createGitBucketSource({
    http: make({ authorization }),
    anonymousHttp: make({}),
    token: source.token,
    username: source.username,
    password: source.password,
    caFile: source.caFile,
    silenceMs: silenceOf('source', runtime),
    keepSecret: (secret, user) => redactor.add(secret, user),
  });
}

/** By token, else by login; null when there is neither. */
function sourceAuthorization({ token, username, password }: Config['source']): string | null {
  if (token !== null) return `token ${token}`;
  return username !== null && password !== null ? basicAuth({ username, password }) : null;
}

/** The adapter of GitLab alone; nothing is sent yet. @throws token-missing, ca-unusable, variable-unusable */
export async function createTarget(
  config: OneSide<'target'>,
  runtime: Runtime,
  emit: Emit,
  redactor: Redactor,
): Promise<GitLabTarget> {
  const { target, limits } = config;
  if (target.token === null) throw missing('target', 'GitLab', 'GITLAB_TOKEN');
  redactor.add(target.token, 'oauth2');
  const make = await httpFactory('target', { ...target, places: limits.target }, runtime, emit, redactor);
  return createGitLabTarget(make({ 'private-token': target.token }), {
    token: target.token,
    caFile: target.caFile,
    silenceMs: silenceOf('target', runtime),
  });
}

type Place = { url: string; caFile: string | null; places: number };

/** Makes clients of one server that share its limit. */
async function httpFactory(
  side: 'source' | 'target',
  place: Place,
  runtime: Runtime,
  emit: Emit,
  redactor: Redactor,
): Promise<(headers: Record<string, string>) => Http> {
  const proxy = proxyOf(place.url, runtime, redactor);
  const ca = await certificates(side, place, runtime);
  const sleep = (ms: number): Promise<void> => runtime.sleep(ms, runtime.aborting);
  const limiter = createLimiter(place.places, { now: runtime.now, sleep });
  const server: Server = { side, name: side === 'source' ? 'GitBucket' : 'GitLab', url: place.url };
  return (headers) =>
    createHttp({
      server,
      headers,
      ca,
      proxy,
      limiter,
      timeoutMs: timeoutOf(side, runtime),
      streamTimeoutMs: streamTimeoutOf(side, runtime),
      backoffMs: 1000,
      now: runtime.now,
      signal: runtime.aborting,
      emit,
    });
}

const ofProxies = /^(?:https?|all)_proxy$/i;

/** The proxy that the environment names, if any: most name none. @throws variable-unusable */
function proxyOf(url: string, { env }: Runtime, redactor: Redactor): Proxy | null {
  if (!Object.keys(env).some((name) => ofProxies.test(name))) return null;
  const proxy = proxyTo(url, env);
  if (proxy?.login) redactor.add(proxy.login.password, proxy.login.username);
  return proxy;
}

/** GB2GL_TIMEOUT (seconds) is for networks where the default is wrong. */
function timeoutOf(side: 'source' | 'target', { env }: Runtime): number {
  const seconds = Number(env['GB2GL_TIMEOUT']);
  if (Number.isFinite(seconds) && seconds > 0) return seconds * 1000;
  return side === 'source' ? sourceTimeoutMs : targetTimeoutMs;
}

/** Until the first byte of a pack, or of the report on one: the server counts, or unpacks and checks. */
function streamTimeoutOf(side: 'source' | 'target', runtime: Runtime): number {
  return runtime.env['GB2GL_TIMEOUT'] ? timeoutOf(side, runtime) : streamTimeoutMs[side];
}

/** Between two bytes of a stream that has begun. */
function silenceOf(side: 'source' | 'target', runtime: Runtime): number {
  return runtime.env['GB2GL_TIMEOUT'] ? timeoutOf(side, runtime) : silenceMs[side];
}

/** Those of the config outdo those of the environment; null when Node knows what to trust. @throws ca-unusable, variable-unusable */
async function certificates(
  side: 'source' | 'target',
  { url, caFile }: Place,
  { cwd, env }: Runtime,
): Promise<string | null> {
  const secure = url.startsWith('https:');
  if (secure) refuseUnsupported(env);
  if (caFile !== null) return readCaFile(resolve(cwd, caFile), side);
  return secure ? namedCertificates(env) : null;
}

function missing(side: string, server: string, variable: string): Failure {
  return tokenMissing(server, { side, server, variable });
}

export type SourceProbe = {
  login: string;
  /** Null when the source does not tell. */
  admin: boolean | null;
  /** Null when the source has no list of its owners. */
  holds: { groups: number; users: number; repositories: number } | null;
  /** What could not be read, in the words for people. */
  problems: string[];
};

export type TargetProbe = { version: string; username: string; admin: boolean; canCreateGroup: boolean };

/** What the source holds for this token. @throws what connecting to it throws */
export async function probeSource(
  config: Pick<Config, 'source' | 'limits'>,
  runtime: Runtime,
  redactor: Redactor,
): Promise<SourceProbe> {
  const source = await createSource(config, runtime, () => {}, redactor);
  const { login, admin } = await source.connect();
  return { login, admin, ...(await holdings(source)) };
}

async function holdings(source: Source): Promise<Pick<SourceProbe, 'holds' | 'problems'>> {
  const none = { groups: [], users: [], repositories: [] };
  const selection = createSelection({ all: true, ...none, include: [everyRepository], exclude: [] });
  try {
    const found = await source.inventory({ selection, known: [], mentioned: [], progress() {} });
    const groups = found.owners.filter(({ kind }) => kind === 'group').length;
    const users = found.owners.length - groups;
    return {
      holds: { groups, users, repositories: found.repositories.length },
      problems: [...found.problems.map(({ message }) => message), ...found.warnings],
    };
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'owners-unlisted') throw error;
    return { holds: null, problems: [error.message] };
  }
}

/** Who the token is on the target, which is connected then. @throws what connecting to it throws */
export async function probeTarget(
  config: Pick<Config, 'target' | 'limits'>,
  runtime: Runtime,
  redactor: Redactor,
): Promise<{ look: TargetProbe; target: GitLabTarget }> {
  const target = await createTarget(config, runtime, () => {}, redactor);
  const { version, user } = await target.connect();
  const { username, admin, canCreateGroup } = user;
  return { look: { version, username, admin, canCreateGroup }, target };
}

/** The error for a parent group that is not there, with the nearest group that is. */
export async function parentMissing(target: Target, fullPath: string): Promise<Failure> {
  const close = nearest(fullPath, await target.similarGroups(fullPath));
  return parentGroupMissing(fullPath, close === null ? {} : { nearest: close });
}
