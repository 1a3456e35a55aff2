import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commitOn } from '../../helpers/commits.ts';
import { gitOk, makeRepository, startGitServer, type GitServer } from './git-server.ts';

let gitlab: GitServer;
let dir: string;
let work: string;

beforeAll(async () => {
  gitlab = await startGitServer();
  dir = await mkdtemp(join(tmpdir(), 'sandbox-gitlab-effects-'));
  work = await makeRepository(dir);
});
afterAll(async () => {
  await gitlab.close();
  await rm(dir, { recursive: true, force: true });
});

it('calls the integrations that are active when the job comes (GL-369)', async () => {
  gitlab.settings.integrations = ['slack', 'jira'];
  const project = gitlab.addProject('chatty');
  await gitOk(work, ['push', '-q', gitlab.remote('team/chatty.git'), 'main', 'main:refs/tags/v1']);
  const [slack] = project.integrations ?? [];
  if (slack) slack.active = false;
  await gitlab.context.settle();
  expect(gitlab.context.integrationCalls).toEqual([
    { project: 'team/chatty', slug: 'jira', event: 'push' },
    { project: 'team/chatty', slug: 'jira', event: 'tag_push' },
  ]);
});

it('calls none for more than three new refs of a kind (GL-362)', async () => {
  gitlab.settings.integrations = ['slack'];
  gitlab.addProject('bulk');
  gitlab.context.integrationCalls.length = 0;
  const branches = [1, 2, 3, 4].map((number) => `main:refs/heads/b${number}`);
  await gitOk(work, ['push', '-q', gitlab.remote('team/bulk.git'), ...branches, 'main:refs/tags/v1']);
  await gitlab.context.settle();
  expect(gitlab.context.integrationCalls).toEqual([
    { project: 'team/bulk', slug: 'slack', event: 'tag_push' },
  ]);
});

it('closes issues that a commit on the default branch names, also of other projects, where they let it (GL-363)', async () => {
  const source = gitlab.addProject('closing');
  const other = gitlab.addProject('other');
  const kept = gitlab.addProject('kept');
  for (const { fullPath } of [source, other, kept]) {
    for (const iid of [1, 2]) gitlab.addIssue(fullPath, { iid });
  }
  kept.attributes['autoclose_referenced_issues'] = false;
  commitOn(join(work, '.git'), 'words', 'Fixes #1, closes team/other#2 and resolves team/kept#2');
  await gitOk(work, ['push', '-q', gitlab.remote('team/closing.git'), 'words:main', 'main:side']);
  await gitlab.context.settle();
  const all = [source, other, kept].flatMap(({ tracker }) => tracker?.issues ?? []);
  expect(all.map(({ state }) => state)).toEqual(['closed', 'opened', 'opened', 'closed', 'opened', 'opened']);
  const [first] = all;
  expect(first).toMatchObject({ closedById: gitlab.owner.id, notes: [] });
  const commit = await gitOk(work, ['rev-parse', 'words']);
  expect(first?.events).toMatchObject([{ kind: 'state', action: 'closed', sourceCommit: commit }]);
  // Who may not be closed is at least told of.
  expect(kept.tracker?.issues[1]?.notes).toMatchObject([
    { system: true, body: `mentioned in commit closing@${commit}` },
  ]);
});
