import { z } from 'zod';
import type { HttpAnswer } from '../net/http-answer.ts';
import type { Http } from '../net/http.ts';
import { checked, missing, repositoryPath } from './answers.ts';
import { Branch } from './schema.ts';

/** Questions about single objects of a repository. `absent`: it is not there; null: this version cannot tell. */
export type CommitLookups = {
  /** Ids of the tips of all branches whose history holds the commit (4.35 and later, gitbucket-contract §1.3). */
  branchTipsWith(owner: string, name: string, id: string): Promise<string[] | 'absent' | null>;
  /** Does the repository have the commit, or the annotated tag of one? (4.17 and later, gitbucket-contract §1.3) */
  hasCommit(owner: string, name: string, id: string): Promise<boolean | null>;
};

const Commit = z.object({ sha: z.string() });

export function createCommitLookups(http: Http): CommitLookups {
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
