import {
  addAttachment,
  addComment,
  addCommitComment,
  addIssue,
  addLabel,
  addMilestone,
  addPull,
  addRelease,
  setCustomField,
  type GitBucketOptions,
} from '../../sandbox/gitbucket.ts';
import { commitOn, git } from './commits.ts';
import { refIn, setRef } from './refs.ts';
import { testServers, type TestServers } from './servers.ts';

/** Where the tracker is. */
export const trackerOwner = 'team';
export const trackerRepository = { owner: trackerOwner, name: 'app' };

export type TrackerWorld = TestServers & {
  /** Of the attachment in the first issue. */
  attachment: string;
  /** Tips of pull requests, by number. */
  heads: Map<number, string>;
};

const day = 86_400_000;
/** Winter and summer take turns. */
export function worldTime(number: number): number {
  return Date.UTC(2023, 0, 10, 9, 30, 15, 250) + number * 21 * day;
}

/**
 * A GitBucket with one tracker that has some of everything: 58 issues, pull requests in all states among them, people who
 * are disabled, a label of each kind, milestones, comments on lines, releases.
 */
export async function trackerWorld(options: Partial<GitBucketOptions> = {}): Promise<TrackerWorld> {
  const servers = await testServers({ gitbucket: options });
  const { gitbucket } = servers;
  const { context } = gitbucket;
  for (const login of ['ann', 'bob', 'left'])
    gitbucket.addUser({ login, email: `${login}@example.com`, createdAt: worldTime(0) });
  gitbucket.addGroup({ login: trackerOwner, members: [{ login: 'ann', manager: true }] });
  gitbucket.addRepository({ ...trackerRepository, defaultBranch: 'main', createdAt: worldTime(0) });
  const full = 'team/app';
  const dir = gitbucket.gitDir('team', 'app');
  const base = commitOn(dir, 'main', 'one');
  for (const branch of ['merged', 'closed', 'open', 'draft'])
    for (const text of ['first', 'second']) branchOff(dir, branch, base, `${branch} ${text}`);
  gitbucket.fork('team', 'app', 'bob');
  gitbucket.fork('team', 'app', 'left');
  commitOn(gitbucket.gitDir('bob', 'app'), 'topic', 'of a fork');
  commitOn(gitbucket.gitDir('left', 'app'), 'gone', 'of a fork that goes');
  setRef(
    gitbucket.gitDir('bob', 'app'),
    'refs/heads/topic',
    branchOff(gitbucket.gitDir('bob', 'app'), 't2', base, 'of a fork'),
  );
  setRef(
    gitbucket.gitDir('left', 'app'),
    'refs/heads/gone',
    branchOff(gitbucket.gitDir('left', 'app'), 't2', base, 'of a fork that goes'),
  );

  addLabel(context, full, { name: 'Area/API', color: '0000FF' });
  const sprint = addMilestone(context, full, {
    title: 'Sprint 1: ünï',
    description: 'desc *md*',
    dueOn: '2026-12-24',
    zoneMinutes: zoneMinutes(options.timeZone, '2026-12-24'),
  });
  const done = addMilestone(context, full, { title: 'Done', closed: true });
  const link = await addAttachment(context, full, 'plan.txt', Buffer.from('the plan'));

  for (let number = 1; number <= 58; number += 1)
    addIssue(context, full, {
      title: `Issue ${number}`,
      author: number % 7 === 3 ? 'left' : 'ann',
      body: number === 1 ? `see [plan.txt](${link})\r\nand #2` : `text of ${number}\u2028`,
      createdAt: worldTime(number),
      closed: number % 4 === 0,
      closedBy: 'bob',
      closedAt: worldTime(number) + 5 * day,
      ...(number === 2 && {
        labels: ['bug', 'Area/API'],
        assignees: ['bob'],
        milestone: sprint.id,
        priority: 'high',
      }),
      ...(number === 4 && { milestone: done.id }),
    });
  if (context.minor >= 38) setCustomField(context, full, 2, { name: 'Customer', value: 'Ürsli & Co.' });
  for (const [index, author] of ['bob', 'ann', 'left'].entries())
    addComment(context, full, 1, {
      author,
      body: `comment ${index}\r\nof ${author}`,
      at: worldTime(40 + index),
    });
  addComment(context, full, 4, {
    author: 'ann',
    body: 'Done at last.',
    action: 'close_comment',
    at: worldTime(50),
  });
  for (const [action, body] of history)
    addComment(context, full, 5, { author: 'ann', body, action, at: worldTime(51) });

  const heads = new Map<number, string>();
  async function pull(branch: string, more: Partial<Parameters<typeof addPull>[2]> = {}): Promise<number> {
    const made = await addPull(context, full, {
      title: `Pull ${branch}`,
      author: 'bob',
      base: 'main',
      head: { branch },
      createdAt: worldTime(60),
      endedAt: worldTime(61),
      ...more,
    });
    if (typeof made.pull === 'object' && made.pull !== null) heads.set(made.number, made.pull.headSha);
    return made.number;
  }
  const merged = await pull('merged', {
    state: 'merged',
    endedBy: 'ann',
    mergeMessage: 'Merge it',
    body: 'closes #2',
  });
  await pull('closed', { state: 'closed', milestone: sprint.id });
  const open = await pull('open', { labels: ['bug'] });
  await pull('draft', { draft: true });
  await pull('topic', { head: { owner: 'bob', branch: 'topic' }, title: 'From a fork' });
  await pull('gone', { head: { owner: 'left', branch: 'gone' }, title: 'From a fork that is gone' });
  addIssue(context, full, { title: 'Half a pull request', author: 'ann', pull: 'orphan' });
  addIssue(context, full, { title: 'The last one', author: 'ann', createdAt: worldTime(64) });
  git(dir, 'update-ref', '-d', 'refs/heads/merged');
  gitbucket.removeRepository('left', 'app');

  const sha = heads.get(open) ?? '';
  const line = { sha, issue: open, file: 'file.txt', newLine: 1, at: worldTime(62) };
  addCommitComment(context, full, { ...line, author: 'ann', body: 'why?' });
  addCommitComment(context, full, { ...line, author: 'bob', body: 'because' });
  addCommitComment(context, full, {
    ...line,
    author: 'ann',
    body: 'written before',
    original: { sha: base, oldLine: null, newLine: 7 },
  });
  addCommitComment(context, full, { sha: base, author: 'ann', body: 'of the commit', at: worldTime(63) });
  addComment(context, full, merged, { author: 'bob', body: 'thank you', at: worldTime(62) });

  git(dir, 'update-ref', 'refs/tags/v1', base);
  git(dir, 'update-ref', 'refs/tags/rel/2', base);
  await addRelease(context, full, {
    tag: 'v1',
    name: 'First',
    body: 'notes\r\nof it',
    author: 'ann',
    createdAt: worldTime(20),
    assets: [{ name: 'b i n ü.dat', bytes: Buffer.from('twelve bytes') }],
  });
  await addRelease(context, full, {
    tag: 'rel/2',
    author: 'bob',
    createdAt: worldTime(30),
    assets: [{ name: 'slash.txt', bytes: Buffer.from('slash') }],
  });
  gitbucket.disable('left');
  gitbucket.server.requests.length = 0;
  return { ...servers, attachment: /\w+$/.exec(link)?.[0] ?? '', heads };
}

const history = [
  ['refer', '1:Issue 1: with a colon'],
  ['refer_global', '3:other:repo:Their issue'],
  ['commit', `Fix it 0123456789012345678901234567890123456789`],
  ['add_label', 'bug'],
  ['delete_label', 'bug'],
  ['add_assignee', 'bob'],
  ['assign', 'bob:ann'],
  ['change_title', 'Old\r\nIssue 5'],
  ['change_milestone', 'No milestone:Sprint 1: ünï'],
  ['change_priority', 'default:high'],
  ['reopen', 'Reopen'],
  ['delete_comment', ''],
] as const;

/** A commit on top of a branch that begins at this commit. */
function branchOff(dir: string, branch: string, base: string, text: string): string {
  if (refIn(dir, `refs/heads/${branch}`) === null) setRef(dir, `refs/heads/${branch}`, base);
  return commitOn(dir, branch, text);
}

/** Minutes by which the zone is ahead of UTC on that day. */
function zoneMinutes(timeZone = 'UTC', date: string): number {
  const shown = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  const utc = Date.parse(`${date}T00:00:00Z`);
  return Math.round((Date.parse(`${shown.format(utc).replace(' ', 'T')}Z`) - utc) / 60_000);
}
