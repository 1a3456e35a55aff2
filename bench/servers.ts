import { cpSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGitBucket, type EmbeddedGitBucket, type GitBucketOptions } from '../sandbox/gitbucket.ts';
import { createGitLab, type EmbeddedGitLab } from '../sandbox/gitlab.ts';

export type BenchServers = {
  folder: string;
  gitbucket: EmbeddedGitBucket;
  /** One GitLab for each way that is compared. */
  gitlabs: { tool: EmbeddedGitLab; loop: EmbeddedGitLab };
  close(): Promise<void>;
};

export async function startBenchServers(options: Partial<GitBucketOptions> = {}): Promise<BenchServers> {
  const folder = await mkdtemp(join(tmpdir(), 'gb2gl-bench-'));
  const gitbucket = await createGitBucket({ dir: join(folder, 'gitbucket'), ...options });
  const tool = await createGitLab({ dir: join(folder, 'gitlab-tool') });
  const loop = await createGitLab({ dir: join(folder, 'gitlab-loop') });
  return {
    folder,
    gitbucket,
    gitlabs: { tool, loop },
    async close() {
      await Promise.all([gitbucket.close(), tool.close(), loop.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Puts on GitLab what a migration would, by copying files. */
export function copyAll(
  { gitbucket, gitlabs: { tool: gitlab } }: BenchServers,
  groups: readonly string[],
): void {
  for (const path of groups) gitlab.addGroup({ path, visibility: 'public' });
  for (const { owner, name } of gitbucket.context.state.repositories) {
    gitlab.addProject({ path: name, namespace: owner, visibility: 'public' });
    const gitDir = gitlab.gitDir(`${owner}/${name}`);
    rmSync(gitDir, { recursive: true, force: true });
    cpSync(gitbucket.gitDir(owner, name), gitDir, { recursive: true });
  }
}
