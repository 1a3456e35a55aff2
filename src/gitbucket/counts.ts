import { z } from 'zod';
import { Failure } from '../failures/failure.ts';
import type { LossKind } from '../model/plan.ts';
import type { GitBucketApi } from './client.ts';

/** What the API tells of one repository. */
export type TrackerCounts = {
  /** Null: there are some, but GitBucket cannot list them. A kind that this GitBucket does not know is left out. */
  counts: Map<LossKind, number | null>;
  /** The branches were too many to be asked one by one for their protection. */
  tooManyBranches: boolean;
};

export type Asked = {
  owner: string;
  name: string;
  branches: readonly string[];
  /** Numbers of the pull requests, as git shows them. */
  pulls: readonly number[];
};

/** Each branch takes a request, for which GitBucket reads all of them (gitbucket-contract T23). */
const MOST_BRANCHES = 40;
const PAGE = 25;

const Numbered = z.object({ number: z.int() });
const Label = z.object({ name: z.string(), color: z.string() });
const Login = z.object({ login: z.string() });
const Branch = z.object({ protection: z.object({ enabled: z.boolean() }).optional() });
const Anything = z.object({});

/** GitBucket gives these to every repository (gitbucket-observed R34). */
const USUAL_LABELS: ReadonlySet<string> = new Set([
  'bug fc2929',
  'duplicate cccccc',
  'enhancement 84b6eb',
  'invalid e6e6e6',
  'question cc317c',
  'wontfix ffffff',
]);

/** Counts what hangs on a repository beside git, in seven requests and one for each branch. */
export async function trackerCounts(api: GitBucketApi, asked: Asked): Promise<TrackerCounts> {
  const counts = new Map<LossKind, number | null>();
  async function note(kind: LossKind, count: Promise<number | null | undefined>): Promise<void> {
    const value = await count;
    if (value !== undefined) counts.set(kind, value);
  }
  const list = <T>(path: string, schema: z.ZodType<T>): Promise<T[] | null> =>
    api.below(asked.owner, asked.name, path, z.array(schema));
  const tooManyBranches = asked.branches.length > MOST_BRANCHES;
  await Promise.all([
    note('issues', issues(asked, list)),
    note(
      'labels',
      list('labels', Label)
        .then((labels) => labels && labelCount(labels))
        .then(orUnknown),
    ),
    note('milestones', list('milestones', Anything).then(lengthOf)),
    note('releases', releases(list('releases', Anything))),
    note(
      'collaborators',
      list('collaborators', Login)
        .then((users) => users && logins(users))
        .then(orUnknown),
    ),
    note('webhooks', list('hooks', Anything).then(lengthOf)),
    ...(tooManyBranches ? [] : [note('protected-branches', protectedBranches(api, asked))]),
  ]);
  return { counts, tooManyBranches };
}

/** Untouched labels are no loss: GitBucket made them, nobody did. */
function labelCount(labels: readonly z.infer<typeof Label>[]): number {
  const usual = labels.every(({ name, color }) => USUAL_LABELS.has(`${name} ${color.toLowerCase()}`));
  return usual ? 0 : labels.length;
}

/** Members of groups come one by one, and twice when they were named as well (gitbucket-contract T15). */
function logins(users: readonly z.infer<typeof Login>[]): number {
  return new Set(users.map(({ login }) => login)).size;
}

/**
 * Issues and pull requests share one sequence without gaps (gitbucket-contract §1.3), so the newest number tells how
 * many there are without reading all pages. `state=all` means open ones only before 4.37 (T2).
 */
async function issues(
  { pulls }: Asked,
  list: <T>(path: string, schema: z.ZodType<T>) => Promise<T[] | null>,
): Promise<number | undefined> {
  const newest = 'sort=created&direction=desc';
  const pages = await Promise.all([
    list(`issues?state=open&${newest}`, Numbered),
    list(`issues?state=closed&${newest}`, Numbered),
  ]);
  const [open, closed] = pages;
  if (open === null || open === undefined || closed === null || closed === undefined) return undefined;
  return issueCount(
    [open, closed].map((page) => page.map(({ number }) => number)),
    pulls,
  );
}

/** From the first page of the open and of the closed ones, newest first. */
export function issueCount(pages: readonly (readonly number[])[], pulls: readonly number[]): number {
  const shown = pages.flat();
  if (pages.every((page) => page.length < PAGE)) return shown.length;
  const last = Math.max(...shown);
  return Math.max(shown.length, last - pulls.filter((number) => number < last).length);
}

/** One release whose author is disabled makes the whole list fail (gitbucket-contract T8). */
async function releases(list: Promise<unknown[] | null>): Promise<number | null | undefined> {
  try {
    return lengthOf(await list);
  } catch (error) {
    if (error instanceof Failure && error.code === 'server-error') return null;
    throw error;
  }
}

async function protectedBranches(
  api: GitBucketApi,
  { owner, name, branches }: Asked,
): Promise<number | undefined> {
  let count = 0;
  for (const branch of branches) {
    // That name leads to another answer (gitbucket-observed R22-R24).
    if (branch.endsWith('/protection')) continue;
    const path = branch.split('/').map(encodeURIComponent).join('/');
    const answer = await api.below(owner, name, `branches/${path}`, Branch);
    if (answer !== null && answer.protection === undefined) return undefined;
    if (answer?.protection?.enabled === true) count += 1;
  }
  return count;
}

function lengthOf(list: readonly unknown[] | null): number | undefined {
  return list?.length;
}

function orUnknown(count: number | null): number | undefined {
  return count ?? undefined;
}
