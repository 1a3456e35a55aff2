import { expect, test } from 'vitest';
import {
  addAttachment,
  addComment,
  addCommitComment,
  addIssue,
  addLabel,
  addMilestone,
  addPull,
} from '../../sandbox/gitbucket.ts';
import { sharedByAll } from '../helpers/cleanup.ts';
import { commitOn, git } from '../helpers/commits.ts';
import { filesOf } from '../helpers/odd-objects.ts';
import { setRef } from '../helpers/refs.ts';
import { testServers } from '../helpers/servers.ts';
import { at, run, stepIn, trackerAt } from './tracker-setup.ts';

/** What went wrong for others who moved issues and pull requests: one tracker that has all of it. */
const app = 'team/app';

const emoji = '😀'.repeat(300);
const japanese = '日本語の文章。'.repeat(60_000);

const moved = sharedByAll(async () => {
  const servers = await testServers();
  const { gitbucket, gitlab } = servers;
  const { context } = gitbucket;
  gitlab.allowImports();
  for (const login of ['ann', 'bob', 'gone']) gitbucket.addUser({ login, email: `${login}@example.com` });
  gitbucket.addGroup({ login: 'team', members: [{ login: 'root', manager: true }] });
  for (const name of ['app', 'other'])
    gitbucket.addRepository({ owner: 'team', name, defaultBranch: 'main' });
  commitOn(gitbucket.gitDir('team', 'other'), 'main', 'one');
  addIssue(context, 'team/other', { title: 'Theirs', author: 'ann' });
  const dir = gitbucket.gitDir('team', 'app');
  const base = filesOf(
    dir,
    { 'kept.txt': 'a\nb\nc\n', 'removed.txt': 'x\ny\n' },
    { parents: [], message: 'base' },
  );
  for (const branch of ['main', 'legacy']) setRef(dir, `refs/heads/${branch}`, base);
  function branch(name: string, files: Record<string, string>): string {
    const tip = filesOf(dir, files, { parents: [base], message: name });
    setRef(dir, `refs/heads/${name}`, tip);
    return tip;
  }
  const written = { author: 'ann', createdAt: at(0) };
  const link = await addAttachment(context, app, 'shot.png', Buffer.from('a picture'));
  const id = link.split('/').at(-1) ?? '';
  const numbers = new Map<string, number>();
  const issue = (row: string, more: Partial<Parameters<typeof addIssue>[2]>): void => {
    numbers.set(row, addIssue(context, app, { title: row, ...written, ...more }).number);
  };
  const pull = async (row: string, more: Partial<Parameters<typeof addPull>[2]>): Promise<number> => {
    const made = await addPull(context, app, {
      title: row,
      base: 'main',
      head: { branch: row },
      endedAt: at(3),
      ...written,
      ...more,
    });
    numbers.set(row, made.number);
    return made.number;
  };
  // Numbers 1 and 2: what the texts of others refer to.
  issue('plain', {});
  branch('plain-pull', { 'kept.txt': 'a\nb\nc\n', 'new.txt': '1\n' });
  await pull('plain-pull', {});

  issue('references', {
    body: 'An issue #1, a pull #2, theirs team/other#1, GH-1 and GH-2.\nIn `#2` and [#2](https://x.example/2).\n\ncloses #2, closes #1',
  });
  issue('commands', { body: '/close\n\n/tmp/x' });
  for (const body of ['/reopen', '/shrug'])
    addComment(context, app, numbers.get('commands') ?? 0, { author: 'bob', body, at: at(1) });
  issue('too long', { title: emoji, body: japanese });
  issue('no title', { title: '   ' });
  addLabel(context, app, { name: 'nu\0l', color: 'ff0000' });
  const { id: milestone } = addMilestone(context, app, { title: 'mile\0stone' });
  issue('unstorable', {
    milestone,
    title: 'ti\0tle',
    body: 'a\0b \uFFFE \uD800 end',
    labels: ['nu\0l'],
  });
  addComment(context, app, numbers.get('unstorable') ?? 0, {
    author: 'bob',
    body: 'lone \uD83D here',
    at: at(1),
  });
  issue('pictures', {
    body: `![shot](http://git.old.example/team/app/_attached/${id})\n\n| a |\n|---|\n| [b](${link}) |\n\n<img src="${link}">\n\n[gone](${gitbucket.url}/team/app/_attached/none)`,
  });
  issue('line breaks', {
    body: 'Jane Doe\n1 Road\nTown\n\n- one\n  two\n\n| a |\n|---|\n| b |\n\n```\nx\ny\n```\n\n> said\n> so',
  });
  const over = addMilestone(context, app, { title: 'Over', closed: true });
  const [once, twice] = ['v 1', 'v  1'].map((title) => addMilestone(context, app, { title }));
  const shared = addMilestone(context, app, { title: 'Of the group' });
  issue('closed milestone', { milestone: over.id });
  issue('one blank', { milestone: once?.id ?? null });
  issue('two blanks', { milestone: twice?.id ?? null });
  issue('milestone of the group', { milestone: shared.id });
  issue('comments of nobody', {});
  for (const [author, body] of [
    ['gone', 'by nobody'],
    ['bob', ''],
  ] as const)
    addComment(context, app, numbers.get('comments of nobody') ?? 0, { author, body, at: at(1) });

  branch('squashed', { 'kept.txt': 'a\nb\nc\n', 'removed.txt': 'x\ny\n', 'squashed.txt': '1\n' });
  await pull('squashed', { state: 'merged', endedBy: 'bob' });
  commitOn(dir, 'main', 'squashed');
  branch('lost', { 'kept.txt': 'a\n' });
  const lost = await pull('lost', { state: 'closed' });
  for (const ref of ['refs/heads/squashed', 'refs/heads/lost', `refs/pull/${lost}/head`])
    git(dir, 'update-ref', '-d', ref);
  branch('baseless', { 'kept.txt': 'a\nb\nc\nd\n', 'removed.txt': 'x\ny\n' });
  await pull('baseless', { base: 'legacy' });
  git(dir, 'update-ref', '-d', 'refs/heads/legacy');

  const remarked = branch('remarked', { 'kept.txt': 'a\nB\nc\n' });
  const onLines = await pull('remarked', {});
  const remark = { sha: remarked, issue: onLines, author: 'bob', at: at(2) };
  addCommitComment(context, app, { ...remark, file: 'kept.txt', newLine: 2, body: 'on a line' });
  addCommitComment(context, app, { ...remark, file: 'removed.txt', oldLine: 1, body: 'on a removed file' });
  addCommitComment(context, app, { ...remark, file: 'nowhere.txt', newLine: 40, body: 'on no line' });
  gitbucket.disable('gone');

  gitlab.addGroup({ path: 'team', visibility: 'public' });
  gitlab.addMilestone('team', { title: 'Of the group' });
  const first = await run(servers);
  return { servers, first, numbers };
});

function numberOf(row: string): number {
  return moved().numbers.get(row) ?? 0;
}

function issueOf(row: string) {
  const found = trackerAt(moved().servers).issues.find(({ iid }) => iid === numberOf(row));
  if (found === undefined) throw new Error(`GitLab has no issue for ${row}`);
  return found;
}

function requestOf(row: string) {
  const found = trackerAt(moved().servers).mergeRequests.find(({ iid }) => iid === numberOf(row));
  if (found === undefined) throw new Error(`GitLab has no merge request for ${row}`);
  return found;
}

/** What the run says of that kind. */
function told(code: string): string {
  return (stepIn(moved().first)?.notices ?? [])
    .filter((notice) => notice.code === code)
    .map(({ message }) => message)
    .join('\n');
}

/** The title of the milestone that GitLab shows at the issue: the project's, or that of the group above. */
function milestoneOf(row: string): string | undefined {
  const { servers } = moved();
  const ofGroups = servers.gitlab.context.state.groups.flatMap(({ milestones = [] }) => milestones);
  const all = [...trackerAt(servers).milestones, ...ofGroups];
  return all.find(({ id }) => id === issueOf(row).milestone)?.title;
}

test('all of it has arrived and is proven', () => {
  const { first, numbers } = moved();
  expect(stepIn(first)).toMatchObject({ state: 'proven', counts: { create: numbers.size } });
});

test('a reference to a pull request leads to its merge request, and none in code or in a link is changed', () => {
  expect(issueOf('references').description).toBe(
    'An issue #1, a pull !2, theirs team/other#1, #1 and !2.  \nIn `#2` and [#2](https://x.example/2).\n\ncloses !2, closes #1',
  );
});

test('what would be a command is text', () => {
  const { description, state, notes } = issueOf('commands');
  expect(description).toBe('/close\n\n/tmp/x');
  expect(state).toBe('opened');
  expect(notes.map(({ body }) => body)).toEqual(['/reopen', '/shrug']);
});

test('nothing is cut: what is too long goes on below', () => {
  const { title, description, notes } = issueOf('too long');
  expect(title).toMatch(/^(?:😀){250,255}…?$/u);
  expect(description?.startsWith(`**${emoji}**`)).toBe(true);
  expect(Buffer.byteLength(description ?? '')).toBeLessThanOrEqual(1_048_576);
  expect([description, ...notes.map(({ body }) => body)].join('')).toBe(`**${emoji}**\n\n${japanese}`);
  expect(issueOf('no title').title).toBe('(no title)');
  expect(told('tracker-text-title-cut')).toContain(`#${numberOf('too long')}`);
  expect(told('tracker-text-split')).toContain(`#${numberOf('too long')}`);
  expect(told('tracker-text-title-blank')).toContain(`#${numberOf('no title')}`);
});

test('what no database keeps is taken out of texts, titles and names, and nothing behind it', () => {
  const { title, description, labels, notes } = issueOf('unstorable');
  const { servers } = moved();
  expect(title).toBe('title');
  expect(description).toMatch(/^ab \uFFFD+ \uFFFD+ end$/);
  expect(notes[0]?.body).toMatch(/^lone \uFFFD+ here$/);
  expect(servers.gitlab.project(app).labels.filter(({ id }) => labels.includes(id))).toMatchObject([
    { name: 'nul' },
  ]);
  expect(milestoneOf('unstorable')).toBe('milestone');
  expect(told('tracker-text-characters')).toContain(`#${numberOf('unstorable')}`);
  expect(told('tracker-name-changed')).toContain('it is called milestone');
});

test('a merged request whose branch is gone has its changes; one whose commits are gone has none, which is told', () => {
  expect(requestOf('squashed')).toMatchObject({ state: 'merged', diff: { headSha: expect.any(String) } });
  expect(requestOf('lost')).toMatchObject({ state: 'closed', diff: null });
  expect(told('tracker-no-diff')).toContain(`!${numberOf('lost')}`);
});

test('issues and pull requests keep their one sequence of numbers, and one without its target branch is there', () => {
  const { numbers } = moved();
  expect([...numbers.values()]).toEqual([...numbers.values()].toSorted((a, b) => a - b));
  expect(requestOf('baseless')).toMatchObject({
    targetBranch: 'legacy',
    state: 'opened',
    diff: { headSha: expect.any(String) },
  });
});

test('pictures move from wherever a text says that they are, and a link that stays is told', () => {
  const uploads = trackerAt(moved().servers).uploads.map(({ secret, name }) => `/uploads/${secret}/${name}`);
  const [upload = ''] = uploads;
  expect(uploads).toHaveLength(1);
  expect(upload).toMatch(/\.png$/);
  const { description } = issueOf('pictures');
  for (const text of [`![shot](${upload})`, `| [b](${upload}) |`, `<img src="${upload}">`])
    expect(description).toContain(text);
  expect(told('tracker-text-attachment-left')).toContain('/_attached/none');
});

test('lines break where they broke', () => {
  expect(issueOf('line breaks').description).toBe(
    'Jane Doe  \n1 Road  \nTown\n\n- one  \n  two\n\n| a |\n|---|\n| b |\n\n```\nx\ny\n```\n\n> said  \n> so',
  );
});

test('each milestone is there once, closed ones too; one of the group is used, and told', () => {
  const { milestones } = trackerAt(moved().servers);
  expect(new Map(milestones.map(({ title, state }) => [title, state]))).toEqual(
    new Map([
      ['Over', 'closed'],
      ['milestone', 'active'],
      ['v  1', 'active'],
      ['v 1', 'active'],
    ]),
  );
  expect(milestones).toHaveLength(4);
  const rows = ['closed milestone', 'one blank', 'two blanks', 'milestone of the group'];
  expect(rows.map(milestoneOf)).toEqual(['Over', 'v 1', 'v  1', 'Of the group']);
  expect(told('tracker-of-group')).toContain('Of the group');
});

test('comments of nobody and without text are there', () => {
  const { notes } = issueOf('comments of nobody');
  expect(notes.map(({ body }) => body)).toEqual([
    expect.stringContaining('by nobody'),
    expect.stringContaining('*Blank note*'),
  ]);
  expect(told('tracker-empty-comment')).toContain(`#${numberOf('comments of nobody')}`);
});

test('a comment stays on its line, on that of a removed file too; on none it tells path and line', () => {
  const { notes } = requestOf('remarked');
  expect(
    notes.map(({ type, body, position }) => [type, body, position?.old_line, position?.new_line]),
  ).toEqual([
    ['DiffNote', 'on a line', null, 2],
    ['DiffNote', 'on a removed file', 1, null],
    [null, expect.stringMatching(/`nowhere\.txt:40`[^]*on no line$/), undefined, undefined],
  ]);
  expect(told('tracker-place-lost')).toContain(`!${numberOf('remarked')}`);
});
