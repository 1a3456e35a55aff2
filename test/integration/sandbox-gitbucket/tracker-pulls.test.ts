import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addComment, addCommitComment, addIssue, addPull } from '../../../sandbox/gitbucket.ts';
import { commit, git, startTrackerServer, TRACKER, userJson, type TrackerServer } from './tracker-setup.ts';

let server: TrackerServer;
let base: string;
let head: string;

beforeEach(async () => {
  server = await startTrackerServer();
  const dir = server.gitbucket.gitDir('team-a', 'tracker');
  base = commit(dir, 'main', 'base\n');
  head = commit(dir, 'feature/merge', 'work on feature/merge\n', 'main');
});
afterEach(() => server.close());

function trackerDir(): string {
  return server.gitbucket.gitDir('team-a', 'tracker');
}

async function pullFromFork(): Promise<number> {
  const { gitbucket } = server;
  gitbucket.fork('team-a', 'tracker', 'bob');
  commit(gitbucket.gitDir('bob', 'tracker'), 'from-fork', 'fork work\n', 'main');
  const pull = await addPull(gitbucket.context, 'team-a/tracker', {
    title: 'PR from fork',
    body: 'from a fork',
    author: 'bob',
    base: 'main',
    head: { owner: 'bob', branch: 'from-fork' },
  });
  return pull.number;
}

describe('a single pull request', () => {
  test('that was merged has the fields of the real server in their order', async () => {
    const { context, url } = server.gitbucket;
    await addPull(context, 'team-a/tracker', {
      title: 'Merged PR (merge)',
      body: 'm',
      author: 'alice',
      base: 'main',
      head: { branch: 'feature/merge' },
      state: 'merged',
      endedBy: 'root',
    });
    const answer = await server.api(`${TRACKER}/pulls/1`);
    expect(answer.type).toBe('application/json');
    expect(Object.keys(answer.json() as object).join(' ')).toBe(
      'number state updated_at created_at head base merged merged_at merged_by title body user labels assignees draft id html_url url commits_url review_comments_url review_comment_url comments_url statuses_url',
    );
    const repo = context.repositoryJson(context.repository('team-a', 'tracker')!);
    const user = userJson(url, 'team-a', 'Organization');
    const api = `${url}/api/v3/repos/team-a/tracker`;
    expect(answer.json()).toMatchObject({
      number: 1,
      state: 'closed',
      head: { sha: head, ref: 'feature/merge', repo, label: 'feature/merge', user },
      base: { sha: base, ref: 'main', repo, label: 'main', user },
      merged: true,
      merged_by: userJson(url, 'root'),
      user: userJson(url, 'alice'),
      draft: false,
      id: 0,
      html_url: `${url}/team-a/tracker/pull/1`,
      url: `${api}/pulls/1`,
      commits_url: `${api}/pulls/1/commits`,
      review_comments_url: `${api}/pulls/1/comments`,
      review_comment_url: `${api}/pulls/comments/{number}`,
      comments_url: `${api}/issues/1/comments`,
      statuses_url: `${api}/statuses/${head}`,
    });
    expect(git(trackerDir(), ['rev-parse', 'refs/pull/1/head'])).toBe(head);
    expect((await server.api(`${TRACKER}/issues/1/comments`)).text).toBe('[]');
  });

  test('from a fork names the fork, its owner and a label with both', async () => {
    const { url } = server.gitbucket;
    const number = await pullFromFork();
    const answer = await server.api(`${TRACKER}/pulls/${number}`);
    expect(answer.json()).toMatchObject({
      state: 'open',
      merged: false,
      head: {
        ref: 'from-fork',
        label: 'bob:from-fork',
        user: userJson(url, 'bob'),
        repo: { full_name: 'bob/tracker', fork: true, forks: 1 },
      },
      base: { sha: base, label: 'main', repo: { full_name: 'team-a/tracker', fork: false, forks: 1 } },
    });
    expect(answer.json()).not.toHaveProperty('merged_at');
  });

  test.each(['the fork is deleted', 'its owner is disabled', 'the number is an issue', 'there is none'])(
    'is 200 with an empty body when %s',
    async (situation) => {
      const { gitbucket } = server;
      const number = await pullFromFork();
      addIssue(gitbucket.context, 'team-a/tracker', { title: 'x', author: 'alice' });
      if (situation === 'the fork is deleted') gitbucket.removeRepository('bob', 'tracker');
      if (situation === 'its owner is disabled') gitbucket.disable('bob');
      const asked = { 'the number is an issue': 2, 'there is none': 999 }[situation] ?? number;
      const answer = await server.api(`${TRACKER}/pulls/${asked}`);
      expect([answer.status, answer.type, answer.text]).toEqual([200, 'application/json', '']);
      expect(answer.headers.get('content-length')).toBe('0');
    },
  );

  test('is not found for a number that is none', async () => {
    expect((await server.api(`${TRACKER}/pulls/abc`)).status).toBe(404);
  });

  test('has no routes for files, review comments and reviews', async () => {
    const number = await pullFromFork();
    for (const route of ['files', 'comments', 'reviews']) {
      expect((await server.api(`${TRACKER}/pulls/${number}/${route}`)).status).toBe(404);
    }
  });
});

describe('the list of pull requests', () => {
  test('says of every head that it is in the base repository, which there has no forks', async () => {
    await pullFromFork();
    const answer = await server.api(`${TRACKER}/pulls?state=all`);
    expect(answer.json()).toMatchObject([
      {
        number: 1,
        head: { ref: 'from-fork', label: 'from-fork', repo: { full_name: 'team-a/tracker', forks: 0 } },
        base: { repo: { full_name: 'team-a/tracker', forks: 1 } },
      },
    ]);
  });

  test('and the list of issues never mix, though they share one sequence of numbers', async () => {
    const { context } = server.gitbucket;
    addIssue(context, 'team-a/tracker', { title: 'x', author: 'alice' });
    await pullFromFork();
    addIssue(context, 'team-a/tracker', { title: 'y', author: 'alice' });
    expect((await server.api(`${TRACKER}/issues`)).json()).toMatchObject([{ number: 3 }, { number: 1 }]);
    expect((await server.api(`${TRACKER}/pulls`)).json()).toMatchObject([{ number: 2 }]);
  });

  test('keeps a pull request whose fork is gone, with its commits', async () => {
    const number = await pullFromFork();
    server.gitbucket.removeRepository('bob', 'tracker');
    expect((await server.api(`${TRACKER}/pulls`)).json()).toMatchObject([{ number }]);
    const commits = await server.api(`${TRACKER}/pulls/${number}/commits`);
    expect(commits.json()).toMatchObject([{ commit: { message: 'fork work\n' } }]);
  });

  test('drops a number that is flagged but has no row of its own, as does the list of issues', async () => {
    addIssue(server.gitbucket.context, 'team-a/tracker', { title: 'x', author: 'alice', pull: 'orphan' });
    expect((await server.api(`${TRACKER}/pulls?state=all`)).text).toBe('[]');
    expect((await server.api(`${TRACKER}/issues?state=all`)).text).toBe('[]');
  });
});

test('the issue route answers for a pull request and names it', async () => {
  const { context, url } = server.gitbucket;
  const number = await pullFromFork();
  addComment(context, 'team-a/tracker', number, { author: 'alice', body: 'nice' });
  const answer = await server.api(`${TRACKER}/issues/${number}`);
  expect(answer.json()).toMatchObject({
    number,
    html_url: `${url}/team-a/tracker/pull/${number}`,
    comments_url: `${url}/api/v3/repos/team-a/tracker/issues/${number}/comments`,
    pull_request: {
      url: `${url}/api/v3/repos/team-a/tracker/pulls/${number}`,
      html_url: `${url}/team-a/tracker/pull/${number}`,
    },
  });
  const comments = await server.api(`${TRACKER}/issues/${number}/comments`);
  expect(comments.json()).toMatchObject([{ html_url: `${url}/team-a/tracker/pull/${number}#comment-1` }]);
});

test('the commits of a pull request look like those of the real server', async () => {
  const { context, url } = server.gitbucket;
  await addPull(context, 'team-a/tracker', {
    title: 'x',
    author: 'alice',
    base: 'main',
    head: { branch: 'feature/merge' },
  });
  const api = `${url}/api/v3/repos/team-a/tracker`;
  const answer = await server.api(`${TRACKER}/pulls/1/commits`);
  expect(answer.text).toBe(
    JSON.stringify([
      {
        sha: head,
        commit: {
          message: 'work on feature/merge\n',
          author: { name: 'Alice Ärger', email: 'alice@example.com', date: '2023-11-15T01:21:20Z' },
          committer: { name: 'Bob Builder', email: 'bob@example.com', date: '2023-11-15T01:21:20Z' },
          url: `${api}/git/commits/${head}`,
        },
        parents: [{ sha: base, url: `${api}/commits/${base}` }],
        url: `${api}/commits/${head}`,
      },
    ]),
  );
});

describe('creating a pull request over HTTP', () => {
  test('works for a branch of a fork and writes refs/pull/N/head', async () => {
    const { gitbucket } = server;
    gitbucket.fork('team-a', 'tracker', 'bob');
    const sha = commit(gitbucket.gitDir('bob', 'tracker'), 'topic', 'topic\n', 'main');
    const made = await server.api(`${TRACKER}/pulls`, {
      as: 'bob',
      body: { title: 'T', head: 'bob:topic', base: 'main', draft: true },
    });
    expect([made.status, made.json()]).toMatchObject([200, { number: 1, draft: true, head: { sha } }]);
    expect(git(trackerDir(), ['rev-parse', 'refs/pull/1/head'])).toBe(sha);
  });

  test('is not found when a branch does not exist', async () => {
    const body = { title: 'T', head: 'nope', base: 'main' };
    expect((await server.api(`${TRACKER}/pulls`, { as: 'bob', body })).status).toBe(404);
  });
});

test('remarks on lines are only in the database', async () => {
  const { context } = server.gitbucket;
  const remark = { sha: head, author: 'bob', body: 'why?', file: 'main.txt', newLine: 3 };
  addCommitComment(context, 'team-a/tracker', remark);
  const answer = await server.page('/admin/dbviewer/_query', {
    cookie: await server.signIn('root'),
    form: { query: 'SELECT COMMIT_ID, FILE_NAME, OLD_LINE_NUMBER, NEW_LINE_NUMBER FROM COMMIT_COMMENT' },
  });
  expect(answer.json()).toMatchObject({
    rows: [{ COMMIT_ID: head, FILE_NAME: 'main.txt', OLD_LINE_NUMBER: '<NULL>', NEW_LINE_NUMBER: '3' }],
  });
});

/** A branch on main that writes its own name into the file `f`. */
function conflicting(branch: string): string {
  const length = branch.length;
  return `commit refs/heads/${branch}
committer a <a@b.c> 1700000000 +0000
data 1
x
from refs/heads/main^0
M 100644 inline f
data ${length}
${branch}
`;
}

describe('asking whether a pull request was merged', () => {
  test('says no for one that could be merged, and writes a ref on the server', async () => {
    const number = await pullFromFork();
    const answer = await server.api(`${TRACKER}/pulls/${number}/merge`);
    expect([answer.status, answer.text]).toEqual([404, '{"message":"Not Found"}']);
    expect(git(trackerDir(), ['log', '-1', '--format=%P', `refs/pull/${number}/merge`])).toContain(base);
  });

  test('by the merge guide writes the ref too, a conflict as such', async () => {
    const { gitbucket } = server;
    const dir = trackerDir();
    git(dir, ['fast-import', '--quiet'], conflicting('left'));
    git(dir, ['fast-import', '--quiet'], conflicting('right'));
    git(dir, ['update-ref', 'refs/heads/main', 'refs/heads/left']);
    const { number } = await addPull(gitbucket.context, 'team-a/tracker', {
      title: 'x',
      author: 'alice',
      base: 'main',
      head: { branch: 'right' },
    });
    expect((await server.page(`/team-a/tracker/pull/${number}/mergeguide`)).status).toBe(200);
    expect(git(dir, ['for-each-ref', '--format=%(refname)', 'refs/pull'])).toBe(
      `refs/pull/${number}/conflict\nrefs/pull/${number}/head`,
    );
  });
});
