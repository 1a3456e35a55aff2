import {
  addAttachment,
  addComment,
  addCommitComment,
  addIssue,
  addLabel,
  addMilestone,
  addPull,
  sourceTrackerOf,
  type IssueState,
} from '../../sandbox/gitbucket.ts';
import { trackerOf } from '../../sandbox/gitlab.ts';
import { commitOn } from '../helpers/commits.ts';
import { migrated, type Migrated, type Migration } from '../helpers/migrated.ts';
import { filesOf } from '../helpers/odd-objects.ts';
import { refIn, refsIn, setRef } from '../helpers/refs.ts';
import { testServers, type TestServers, type TestServersOptions } from '../helpers/servers.ts';

export const app = 'team/app';

/** An administrator on both sides, who makes the accounts of people. */
export const withTracker: Migration = {
  password: 'root',
  config: { migrate: { tracker: 'auto', createUsers: true } },
};

export type SmallTracker = TestServers & { heads: { merged: string; open: string } };

const day = 86_400_000;
export function at(days: number): number {
  return Date.UTC(2023, 4, 2, 10, 20, 30, 125) + days * day;
}

/**
 * A GitBucket with the smallest tracker that has everything that a run writes: two issues with a file, a label, a milestone
 * and comments, a merged pull request and an open one with a comment on a line. GitLab takes archives.
 */
export async function smallTracker(options: TestServersOptions = {}): Promise<SmallTracker> {
  const servers = await testServers(options);
  const { gitbucket, gitlab } = servers;
  const { context } = gitbucket;
  gitlab.settings.importSources = ['gitlab_project'];
  for (const login of ['ann', 'bob']) gitbucket.addUser({ login, email: `${login}@example.com` });
  gitbucket.addGroup({ login: 'team', members: [{ login: 'root', manager: true }] });
  gitbucket.addRepository({ owner: 'team', name: 'app', defaultBranch: 'main' });
  const dir = gitbucket.gitDir('team', 'app');
  commitOn(dir, 'main', 'one');
  const [merged, open] = [branchOff(dir, 'merged'), branchOff(dir, 'open')];
  const sprint = addMilestone(context, app, { title: 'Sprint', dueOn: '2023-06-30' });
  addMilestone(context, app, { title: 'Over', closed: true });
  const repository = context.repository('team', 'app');
  if (repository) sourceTrackerOf(context, repository).labels.length = 0;
  addLabel(context, app, { name: 'bug', color: 'fc2929' });
  addLabel(context, app, { name: 'unused', color: '00ff00' });
  const link = await addAttachment(context, app, 'plan.txt', Buffer.from('the plan'));
  addIssue(context, app, {
    title: 'First',
    author: 'ann',
    body: `see [plan.txt](${link}) and #3`,
    labels: ['bug'],
    milestone: sprint.id,
    assignees: ['bob'],
    createdAt: at(0),
    closed: true,
    closedBy: 'bob',
    closedAt: at(5),
  });
  addComment(context, app, 1, { author: 'bob', body: 'a comment', at: at(2) });
  addIssue(context, app, { title: 'Second', author: 'bob', body: 'text', createdAt: at(1) });
  await addPull(context, app, {
    title: 'Merged',
    author: 'ann',
    body: 'closes #2',
    base: 'main',
    head: { branch: 'merged' },
    state: 'merged',
    endedBy: 'bob',
    createdAt: at(3),
    endedAt: at(4),
  });
  await addPull(context, app, {
    title: 'Open',
    author: 'bob',
    base: 'main',
    head: { branch: 'open' },
    createdAt: at(4),
  });
  addCommitComment(context, app, {
    sha: open,
    issue: 4,
    file: 'open.txt',
    newLine: 1,
    author: 'ann',
    body: 'why?',
    at: at(6),
  });
  mergeInto(dir, 'main', merged);
  gitbucket.server.requests.length = 0;
  return { ...servers, heads: { merged, open } };
}

/** A branch with one commit more than main, which has a file of its name; gives the commit. */
export function branchOff(dir: string, branch: string): string {
  const parents = [refIn(dir, 'refs/heads/main') ?? ''];
  const tip = filesOf(
    dir,
    { 'file.txt': 'one', [`${branch}.txt`]: `${branch}\n` },
    { parents, message: branch },
  );
  setRef(dir, `refs/heads/${branch}`, tip);
  return tip;
}

/** Merges a commit into a branch as GitBucket does; gives the merge. */
export function mergeInto(dir: string, branch: string, head: string): string {
  const parents = [refIn(dir, `refs/heads/${branch}`) ?? '', head];
  const merge = filesOf(
    dir,
    { 'file.txt': 'one', 'merged.txt': head },
    { parents, message: 'Merge pull request' },
  );
  setRef(dir, `refs/heads/${branch}`, merge);
  return merge;
}

export function run(servers: TestServers, more: Migration = {}): Promise<Migrated> {
  return migrated(servers, { ...withTracker, ...more });
}

/** What the step came to. */
export function stepIn(run: Migrated, id = app) {
  return run.item(id).steps.find(({ step }) => step === 'tracker');
}

/** Codes and messages of what the proof says. */
export function differencesIn(run: Migrated): string[] {
  return (stepIn(run)?.check?.differences ?? []).map(({ code, message }) => `${code} ${message}`);
}

export function trackerAt({ gitlab }: TestServers, id = app) {
  return trackerOf(gitlab.project(id));
}

/** Of the issues that GitLab has. */
export function numbersOf(servers: TestServers): number[] {
  return trackerAt(servers)
    .issues.map(({ iid }) => iid)
    .toSorted((a, b) => a - b);
}

/** An issue or pull request of the source, to be changed. */
export function sourceItem({ gitbucket }: TestServers, number: number): IssueState {
  const repository = gitbucket.context.repository('team', 'app');
  const found =
    repository &&
    sourceTrackerOf(gitbucket.context, repository).issues.find((each) => each.number === number);
  if (!found) throw new Error(`no #${number}`);
  return found;
}

/** Everything that must be there once, and nothing else, whatever happened on the way. */
export function endOf(servers: TestServers): object {
  const { gitlab } = servers;
  const project = gitlab.project(app);
  const { issues, mergeRequests, milestones, uploads } = trackerAt(servers);
  const brief = [...issues, ...mergeRequests].map((item) => ({
    number: item.iid,
    title: item.title,
    author: nameOf(servers, item.authorId),
    state: item.state,
    createdAt: item.createdAt,
    closedAt: item.closedAt,
    closedBy: nameOf(servers, item.closedById),
    assignees: item.assignees.map((id) => nameOf(servers, id)),
    notes: item.notes.map(({ body, authorId }) => `${nameOf(servers, authorId)}: ${body}`),
    ...('mergedAt' in item && {
      merged: [item.mergedAt, nameOf(servers, item.mergedById), item.diff?.headSha],
    }),
  }));
  return {
    items: brief,
    labels: project.labels.map(({ name }) => name).toSorted(),
    milestones: milestones.map(({ title, state }) => `${title} ${state}`).toSorted(),
    uploads: uploads.map(({ name }) => name),
    members: project.members.map(({ userId, accessLevel }) => `${nameOf(servers, userId)} ${accessLevel}`),
    autoclose: project.attributes['autoclose_referenced_issues'] ?? true,
    pulls: refsIn(gitlab.gitDir(app), ['refs/pull']),
  };
}

function nameOf({ gitlab }: TestServers, id: number | null): string | null {
  return gitlab.context.state.users.find((user) => user.id === id)?.username ?? null;
}
