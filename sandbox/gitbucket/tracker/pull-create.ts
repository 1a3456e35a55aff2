import type { GitBucketContext } from '../context.ts';
import type { RepositoryRecord } from '../state.ts';
import { insertIssue } from './insert.ts';
import { recordPullHead } from './pull-git.ts';
import type { IssueState, TrackerState } from './state.ts';

export type NewPull = {
  title: string;
  body: string | null;
  author: string;
  base: string;
  head: { owner: string; name: string; branch: string };
  draft: boolean;
  createdAt?: number;
};

/** Makes a pull request with its `refs/pull/N/head`; nothing when one of the branches does not exist. */
export async function createPull(
  context: GitBucketContext,
  repository: RepositoryRecord,
  tracker: TrackerState,
  pull: NewPull,
): Promise<IssueState | undefined> {
  const { owner, name, branch } = pull.head;
  const ids = await recordPullHead(
    { gitDir: context.gitDir(repository.owner, repository.name), branch: pull.base },
    { gitDir: context.gitDir(owner, name), branch },
    tracker.lastNumber + 1,
  );
  if (!ids) return undefined;
  return insertIssue(context, tracker, {
    title: pull.title,
    body: pull.body,
    author: pull.author,
    pull: {
      baseBranch: pull.base,
      baseSha: ids.baseSha,
      headOwner: owner,
      headName: name,
      headBranch: branch,
      headSha: ids.headSha,
      draft: pull.draft,
    },
    ...(pull.createdAt !== undefined && { createdAt: pull.createdAt }),
  });
}
