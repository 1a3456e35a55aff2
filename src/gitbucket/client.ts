import { notTheApi, serverError, tokenRefused } from '../failures/network.ts';
import { z } from 'zod';
import type { Failure } from '../failures/failure.ts';
import { excerpt, type HttpAnswer } from '../net/answers.ts';
import type { Http } from '../net/http.ts';
import { Branch, Group, Repo, User } from './schema.ts';

/** The few endpoints of GitBucket's API that a migration reads; each gives null where GitBucket says 404. */
export type GitBucketApi = CommitLookups & {
  whoAmI(): Promise<User>;
  users(): Promise<User[] | null>;
  groups(): Promise<Group[] | null>;
  account(login: string): Promise<User | null>;
  repositoriesOf(login: string): Promise<Repo[]>;
  repository(owner: string, name: string): Promise<Repo | null>;
  branchCount(owner: string, name: string): Promise<number>;
  /** What GitBucket has below the repository at this path; null where it does not know it. */
  below<T>(owner: string, name: string, path: string, schema: z.ZodType<T>): Promise<T | null>;
  /** Status of `GET repositories`: 500 tells of a disabled owner of a public repository (gitbucket-contract T9). */
  publicListStatus(): Promise<number>;
};

export function createGitBucketApi(http: Http): GitBucketApi {
  async function read<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
    const answer = await http.send({ method: 'GET', path: `/api/v3${path}` });
    if (answer.status === 404) return missing(answer, path, http);
    return checked(answer, path, schema, http);
  }

  async function demanded<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    const value = await read(path, schema);
    if (value === null) throw notGitBucket(http, `${path} is not known there (404)`);
    return value;
  }

  return {
    ...createCommitLookups(http),
    async whoAmI() {
      const answer = await http.send({ method: 'GET', path: '/api/v3/user', tries: 2 });
      return checked(answer, '/user', User, http);
    },
    users: () => read('/users', z.array(User)),
    groups: () => read('/organizations', z.array(Group)),
    account: (login) => read(`/users/${encodeURIComponent(login)}`, User),
    repositoriesOf: (login) => demanded(`/users/${encodeURIComponent(login)}/repos`, z.array(Repo)),
    repository: (owner, name) => read(repositoryPath(owner, name), Repo),
    async branchCount(owner, name) {
      return (await read(`${repositoryPath(owner, name)}/branches`, z.array(Branch)))?.length ?? 0;
    },
    below: (owner, name, path, schema) => read(`${repositoryPath(owner, name)}/${path}`, schema),
    async publicListStatus() {
      return (await http.send({ method: 'GET', path: '/api/v3/repositories' })).status;
    },
  };
}

function repositoryPath(owner: string, name: string): string {
  return `/repos/${encodeURIComponent(owner)}/${encodeURIComponent(name)}`;
}

/** 404 as JSON means "no such object"; as HTML it means that this is not the API (gitbucket-contract §1.2). */
function missing(answer: HttpAnswer, path: string, http: Http): null {
  if (typeof answer.body === 'object') return null;
  throw notGitBucket(http, `${path} gives a web page (404)`);
}

/** The body in the shape that is relied on. @throws token-refused, server-error, not-the-api */
function checked<T>(answer: HttpAnswer, path: string, schema: z.ZodType<T>, http: Http): T {
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
  if (status !== 200) throw notGitBucket(http, `${path} gives ${status}, ${wordsOf(body)}`);
  if (typeof body === 'string') throw notGitBucket(http, `${path} gives a web page instead of JSON`);
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

/** Questions about single objects of a repository. `absent`: it is not there; null: this version cannot tell. */
type CommitLookups = {
  /** Ids of the tips of all branches whose history holds the commit (4.35 and later, gitbucket-contract §1.3). */
  branchTipsWith(owner: string, name: string, id: string): Promise<string[] | 'absent' | null>;
  /** Does the repository have the commit, or the annotated tag of one? (4.17 and later, gitbucket-contract §1.3) */
  hasCommit(owner: string, name: string, id: string): Promise<boolean | null>;
};

const Commit = z.object({ sha: z.string() });

function createCommitLookups(http: Http): CommitLookups {
  async function read<T>(path: string, schema: z.ZodType<T>): Promise<T | 'absent' | null> {
    const answer = await http.send({ method: 'GET', path: `/api/v3${path}` });
    if (isAbsent(answer)) return 'absent';
    return answer.status === 404 ? missing(answer, path, http) : checked(answer, path, schema, http);
  }

  return {
    async branchTipsWith(owner, name, id) {
      const path = `${repositoryPath(owner, name)}/commits/${id}/branches-where-head`;
      const branches = await read(path, z.array(Branch));
      return Array.isArray(branches) ? branches.map(({ commit }) => commit.sha) : branches;
    },
    async hasCommit(owner, name, id) {
      const commit = await read(`${repositoryPath(owner, name)}/commits/${id}`, Commit);
      return commit === null ? null : commit !== 'absent';
    },
  };
}

/** GitBucket does not look whether an object is there: it fails on the missing one, in its own words. */
function isAbsent({ status, body }: HttpAnswer): boolean {
  return status === 500 && typeof body === 'object';
}
