import { notTheApi, serverError, tokenRefused } from '../failures/network.ts';
import * as z from 'zod';
import { Failure } from '../failures/failure.ts';
import { isServerTrouble } from '../failures/index.ts';
import type { RepositoryName } from '../model/source.ts';
import { excerpt, type HttpAnswer } from '../net/answers.ts';
import type { Http } from '../net/http.ts';
import { once } from '../net/once.ts';
import { Anything, Branch, Commit, Content, Group, Login, Repo, User } from './schema.ts';

/** The few endpoints of GitBucket's API that a migration reads; each gives null where GitBucket says 404. */
export type GitBucketApi = {
  whoAmI(): Promise<User>;
  /** Read once, and so are the groups: the lists of a whole server. */
  users(): Promise<User[] | null>;
  groups(): Promise<Group[] | null>;
  account(login: string): Promise<User | null>;
  /** The enabled groups of a user, since 4.30 (GB-44). */
  groupsOf(login: string): Promise<Login[] | null>;
  repositoriesOf(login: string): Promise<Repo[]>;
  repository(repository: RepositoryName): Promise<Repo | null>;
  /** As `repository`, without a second try. */
  repositoryAtOnce(repository: RepositoryName): Promise<Repo | null>;
  /** What GitBucket has below the repository at this path. */
  below<T>(repository: RepositoryName, path: string, schema: z.ZodType<T>): Promise<T | null>;
  /** As `below`, for a list: its first page, where GitBucket has pages. */
  list<T>(repository: RepositoryName, path: string, schema: z.ZodType<T>): Promise<T[] | null>;
  /** Ids of the tips of all branches whose history holds the commit (4.35 and later, GB-88). */
  branchTipsWith(repository: RepositoryName, id: string): Promise<string[] | 'absent' | null>;
  /** Does the repository have the commit, or the annotated tag of one? (4.17 and later, GB-87) */
  hasCommit(repository: RepositoryName, id: string): Promise<boolean | null>;
  /** Has the commit a file at this path? (GB-94) Null when GitBucket does not tell. */
  hasFile(repository: RepositoryName, commit: string, path: string): Promise<boolean | null>;
  /** The text of a file of the commit (GB-95); empty when there is none, null when GitBucket does not tell. */
  readFile(repository: RepositoryName, commit: string, path: string): Promise<string | null>;
  /** As `below`; null as well for an answer without a body, which a pull request is whose fork or people are gone (GB-201). */
  belowOrEmpty<T>(repository: RepositoryName, path: string, schema: z.ZodType<T>): Promise<T | null>;
  /** Status of `GET repositories`: 500 tells of a disabled owner of a public repository (GB-63). */
  publicListStatus(): Promise<number>;
};

/** Entries on one page of issues and of pull requests; all other lists are whole (GB-40, GB-60). */
export const pageSize = 25;

export function createGitBucketApi(http: Http): GitBucketApi {
  const get = (path: string, tries?: number): Promise<HttpAnswer> =>
    http.send({ method: 'GET', path: `/api/v3${path}`, ...(tries === undefined ? {} : { tries }) });

  async function read<T>(path: string, schema: z.ZodType<T>, tries?: number): Promise<T | null> {
    const answer = await get(path, tries);
    return answer.status === 404 ? missing(answer, path, http) : parse(answer, path, schema, http);
  }

  async function readExisting<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    const value = await read(path, schema);
    if (value === null) throw notGitBucket(http, `${path} does not exist (404)`);
    return value;
  }

  /** GitBucket does not look whether an object is there: it fails on the missing one, in its own words. */
  async function readObject<T>(path: string, schema: z.ZodType<T>): Promise<T | 'absent' | null> {
    // A 500 is what it mostly says, and may still be one that passes.
    const answer = await http.send({ method: 'GET', path: `/api/v3${path}`, tries: 2 });
    if (answer.status === 500 && typeof answer.body === 'object') return 'absent';
    return answer.status === 404 ? missing(answer, path, http) : parse(answer, path, schema, http);
  }

  const below: GitBucketApi['below'] = (repository, path, schema) =>
    read(`${pathOf(repository)}/${path}`, schema);

  /** Null when there is no such file, undefined when GitBucket does not tell (GB-94). */
  async function fileAt<T>(
    repository: RepositoryName,
    commit: string,
    path: string,
    schema: z.ZodType<T>,
  ): Promise<T | null | undefined> {
    try {
      return await below(repository, `contents/${encodeURIComponent(path)}?ref=${commit}`, schema);
    } catch (error) {
      if (isServerTrouble(error) || (error instanceof Failure && error.code === 'not-the-api'))
        return undefined;
      throw error;
    }
  }

  return {
    async whoAmI() {
      const answer = await http.send({ method: 'GET', path: '/api/v3/user', firstContact: true });
      return parse(answer, '/user', User, http);
    },
    users: once(() => read('/users', z.array(User))),
    groups: once(() => read('/organizations', z.array(Group))),
    account: (login) => read(`/users/${encodeURIComponent(login)}`, User),
    groupsOf: (login) => read(`/users/${encodeURIComponent(login)}/orgs`, z.array(Login)),
    repositoriesOf: (login) => readExisting(`/users/${encodeURIComponent(login)}/repos`, z.array(Repo)),
    repository: (repository) => read(pathOf(repository), Repo),
    repositoryAtOnce: (repository) => read(pathOf(repository), Repo, 1),
    below,
    async belowOrEmpty(repository, path, schema) {
      const whole = `${pathOf(repository)}/${path}`;
      const answer = await get(whole);
      if (answer.status === 404) return missing(answer, whole, http);
      return answer.status === 200 && answer.body === '' ? null : parse(answer, whole, schema, http);
    },
    list: (repository, path, schema) => below(repository, path, z.array(schema)),
    async branchTipsWith(repository, id) {
      const path = `${pathOf(repository)}/commits/${id}/branches-where-head`;
      const branches = await readObject(path, z.array(Branch));
      return Array.isArray(branches) ? branches.map(({ commit }) => commit.sha) : branches;
    },
    async hasCommit(repository, id) {
      const commit = await readObject(`${pathOf(repository)}/commits/${id}`, Commit);
      return commit === null ? null : commit !== 'absent';
    },
    async hasFile(repository, commit, path) {
      const found = await fileAt(repository, commit, path, Anything);
      return found === undefined ? null : found !== null;
    },
    async readFile(repository, commit, path) {
      const found = await fileAt(repository, commit, path, Content);
      if (found === undefined) return null;
      return Buffer.from(found?.content ?? '', 'base64').toString('utf8');
    },
    async publicListStatus() {
      return (await get('/repositories')).status;
    },
  };
}

/**
 * The accounts as nobody in particular sees them; `closed` when a login is demanded, by GitBucket itself with 401, or by
 * something in front of it with 403, a page or a redirect (GB-126). Null where there is no such list.
 * @throws what says that nobody answers
 */
export async function listAnonymously(anonymous: GitBucketApi): Promise<User[] | null | 'closed'> {
  const closed = ['token-refused', 'not-the-api'];
  try {
    return await anonymous.users();
  } catch (error) {
    if (isTurnedAway(error) || isServerTrouble(error)) return 'closed';
    if (error instanceof Failure && closed.includes(error.code)) return 'closed';
    throw error;
  }
}

/** True when something sends away whoever brings no login, before GitBucket is asked (GB-126). */
export function isTurnedAway(error: unknown): boolean {
  return error instanceof Failure && ['redirected', 'answered-in-between'].includes(error.code);
}

/** Path of a repository in the API. */
export function pathOf({ owner, name }: RepositoryName): string {
  return `/repos/${encodeURIComponent(owner)}/${encodeURIComponent(name)}`;
}

/** Path of a repository's pages. */
export function pagePathOf({ owner, name }: RepositoryName): string {
  return `/${encodeURIComponent(owner)}/${encodeURIComponent(name)}`;
}

/** 404 as JSON means "no such object"; as HTML it means that this is not the API (GB-32). */
function missing(answer: HttpAnswer, path: string, http: Http): null {
  if (typeof answer.body === 'object') return null;
  throw notGitBucket(http, `${path} returns a web page (404)`);
}

/** The body in the shape that is relied on. @throws token-refused, server-error, not-the-api */
function parse<T>(answer: HttpAnswer, path: string, schema: z.ZodType<T>, http: Http): T {
  const { server } = http;
  const { status, body } = answer;
  if (status === 401) {
    throw tokenRefused(server.url, {
      server: server.name,
      side: server.side,
      variable: 'GITBUCKET_TOKEN',
      detail: wordsOf(body),
    });
  }
  if (status >= 500) {
    throw serverError(`GET ${path}`, {
      server: server.name,
      status,
      detail: excerpt(body),
    });
  }
  if (status !== 200) throw notGitBucket(http, `${path} returns ${status}, ${wordsOf(body)}`);
  if (typeof body === 'string') throw notGitBucket(http, `${path} returns a web page instead of JSON`);
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw notGitBucket(
    http,
    `${path} has unexpected fields: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`,
  );
}

/** GitBucket's own words, `{"message": "Bad credentials"}`, or the beginning of whatever came instead. */
function wordsOf(body: unknown): string {
  const { message, error } = { ...(body as { message?: unknown; error?: unknown } | null) };
  const words = message ?? error;
  return typeof words === 'string' ? words : excerpt(body);
}

function notGitBucket({ server }: Http, detail: string): Failure {
  return notTheApi(server.url, { server: server.name, side: server.side, detail });
}
