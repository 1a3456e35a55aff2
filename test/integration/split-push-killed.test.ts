import { differencesOf } from '../helpers/code-of.ts';
import { expect, test } from 'vitest';
import { parseResult } from '../../src/report/schema.ts';
import { git, noisyCommits } from '../helpers/commits.ts';
import { descendants, ended, killAll } from '../helpers/processes.ts';
import { runCli, startCli } from '../helpers/run-cli.ts';
import { refsIn, testServers } from '../helpers/servers.ts';

/** Commits of 20 kB that do not compress. */
function commits(gitDir: string, branch: string, count: number): void {
  const seeds = Array.from({ length: count }, (_, index) => `${branch} ${index}`);
  noisyCommits(gitDir, branch, seeds);
}

test.each([3, 5])(
  'a run that is killed between portions, after %i pushes, is completed by the next one',
  async (skip) => {
    const { folder, gitbucket, gitlab, env } = await testServers();
    gitlab.settings.git.receiveMaxInputSize = 300_000;
    gitbucket.addGroup({ login: 'team', members: [{ login: 'root', manager: true }] });
    gitbucket.addRepository({ owner: 'team', name: 'one', private: true });
    const source = gitbucket.gitDir('team', 'one');
    commits(source, 'main', 20);
    git(source, 'update-ref', 'refs/heads/topic', 'refs/heads/main');
    commits(source, 'topic', 20);
    git(source, 'tag', 'v1', 'topic');
    const running = startCli(['migrate', '--all', '--yes'], { cwd: folder, env });
    let orphans: number[] = [];
    // The first ones are refused for their size.
    gitlab.server.faults.add({
      method: 'POST',
      url: /git-receive-pack/,
      skip,
      action: {
        kind: 'notice',
        call() {
          orphans = descendants(running.child.pid ?? 0);
          running.child.kill('SIGKILL');
          killAll(orphans);
          throw new Error('the client is gone');
        },
      },
    });
    await running.finished;
    await ended(orphans);
    const half = refsIn(gitlab.gitDir('team/one'));
    expect(half.length).toBeGreaterThan(0);
    expect(refsIn(source)).not.toEqual(expect.arrayContaining(half));

    const { code, stdout, stderr } = await runCli(['migrate', '--all', '--yes', '--json'], {
      cwd: folder,
      env,
    });

    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(
      parseResult(JSON.parse(stdout)).items.flatMap((item) =>
        item.kind === 'project' ? differencesOf(item) : [],
      ),
    ).toEqual([]);
    expect(refsIn(gitlab.gitDir('team/one'))).toEqual(refsIn(source));
  },
);
