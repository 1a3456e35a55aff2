import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { gitOk, makeRepository, startGitServer, type GitServer } from './git-server.ts';
import { packOf, pushBody, raw, readAnswer, type PushInput } from './git-wire.ts';

export const PUSH_TYPE = { 'content-type': 'application/x-git-receive-pack-request' };

type PushAnswer = ReturnType<typeof readAnswer>;

/** One server for a test file, a fresh empty project for each test. */
export type PushFixture = {
  gitlab: GitServer;
  dir: string;
  /** A local repository of three commits; `tip` is `main`, `parent` the one before, `pack` has them all. */
  work: string;
  tip: string;
  parent: string;
  pack: Buffer;
  /** Full path of this test's project. */
  path: string;
  gitDir: string;
  post(body: Buffer | string, headers?: Record<string, string>): ReturnType<typeof raw>;
  push(input: PushInput): Promise<PushAnswer>;
  /** Pushes `main` at its tip and `old` one commit before. */
  fill(): Promise<PushAnswer>;
  mainOnly(): { new: string; ref: string }[];
  refs(): Promise<string>;
  /** Quarantine directories that nobody has cleaned up. */
  leftovers(): Promise<string[]>;
};

export function usePushFixture(): PushFixture {
  let count = 0;

  async function push(input: PushInput): Promise<PushAnswer> {
    const answer = await fixture.post(pushBody(input));
    expect(answer.status).toBe(200);
    return readAnswer(answer.body);
  }

  const fixture = {
    post(body, headers = {}) {
      const url = `${fixture.gitlab.url}/${fixture.path}.git/git-receive-pack`;
      const { token } = fixture.gitlab;
      return raw(url, { method: 'POST', token, headers: { ...PUSH_TYPE, ...headers }, body });
    },
    push,
    fill() {
      const commands = [...fixture.mainOnly(), { new: fixture.parent, ref: 'refs/heads/old' }];
      return push({ commands, pack: fixture.pack });
    },
    mainOnly: () => [{ new: fixture.tip, ref: 'refs/heads/main' }],
    refs: () => gitOk(fixture.gitDir, ['for-each-ref', '--format=%(refname:short)']),
    async leftovers() {
      const entries = await readdir(join(fixture.gitDir, 'objects'));
      return entries.filter((name) => name.startsWith('tmp_objdir'));
    },
  } as PushFixture;

  beforeAll(async () => {
    fixture.gitlab = await startGitServer();
    fixture.dir = await mkdtemp(join(tmpdir(), 'sandbox-gitlab-push-'));
    fixture.work = await makeRepository(fixture.dir, 3);
    fixture.tip = await gitOk(fixture.work, ['rev-parse', 'main']);
    fixture.parent = await gitOk(fixture.work, ['rev-parse', 'main~1']);
    fixture.pack = await packOf(fixture.work, ['main']);
  });
  beforeEach(() => {
    count += 1;
    const project = fixture.gitlab.addProject(`push-${count}`);
    fixture.path = project.fullPath;
    fixture.gitDir = fixture.gitlab.context.gitDir(project);
  });
  afterAll(async () => {
    await fixture.gitlab.close();
    await rm(fixture.dir, { recursive: true, force: true });
  });
  return fixture;
}
