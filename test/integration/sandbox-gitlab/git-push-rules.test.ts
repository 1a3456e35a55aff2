import { beforeEach, describe, expect, it } from 'vitest';
import { useRulesFixture } from './git-rules-fixture.ts';
import { gitOk } from './git-server.ts';

const at = useRulesFixture();

describe('an empty project', () => {
  it('takes no first push from a developer, and says who may', async () => {
    const run = await at.push(['main'], at.developer);
    expect(run.stderr).toContain(
      `A default branch (e.g. main) does not yet exist for ${at.project.fullPath}`,
    );
    expect(run.stderr).toContain('Ask a project Owner or Maintainer to create a default branch:');
    expect(run.stderr).toContain(`  ${at.gitlab.url}/${at.project.fullPath}/-/project_members`);
    expect((await at.push(['main'], at.maintainer)).code).toBe(0);
  });

  it.each([
    [0, 0],
    [1, 0],
    [2, 1],
    [3, 1],
    [4, 0],
  ] as const)('with default protection %i: a developer gets exit %i', async (protection, code) => {
    at.gitlab.settings.defaultBranchProtection = protection;
    const run = await at.push(['main'], at.developer);
    at.gitlab.settings.defaultBranchProtection = 2;
    expect(run.code).toBe(code);
  });
});

describe('after the first push', () => {
  beforeEach(() => at.fill());

  it('the default branch is protected a little later', () => {
    expect(at.project.protectedBranches.map(({ name }) => name)).toEqual(['main']);
  });

  it('that branch cannot be rewritten, not even by the owner, unless that is allowed', async () => {
    expect(await at.refusal(['+main~1:main'])).toBe(
      'You are not allowed to force push code to a protected branch on this project.',
    );
    at.project.protectedBranches[0]!.allowForcePush = true;
    expect((await at.push(['+main~1:main'])).code).toBe(0);
    at.project.protectedBranches[0]!.allowForcePush = false;
    expect((await at.push(['main'])).code).toBe(0);
  });

  it('a fast-forward whose commits are still in quarantine is no rewriting', async () => {
    await gitOk(at.work, ['checkout', '-q', '-B', 'ahead', 'main']);
    await gitOk(at.work, ['commit', '-q', '--allow-empty', '-m', `more ${at.count}`]);
    expect((await at.push(['ahead:main'])).code).toBe(0);
    await gitOk(at.work, ['checkout', '-q', 'main']);
  });

  it('an unprotected branch can be rewritten and deleted', async () => {
    expect((await at.push(['+main~2:side'])).code).toBe(0);
    expect((await at.push([':side'])).code).toBe(0);
  });

  it('the default branch cannot be deleted', async () => {
    expect(await at.refusal([':main'])).toBe('The default branch of a project cannot be deleted.');
  });

  it('a protected branch cannot be deleted by git', async () => {
    at.protect('side');
    expect(await at.refusal([':side'])).toBe(
      'You can only delete protected branches using the web interface.',
    );
    expect(await at.refusal([':side'], at.developer)).toBe(
      'You are not allowed to delete protected branches from this project. Only a project maintainer or owner can delete a protected branch.',
    );
  });

  it('a level that the pusher lacks is told', async () => {
    expect(await at.refusal(['+main~1:main'], at.developer)).toBe(
      'You are not allowed to force push code to a protected branch on this project.',
    );
    at.protect('side');
    expect(await at.refusal(['main:side'], at.developer)).toBe(
      'You are not allowed to push code to protected branches on this project.',
    );
  });

  it('"no one" shuts out owners and administrators too', async () => {
    at.protect('side', { push: 0 });
    expect(await at.refusal(['main:side'])).toBe(
      'You are not allowed to push code to protected branches on this project.',
    );
    const admin = at.gitlab.addToken(at.gitlab.addUser({ username: `root${at.count}`, admin: true }));
    expect(await at.refusal(['main:side'], admin)).toBe(
      'You are not allowed to push code to protected branches on this project.',
    );
  });

  it('a wildcard protects branches that do not exist yet', async () => {
    at.protect('stable/*');
    expect(await at.refusal(['main:stable/1'], at.developer)).toBe(
      'You are not allowed to create protected branches on this project.',
    );
    at.project.protectedBranches.at(-1)!.mergeAccessLevel = 30;
    expect(await at.refusal(['main:stable/1'], at.developer)).toBe(
      'You can only create protected branches using the web interface and API.',
    );
    expect((await at.push(['main:stable/1'], at.maintainer)).code).toBe(0);
  });

  it('protected tags are neither moved nor deleted, and made by those who may', async () => {
    at.project.protectedTags.push({ name: 'v*', createAccessLevel: 40 });
    expect(await at.refusal(['main:refs/tags/v1'], at.developer)).toBe(
      'You are not allowed to create this tag as it is protected.',
    );
    expect((await at.push(['main:refs/tags/v1'], at.maintainer)).code).toBe(0);
    expect(await at.refusal(['+main~1:refs/tags/v1'])).toBe('Protected tags cannot be updated.');
    expect(await at.refusal([':refs/tags/v1'])).toBe(
      'You can only delete protected tags using the web interface.',
    );
    expect((await at.push(['main:refs/tags/free'], at.developer)).code).toBe(0);
    expect((await at.push(['+main~1:refs/tags/free'], at.developer)).code).toBe(0);
  });

  it('one refused ref declines its neighbours', async () => {
    const run = await at.push([':main', 'main:other']);
    expect(run.stderr.match(/pre-receive hook declined/g)).toHaveLength(2);
  });
});
