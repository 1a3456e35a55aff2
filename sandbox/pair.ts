import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGitBucket, type EmbeddedGitBucket } from './gitbucket.ts';
import { createGitLab, type EmbeddedGitLab } from './gitlab.ts';
import { seedColleagues } from './seed/colleagues.ts';
import { seedSample, type SampleServer } from './seed/sample.ts';

/** An embedded GitBucket with the sample server in it, and an embedded GitLab with some accounts, both on loopback. */
export type SandboxPair = {
  gitbucket: EmbeddedGitBucket;
  gitlab: EmbeddedGitLab;
  sample: SampleServer;
  /** Token of GitLab's administrator. */
  gitlabToken: string;
  /** Stops both and removes all they had. */
  close(): Promise<void>;
};

export async function startSandboxPair(
  ports: { gitbucket?: number; gitlab?: number } = {},
): Promise<SandboxPair> {
  const folder = await mkdtemp(join(tmpdir(), 'gb2gl-sandbox-'));
  const [first, second] = await Promise.allSettled([
    createGitBucket({ dir: join(folder, 'gitbucket'), ...portOf(ports.gitbucket) }),
    createGitLab({ dir: join(folder, 'gitlab'), ...portOf(ports.gitlab) }),
  ]);
  if (first.status === 'rejected' || second.status === 'rejected') {
    for (const started of [first, second]) if (started.status === 'fulfilled') await started.value.close();
    await rm(folder, { recursive: true, force: true });
    throw first.status === 'rejected' ? first.reason : (second as PromiseRejectedResult).reason;
  }
  const [gitbucket, gitlab] = [first.value, second.value];
  const sample = await seedSample(gitbucket);
  seedColleagues(gitlab);
  gitlab.allowImports();
  return {
    gitbucket,
    gitlab,
    sample,
    gitlabToken: gitlab.token('root'),
    async close() {
      await Promise.all([gitbucket.close(), gitlab.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function portOf(port: number | undefined): { port?: number } {
  return port === undefined ? {} : { port };
}
