import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { Project } from '../../../sandbox/gitlab.ts';
import { git, gitOk, makeRepository, startGitServer, type GitRun, type GitServer } from './git-server.ts';

/** One server for a test file with users of several levels, a fresh empty project for each test. */
export type RulesFixture = {
  gitlab: GitServer;
  /** A local repository of three commits on `main`. */
  work: string;
  project: Project;
  /** Differs from test to test. */
  count: number;
  developer: string;
  maintainer: string;
  push(refs: string[], token?: string): Promise<GitRun>;
  /** What Rails says to a push that must be refused. */
  refusal(refs: string[], token?: string): Promise<string>;
  /** Pushes `main` and `side`, and waits until the default branch is protected. */
  fill(): Promise<void>;
  protect(name: string, levels?: { push?: number; merge?: number; force?: boolean }): void;
};

export function useRulesFixture(): RulesFixture {
  let dir = '';

  function memberToken(username: string, level: number): string {
    const user = fixture.gitlab.addUser({ username });
    fixture.gitlab.addMember(user, level);
    return fixture.gitlab.addToken(user);
  }

  const fixture = {
    count: 0,
    push(refs, token) {
      const remote = fixture.gitlab.remote(`${fixture.project.fullPath}.git`, token);
      return git(fixture.work, ['push', remote, ...refs]);
    },
    async refusal(refs, token) {
      const run = await fixture.push(refs, token);
      if (run.code !== 1 || !run.stderr.includes('pre-receive hook declined')) throw new Error(run.stderr);
      return /^remote: GitLab: (.*?) *$/m.exec(run.stderr)?.[1] ?? run.stderr;
    },
    async fill() {
      const remote = fixture.gitlab.remote(`${fixture.project.fullPath}.git`);
      await gitOk(fixture.work, ['push', '-q', remote, 'main', 'main~1:refs/heads/side']);
      await fixture.gitlab.context.settle();
    },
    protect(name, levels = {}) {
      fixture.project.protectedBranches.push({
        id: fixture.count,
        name,
        pushAccessLevel: levels.push ?? 40,
        mergeAccessLevel: levels.merge ?? 40,
        allowForcePush: levels.force ?? false,
      });
    },
  } as RulesFixture;

  beforeAll(async () => {
    fixture.gitlab = await startGitServer();
    dir = await mkdtemp(join(tmpdir(), 'sandbox-gitlab-rules-'));
    fixture.work = await makeRepository(dir, 3);
    fixture.developer = memberToken('dev', 30);
    fixture.maintainer = memberToken('keeper', 40);
  });
  beforeEach(() => {
    fixture.count += 1;
    fixture.project = fixture.gitlab.addProject(`p${fixture.count}`);
  });
  afterEach(() => fixture.gitlab.context.settle());
  afterAll(async () => {
    await fixture.gitlab.close();
    await rm(dir, { recursive: true, force: true });
  });
  return fixture;
}
