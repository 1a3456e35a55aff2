import { isServerTrouble } from '../failures/index.ts';
import type { LossKind } from '../model/losses.ts';
import type { Counts, KnownRefs, RepositoryName } from '../model/source.ts';
import { pageSize, type GitBucketApi } from './client.ts';
import { Anything, BranchProtection, Label, Login, Numbered } from './schema.ts';

/** Each branch takes a request, for which GitBucket reads all of them (GB-24). */
const mostBranches = 40;

/** GitBucket keeps it for each pull request. */
const pull = /^refs\/pull\/(\d+)\/head$/;

/** GitBucket gives these to every repository (GB-190). */
const usualLabels: ReadonlySet<string> = new Set([
  'bug fc2929',
  'duplicate cccccc',
  'enhancement 84b6eb',
  'invalid e6e6e6',
  'question cc317c',
  'wontfix ffffff',
]);

/** Counts what hangs on a repository beside git, in seven requests and one for each branch; fewer without some kinds. */
export async function readCounts(
  api: GitBucketApi,
  repository: RepositoryName,
  { branches, all, without = new Set() }: KnownRefs,
): Promise<Counts> {
  const counts = new Map<LossKind, number | null>();
  const warnings: string[] = [];
  async function note(kind: LossKind, count: () => Promise<number | null | undefined>): Promise<void> {
    if (without.has(kind)) return;
    const value = await count();
    if (value !== undefined) counts.set(kind, value);
  }
  const tooManyBranches = branches.length > mostBranches && !without.has('protected-branches');
  if (tooManyBranches) {
    counts.set('protected-branches', 0);
    warnings.push(`its ${branches.length} branches are too many to check individually for protection`);
  }
  await Promise.all([
    note('issues', () => issues(api, repository, pullNumbers(all))),
    note('labels', () => labels(api, repository)),
    note('milestones', () => api.list(repository, 'milestones', Anything).then(lengthOf)),
    note('releases', () => releases(api, repository)),
    note('collaborators', () => collaborators(api, repository)),
    note('webhooks', () => api.list(repository, 'hooks', Anything).then(lengthOf)),
    ...(tooManyBranches
      ? []
      : [note('protected-branches', () => protectedBranches(api, repository, branches))]),
  ]);
  return { counts, warnings };
}

function pullNumbers(refs: readonly string[]): number[] {
  return refs.flatMap((ref) => {
    const number = pull.exec(ref)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
}

/** Untouched labels are no loss: GitBucket made them, nobody did. */
async function labels(api: GitBucketApi, repository: RepositoryName): Promise<number | undefined> {
  const found = await api.list(repository, 'labels', Label);
  const usual = found?.every(({ name, color }) => usualLabels.has(`${name} ${color.toLowerCase()}`));
  return usual === true ? 0 : found?.length;
}

/** Members of groups come one by one, and twice when they were named as well (GB-222). */
async function collaborators(api: GitBucketApi, repository: RepositoryName): Promise<number | undefined> {
  const found = await api.list(repository, 'collaborators', Login);
  return found === null ? undefined : new Set(found.map(({ login }) => login)).size;
}

/**
 * Issues and pull requests share one sequence without gaps (GB-188), so the newest number tells how
 * many there are without reading all pages. `state=all` means open ones only before 4.37 (GB-182).
 */
async function issues(
  api: GitBucketApi,
  repository: RepositoryName,
  pulls: readonly number[],
): Promise<number | undefined> {
  const newest = 'sort=created&direction=desc';
  const [open, closed] = await Promise.all([
    api.list(repository, `issues?state=open&${newest}`, Numbered),
    api.list(repository, `issues?state=closed&${newest}`, Numbered),
  ]);
  if (open === null || closed === null) return undefined;
  return issueCount(
    [open, closed].map((page) => page.map(({ number }) => number)),
    pulls,
  );
}

/** From the first page of the open and of the closed ones, newest first. */
export function issueCount(pages: readonly (readonly number[])[], pulls: readonly number[]): number {
  const shown = pages.flat();
  if (pages.every((page) => page.length < pageSize)) return shown.length;
  const last = Math.max(...shown);
  return Math.max(shown.length, last - pulls.filter((number) => number < last).length);
}

/** One release whose author is disabled makes the whole list fail (GB-211). */
async function releases(api: GitBucketApi, repository: RepositoryName): Promise<number | null | undefined> {
  try {
    return lengthOf(await api.list(repository, 'releases', Anything));
  } catch (error) {
    if (isServerTrouble(error)) return null;
    throw error;
  }
}

async function protectedBranches(
  api: GitBucketApi,
  repository: RepositoryName,
  branches: readonly string[],
): Promise<number | undefined> {
  let count = 0;
  for (const branch of branches) {
    // That name leads to another answer (GB-83).
    if (branch.endsWith('/protection')) continue;
    const path = branch.split('/').map(encodeURIComponent).join('/');
    const answer = await api.below(repository, `branches/${path}`, BranchProtection);
    if (answer !== null && answer.protection === undefined) return undefined;
    if (answer?.protection?.enabled === true) count += 1;
  }
  return count;
}

function lengthOf(list: readonly unknown[] | null): number | undefined {
  return list?.length;
}
