import {
  requestCommits,
  requestDiffs,
  versionCommits,
  versionDiffs,
  versionEntity,
} from '../../tracker/diffs.ts';
import { ok, type Call, type Endpoint, type Reply } from '../endpoint.ts';
import { mergeRequestEntity } from '../entities/merge-requests.ts';
import { commitEntity } from '../entities/refs.ts';
import { page, PAGING } from '../pagination.ts';
import { findMergeRequestOf, numberIn, recordNotFound } from '../tracker-lookup.ts';

type Of = ReturnType<typeof findMergeRequestOf>;

/** What a merge request changes, as it was when that was looked at. */
export const mergeRequestDiffEndpoints: Endpoint[] = [
  reading('commits', async (call, { project, item }) => {
    const commits = await requestCommits(call.context, project, item);
    return page(call, commits, (commit) => commitEntity(commit, webOf(call, { project, item })));
  }),
  reading('changes', async (call, { project, item }) => {
    const changes = await requestDiffs(call.context, project, item);
    return ok({ ...mergeRequestEntity(call.context, project, item, call.actor), changes, overflow: false });
  }),
  reading('diffs', async (call, { project, item }) => {
    const diffs = await requestDiffs(call.context, project, item);
    return page(call, diffs, (diff) => ({ ...diff, collapsed: false, too_large: false }));
  }),
  reading('versions', (call, { item }) =>
    page(call, (item.versions ?? []).toReversed(), (version) => versionEntity(item, version)),
  ),
  reading('versions/:version', async (call, of) => {
    const { project, item } = of;
    const id = numberIn(call, 'version');
    const version = item.versions?.find((each) => each.id === id);
    if (!version) throw recordNotFound();
    const commits = await versionCommits(call.context, project, version);
    return ok({
      ...versionEntity(item, version),
      commits: commits.map((commit) => commitEntity(commit, webOf(call, of))),
      diffs: await versionDiffs(call.context, project, version),
    });
  }),
];

function reading(name: string, run: (call: Call, of: Of) => Reply | Promise<Reply>): Endpoint {
  return {
    method: 'GET',
    path: `/projects/:id/merge_requests/:iid/${name}`,
    access: 'anonymous',
    declares: { fields: PAGING },
    run: (call) => run(call, findMergeRequestOf(call)),
  };
}

function webOf({ context }: Call, { project }: Of): string {
  return `${context.externalUrl}/${project.fullPath}`;
}
