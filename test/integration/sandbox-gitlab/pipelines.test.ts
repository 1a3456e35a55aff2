import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { git } from '../../helpers/commits.ts';
import { filesOf } from '../../helpers/odd-objects.ts';
import { gitOk, makeRepository, startGitServer, type GitServer } from './git-server.ts';
import { raw } from './git-wire.ts';

let gitlab: GitServer;
let dir: string;
let work: string;

beforeAll(async () => {
  gitlab = await startGitServer();
  dir = await mkdtemp(join(tmpdir(), 'sandbox-gitlab-pipelines-'));
  work = await makeRepository(dir);
  const files = { '.gitlab-ci.yml': 'test: { script: [make] }\n' };
  const commit = filesOf(join(work, '.git'), files, { parents: [], message: 'CI' });
  git(work, 'update-ref', 'refs/heads/with-ci', commit);
});
afterAll(async () => {
  await gitlab.close();
  await rm(dir, { recursive: true, force: true });
});

/** Status and ref of every pipeline; the status of the answer when it is no list. */
async function pipelines(name: string): Promise<unknown> {
  await gitlab.context.settle();
  const url = `${gitlab.url}/api/v4/projects/team%2F${name}/pipelines`;
  const answer = await raw(url, { method: 'GET', headers: { 'private-token': gitlab.token } });
  if (answer.status !== 200) return answer.status;
  const list = JSON.parse(answer.body) as { status: string; ref: string }[];
  return list.map(({ status, ref }) => `${status} ${ref}`).sort();
}

it('starts a pipeline for a ref with a CI file only', async () => {
  gitlab.addProject('usual');
  await gitOk(work, [
    'push',
    '-q',
    gitlab.remote('team/usual.git'),
    'main',
    'with-ci',
    'with-ci:refs/tags/v1',
  ]);
  expect(await pipelines('usual')).toEqual(['pending v1', 'pending with-ci']);
});

it('leaves skipped pipelines with ci.skip, four at most, also without a CI file', async () => {
  gitlab.addProject('skipped');
  const refs = [1, 2, 3, 4, 5].map((number) => `main:refs/heads/b${number}`);
  await gitOk(work, ['push', '-q', '-o', 'ci.skip', gitlab.remote('team/skipped.git'), ...refs]);
  expect(await pipelines('skipped')).toEqual(['skipped b1', 'skipped b2', 'skipped b3', 'skipped b4']);
});

it('leaves none while builds are disabled, and shows nobody any', async () => {
  const project = gitlab.addProject('muted');
  project.attributes['builds_access_level'] = 'disabled';
  await gitOk(work, ['push', '-q', gitlab.remote('team/muted.git'), 'main', 'with-ci']);
  expect(await pipelines('muted')).toBe(403);
  project.attributes['builds_access_level'] = 'enabled';
  expect(await pipelines('muted')).toEqual([]);
});
