import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { storeLfsObject } from '../../sandbox/gitbucket.ts';
import type { Project } from '../../sandbox/gitlab.ts';
import type { LoggedRequest } from '../../sandbox/server.ts';
import type { LfsObject, Source } from '../../src/model/source.ts';
import type { GitLabTarget } from '../../src/gitlab/target.ts';
import { copyLfs, type LfsCopied, type LfsCopy } from '../../src/transfer/lfs.ts';
import { sourceOf, targetOf } from './adapters.ts';
import type { TestServersOptions } from './servers.ts';
import { team, type Team } from './team.ts';

/** The repository `team/<name>` on the source, its empty project `root/<name>`, and what moves objects between them. */
export type LfsPair = Team & {
  source: Source;
  target: GitLabTarget;
  project: Project;
  name: string;
  /** Puts objects of these sizes into the repository. */
  store(...sizes: number[]): Promise<LfsObject[]>;
  /** Moves them; gives what came of it, and what was told on the way. */
  copy(objects: readonly LfsObject[], options?: Partial<LfsCopy>): Promise<LfsCopied & { told: number[][] }>;
  /** Objects that GitLab has, in whatever project. */
  kept(objects: readonly LfsObject[]): LfsObject[];
  /** Requests for the objects themselves. */
  gets(): LoggedRequest[];
  puts(): LoggedRequest[];
  batches(side: 'gitbucket' | 'gitlab'): LoggedRequest[];
};

export type LfsPairOptions = TestServersOptions & {
  name?: string;
  /** The name under which GitBucket keeps the objects, where that is another one (GB-146). */
  storedAs?: string;
  /** The tool's clock. */
  now?: () => number;
  /** Of something before GitLab. */
  targetUrl?: (url: string) => Promise<string>;
  token?: (servers: Team) => string;
};

/** Both servers with one repository that has LFS objects, and its project. */
export async function lfsPair({
  name = 'one',
  storedAs = name,
  now,
  ...options
}: LfsPairOptions = {}): Promise<LfsPair> {
  const servers = await team(options);
  const { gitbucket, gitlab } = servers;
  servers.add(name);
  const clock = now === undefined ? {} : { now };
  const source = sourceOf(gitbucket, 'root', clock);
  const url = await options.targetUrl?.(gitlab.url);
  const own = targetOf(gitlab);
  const target = targetOf(gitlab, options.token?.(servers), {
    ...clock,
    ...(url === undefined ? {} : { url }),
  });
  await source.connect();
  const me = await own.findUser('root');
  await own.createProject({
    path: name,
    fullPath: `root/${name}`,
    name,
    description: '',
    visibility: 'private',
    defaultBranch: null,
    noise: {},
    namespaceId: me?.namespaceId ?? 0,
    userId: null,
  });
  return {
    ...servers,
    name,
    source,
    target,
    project: gitlab.project(`root/${name}`),
    async store(...sizes) {
      const objects: LfsObject[] = [];
      for (const size of sizes) {
        const bytes = randomBytes(size);
        const oid = createHash('sha256').update(bytes).digest('hex');
        await storeLfsObject(gitbucket.context, 'team', storedAs, oid, bytes);
        objects.push({ oid, size });
      }
      return objects;
    },
    async copy(objects, more) {
      const told: number[][] = [];
      const copied = await copyLfs({
        id: `team/${name}`,
        objects,
        reader: source.lfs({ owner: 'team', name }),
        writer: target.lfs(`root/${name}`),
        progress: (...numbers) => void told.push(numbers),
        signal: new AbortController().signal,
        ...more,
      });
      return { ...copied, told };
    },
    kept: (objects) =>
      objects.filter(({ oid }) =>
        existsSync(join(gitlab.context.lfsDir(), oid.slice(0, 2), oid.slice(2, 4), oid.slice(4))),
      ),
    gets: () =>
      gitbucket.server.requests.filter(
        ({ method, url: asked }) => method === 'GET' && asked.includes('/git-lfs/'),
      ),
    puts: () => gitlab.server.requests.filter(({ method }) => method === 'PUT'),
    batches: (side) =>
      servers[side].server.requests.filter(({ url: asked }) => asked.endsWith('/info/lfs/objects/batch')),
  };
}
