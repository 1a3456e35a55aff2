import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { addComment, addIssue, addPull, type EmbeddedGitBucket } from '../sandbox/gitbucket.ts';

/** Where the tracker is. */
export const trackerId = 'team/app';

export type TrackerSize = { issues: number; comments: number; pulls: number };

/** What both servers can be asked for of an item; comments are those of people. */
export type Item = { number: number; title: string; state: 'opened' | 'closed' | 'merged'; comments: number };
export type Items = { issues: Item[]; pulls: Item[] };

/** They have accounts on both servers; `left` has none on GitLab. */
export const known = ['ann', 'bob'] as const;
const people = [...known, 'left'];

const began = Date.UTC(2019, 0, 7, 9);
const hour = 3_600_000;
/** Two of three items are over after so long. */
const lasts = 90 * hour;

/** A repository whose issues and pull requests take turns, so that neither kind has numbers without gaps; gives what it has. */
export async function fillTracker(
  gitbucket: EmbeddedGitBucket,
  { issues, comments, pulls }: TrackerSize,
): Promise<Items> {
  const { context } = gitbucket;
  for (const login of people) gitbucket.addUser({ login, email: `${login}@example.com` });
  gitbucket.addGroup({ login: 'team', members: [{ login: 'root', manager: true }] });
  gitbucket.addRepository({ owner: 'team', name: 'app', defaultBranch: 'main', createdAt: began });
  await branches(gitbucket.gitDir('team', 'app'), pulls);
  const total = issues + pulls;
  const every = pulls === 0 ? Infinity : Math.floor(total / pulls);
  const items: Items = { issues: [], pulls: [] };
  for (let number = 1; number <= total; number += 1) {
    const at = began + number * 12 * hour;
    const title = `Item ${number} of the list`;
    const item = { title, author: author(number), body: text(number, total) };
    const ended = { endedBy: author(number + 1), endedAt: at + lasts };
    if (number % every === 0 && items.pulls.length < pulls) {
      const state = (['open', 'merged', 'closed'] as const)[items.pulls.length % 3] ?? 'open';
      items.pulls.push({ number, title, state: state === 'open' ? 'opened' : state, comments });
      const head = { branch: `topic/${items.pulls.length}` };
      await addPull(context, trackerId, { ...item, ...ended, base: 'main', head, state, createdAt: at });
    } else {
      const closed = number % 3 !== 0;
      items.issues.push({ number, title, state: closed ? 'closed' : 'opened', comments });
      const labels = number % 2 === 0 ? ['bug'] : [];
      addIssue(context, trackerId, {
        ...item,
        labels,
        createdAt: at,
        closed,
        closedBy: ended.endedBy,
        closedAt: ended.endedAt,
      });
    }
    for (let count = 1; count <= comments; count += 1)
      addComment(context, trackerId, number, {
        author: author(number + count),
        body: text(number + count, total),
        at: at + count * hour,
      });
  }
  return items;
}

function author(number: number): string {
  return people[number % people.length] ?? 'ann';
}

/** As people write: paragraphs, a list, code, a mention, a number. */
function text(number: number, total: number): string {
  const other = ((number * 7) % total) + 1;
  return [
    `It stops in step ${number}, as #${other} said; @${author(number)} has seen it too.`,
    `The log of **that** run:\r\n`,
    '```',
    `step ${number}: waiting for the lock (pid ${number * 31})`,
    `step ${number}: timeout after ${number % 90} s`,
    '```\r\n',
    `- with the cache: yes`,
    `- without it, see https://example.com/wiki/${number}: no\r\n`,
    `What of \`flush()\`? It should ${'really '.repeat(number % 9)}wait.`,
  ].join('\r\n');
}

/** One commit on `main`, and a branch of one commit for each pull request. */
async function branches(gitDir: string, count: number): Promise<void> {
  const child = spawn('git', ['-C', gitDir, 'fast-import', '--quiet', '--force'], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const ended = once(child, 'close') as Promise<[number | null]>;
  const lines = [commit('main', 'app.txt', 'one\n', ['mark :1'], [])];
  for (let number = 1; number <= count; number += 1)
    lines.push(commit(`topic/${number}`, `part-${number}.txt`, `part ${number}\n`, [], ['from :1']));
  child.stdin.end(lines.join(''));
  const [code] = await ended;
  if (code !== 0) throw new Error(`git fast-import ended with ${code}`);
}

function commit(branch: string, file: string, content: string, mark: string[], from: string[]): string {
  return [
    `commit refs/heads/${branch}`,
    ...mark,
    'committer Ann <ann@example.com> 1546851600 +0000',
    'data 6\ncommit',
    ...from,
    `M 100644 inline ${file}`,
    `data ${content.length}`,
    content,
    '',
  ].join('\n');
}
