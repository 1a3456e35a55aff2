import { join } from 'node:path';
import { expect } from 'vitest';
import { createGitBucket, type EmbeddedGitBucket, type GitBucketOptions } from '../../sandbox/gitbucket.ts';
import { createGitLab, type EmbeddedGitLab, type GitLabOptions } from '../../sandbox/gitlab.ts';
import type { LoggedRequest } from '../../sandbox/server.ts';
import { atEnd } from './cleanup.ts';
import { tempDir } from './temp-dir.ts';

export { refsIn } from './refs.ts';

export type TestServers = {
  folder: string;
  gitbucket: EmbeddedGitBucket;
  gitlab: EmbeddedGitLab;
  /** Variables that point the binary to both servers, as administrators. */
  env: Record<string, string>;
};

export type TestServersOptions = {
  gitbucket?: Partial<GitBucketOptions>;
  gitlab?: Partial<GitLabOptions>;
};

/** Both embedded servers, empty; closed when the test is over, which fails when a fault was never met. */
export async function testServers(options: TestServersOptions = {}): Promise<TestServers> {
  const folder = await tempDir();
  const gitbucket = await createGitBucket({ dir: join(folder, 'gitbucket'), ...options.gitbucket });
  const gitlab = await createGitLab({ dir: join(folder, 'gitlab'), ...options.gitlab });
  atEnd(async () => {
    const unused = [...gitbucket.server.faults.unused(), ...gitlab.server.faults.unused()];
    await Promise.all([gitbucket.close(), gitlab.close()]);
    expect(unused, 'faults that were never met').toEqual([]);
  });
  return {
    folder,
    gitbucket,
    gitlab,
    env: {
      GITBUCKET_URL: gitbucket.url,
      GITBUCKET_TOKEN: gitbucket.token('root'),
      GITLAB_URL: gitlab.url,
      GITLAB_TOKEN: gitlab.token('root'),
    },
  };
}

/** POST requests that only ask. What an LFS batch is followed by is the write: its PUT. */
const asks = /git-upload-pack|\/info\/lfs\/objects\/batch$/;

/** Requests by which a client changes something: API writes and pushes, but not the question whether pushes are taken at all. */
export function writesOf(requests: readonly LoggedRequest[]): LoggedRequest[] {
  return requests.filter(
    ({ method, url }) =>
      (method !== 'GET' && method !== 'HEAD' && !asks.test(url)) ||
      (url.includes('git-receive-pack') && !url.includes('/gb2gl-no-such-group/')),
  );
}
