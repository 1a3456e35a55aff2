import { z } from 'zod';
import type { Http } from '../net/http.ts';
import { checked, missing, notTheApi, repositoryPath } from './answers.ts';
import { createCommitLookups, type CommitLookups } from './commit-lookups.ts';
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
    if (value === null) throw notTheApi(http, `${path} is not known there (404)`);
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
