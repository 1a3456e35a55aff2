import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RefChange } from '../../src/model/plan.ts';
import { createMirrorTransport } from '../../src/transfer/mirror.ts';
import type { TransferJob, TransferResult } from '../../src/transfer/transport.ts';
import { sourceOf, targetOf } from '../helpers/adapters.ts';
import { quietRuntime } from '../helpers/prepared.ts';
import { testServers, type TestServers } from '../helpers/servers.ts';
import { changesBetween } from './relay-setup.ts';

export type MirrorSetup = TestServers & {
  /** Bare repositories of both servers. */
  source: string;
  target: string;
  /** What would be done now; `ours`: everything on the target was written by us. */
  changes(options?: { ours?: boolean; prune?: boolean }): RefChange[];
  transfer(changes: readonly RefChange[], more?: Partial<TransferJob>): Promise<TransferResult>;
  /** The mirror's folder, once there is one. */
  mirror(): Promise<string>;
};

/** One repository on the embedded GitBucket, one empty project on the embedded GitLab, and the transport between them. */
export async function mirrorSetup(): Promise<MirrorSetup> {
  const servers = await testServers();
  const { gitbucket, gitlab, folder } = servers;
  gitbucket.addGroup({ login: 'team', members: [{ login: 'root', manager: true }] });
  gitbucket.addRepository({ owner: 'team', name: 'one', private: true });
  gitlab.addGroup({ path: 'team' });
  gitlab.addProject({ namespace: 'team', path: 'one' });
  const source = gitbucket.gitDir('team', 'one');
  const target = gitlab.gitDir('team/one');
  const directory = join(folder, 'mirrors');
  const transport = createMirrorTransport({
    directory,
    runtime: quietRuntime(folder),
    stallSeconds: 30,
  });

  const repository = sourceOf(gitbucket);
  await repository.connect();

  function job(changes: readonly RefChange[]): TransferJob {
    return {
      id: 'team/one',
      attempt: 1,
      source: repository.remote({ owner: 'team', name: 'one' }, 'code'),
      target: targetOf(gitlab).remote('team/one'),
      patterns: ['refs/heads/*', 'refs/tags/*', 'refs/notes/*'],
      changes,
      unverifiedIds: [],
      beforeWrite: () => Promise.resolve(),
      progress() {},
      signal: new AbortController().signal,
    };
  }

  return {
    ...servers,
    source,
    target,
    changes: (options) => changesBetween(source, target, options),
    transfer: (changes, more = {}) => transport.transfer({ ...job(changes), ...more }),
    async mirror() {
      const [name = ''] = await readdir(directory);
      return join(directory, name);
    },
  };
}
