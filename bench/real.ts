/**
 * Real repositories, given by path: gb2gl against the classic pair `git clone --mirror` + `git push` of heads and tags,
 * one repository at a time. Refs are compared after each run. The repositories are copied, never changed.
 *
 *   npx tsx bench/real.ts PATH... [--rounds 1]
 */
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { cli, costOf, environment, line, refsIn, timed } from './run.ts';
import { startBenchServers } from './servers.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '1' } },
});

const pair = `set -e
git clone --quiet --mirror "$SOURCE" mirror.git
git -C mirror.git push --quiet "$TARGET" '+refs/heads/*:refs/heads/*' '+refs/tags/*:refs/tags/*'
`;

for (const path of positionals) {
  for (let round = 0; round < Number(values.rounds); round += 1) await compare(path);
}

async function compare(path: string): Promise<void> {
  const servers = await startBenchServers();
  try {
    const { gitbucket, gitlabs, folder } = servers;
    const name =
      basename(path) === 'repo' ? (basename(dirname(path)).split('+')[1] ?? 'repo') : basename(path, '.git');
    gitbucket.addGroup({ login: 'real', members: [{ login: 'root', manager: true }] });
    const head = execFileSync('git', ['-C', path, 'symbolic-ref', '--short', 'HEAD'], {
      encoding: 'utf8',
    }).trim();
    gitbucket.addRepository({ owner: 'real', name, defaultBranch: head });
    const gitDir = gitbucket.gitDir('real', name);
    rmSync(gitDir, { recursive: true, force: true });
    cpSync(path, gitDir, { recursive: true });

    const group = gitlabs.loop.addGroup({ path: 'real', visibility: 'public' });
    gitlabs.loop.addProject({ namespace: group.path, path: name, defaultBranch: head });
    const cwd = join(folder, 'work');
    await mkdir(cwd);
    const env = environment(gitbucket, gitlabs.loop);
    const loop = await costOf(() =>
      timed('sh', ['-c', pair], {
        cwd,
        env: {
          SOURCE: `${authority(gitbucket.url, 'root', env['GITBUCKET_TOKEN'])}/git/real/${name}.git`,
          TARGET: `${authority(gitlabs.loop.url, 'oauth2', env['GITLAB_TOKEN'])}/real/${name}.git`,
        },
      }),
    );
    const tool = await costOf(() =>
      timed(process.execPath, [cli, 'migrate', '--all'], { cwd, env: environment(gitbucket, gitlabs.tool) }),
    );
    const wanted = refsIn(gitDir);
    for (const [way, gitlab] of Object.entries(gitlabs)) {
      if (refsIn(gitlab.gitDir(`real/${name}`)) !== wanted) throw new Error(`${way}: refs of ${name} differ`);
    }
    const size = execFileSync('du', ['-sm', path], { encoding: 'utf8' }).split('\t')[0];
    console.log(line(`${name} (${wanted.split('\n').length - 1} refs, ${size} MB)`, tool, loop));
  } finally {
    await servers.close();
  }
}

function authority(url: string, user: string, token = ''): string {
  return url.replace('http://', `http://${user}:${token}@`);
}
