import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { LoggedRequest } from '../../sandbox/server.ts';
import { Failure } from '../../src/failures/failure.ts';
import type { Remote } from '../../src/git/remote.ts';
import type { Source } from '../../src/model/source.ts';
import type { Target } from '../../src/model/target.ts';
import type { RefChange } from '../../src/model/plan.ts';
import { planRefs } from '../../src/plan/refs.ts';
import { createRelayTransport } from '../../src/transfer/relay.ts';
import type { TransferJob, TransferResult, Transport } from '../../src/transfer/transport.ts';
import { sourceOf, targetOf } from '../helpers/adapters.ts';
import { git } from '../helpers/commits.ts';
import { cuttingFront, type Front, type FrontOptions } from '../helpers/cutting-front.ts';
import { quietRuntime } from '../helpers/prepared.ts';
import { refsIn, testServers, type TestServers, type TestServersOptions } from '../helpers/servers.ts';

export type RelaySetup = TestServers & {
  /** Bare repositories of both servers. */
  source: string;
  target: string;
  /** A further pair of repositories of that name; or a further project for the repository `from`. */
  add(name: string, from?: string): RelayPair;
  /** What stands before both servers, when it was asked for. */
  fronts: { source: Front; target: Front } | null;
  repository: Source;
  project: Target;
  changes(options?: { ours?: boolean; prune?: boolean }): RefChange[];
  transfer(changes?: readonly RefChange[], more?: Partial<TransferJob>): Promise<TransferResult>;
};

export type RelayPair = Pick<RelaySetup, 'source' | 'target' | 'changes' | 'transfer'>;

const ALL = ['refs/heads', 'refs/tags', 'refs/notes'];

/** A repository on the embedded GitBucket, an empty project on the embedded GitLab, and the relay between them. */
export async function relaySetup(
  options: TestServersOptions & {
    transport?: (folder: string) => Transport;
    front?: boolean | { source?: FrontOptions; target?: FrontOptions };
  } = {},
): Promise<RelaySetup> {
  const servers = await testServers(options);
  const { gitbucket, gitlab, folder } = servers;
  gitbucket.addGroup({ login: 'team', members: [{ login: 'root', manager: true }] });
  gitlab.addGroup({ path: 'team' });
  const transport = options.transport?.(folder) ?? createRelayTransport(quietRuntime(folder));
  const given = typeof options.front === 'object' ? options.front : {};
  const fronts = options.front
    ? {
        source: await cuttingFront(gitbucket.url, given.source),
        target: await cuttingFront(gitlab.url, given.target),
      }
    : null;
  const repository = sourceOf({ ...gitbucket, url: fronts?.source.url ?? gitbucket.url });
  const project = targetOf({ ...gitlab, url: fronts?.target.url ?? gitlab.url });
  await repository.connect();

  function add(name: string, from = name): RelayPair {
    if (from === name) gitbucket.addRepository({ owner: 'team', name, private: true });
    gitlab.addProject({ namespace: 'team', path: name });
    const source = gitbucket.gitDir('team', from);
    const target = gitlab.gitDir(`team/${name}`);
    const changes: RelayPair['changes'] = (given = {}) => changesBetween(source, target, given);
    return {
      source,
      target,
      changes,
      transfer: (wanted = changes(), more = {}) => {
        const job = jobOf(
          `team/${name}`,
          repository.remote({ owner: 'team', name: from }, 'code'),
          project.remote(`team/${name}`),
        );
        return transport.transfer({ ...job, changes: wanted, ...more });
      },
    };
  }

  return { ...servers, ...add('one'), add, fronts, repository, project };
}

function jobOf(id: string, source: Remote, target: Remote): TransferJob {
  return {
    id,
    attempt: 1,
    source,
    target,
    patterns: ['refs/heads/*', 'refs/tags/*', 'refs/notes/*'],
    changes: [],
    unverifiedIds: [],
    ensureTarget: () => Promise.resolve(),
    beforeWrite: () => Promise.resolve(),
    progress() {},
    signal: new AbortController().signal,
  };
}

/** What would be done now; `ours`: everything on the target was written by us. */
export function changesBetween(
  source: string,
  target: string,
  { ours = false, prune = false }: { ours?: boolean; prune?: boolean } = {},
): RefChange[] {
  const there = refMap(target);
  return planRefs({
    source: { refs: refMap(source), head: 'refs/heads/main' },
    target: there,
    written: new Map(ours ? [...there].map(([ref, id]) => [ref, new Set([id])]) : []),
    defaultBranch: 'main',
    repository: 'team/one',
    initialBranch: 'main',
    notes: true,
    prune,
    targetDefault: 'main',
  });
}

function refMap(gitDir: string): Map<string, string> {
  return new Map(refsIn(gitDir, ALL).map((line) => [line.slice(41), line.slice(0, 40)]));
}

/** Demands that every ref has its whole history, and that no part of a broken push lies about. */
export function expectSound(gitDir: string): void {
  git(gitDir, 'fsck', '--connectivity-only');
  if (refsIn(gitDir, ['refs/']).length > 0) git(gitDir, 'rev-list', '--objects', '--all');
  expect(leftovers(gitDir)).toEqual([]);
}

/** Quarantines of pushes that were not cleaned up. */
export function leftovers(gitDir: string): string[] {
  const objects = join(gitDir, 'objects');
  return existsSync(objects) ? readdirSync(objects).filter((name) => name.startsWith('tmp_objdir')) : [];
}

/** Demands that the target has what the source has. */
export function expectEqual({ source, target }: Pick<RelayPair, 'source' | 'target'>): void {
  expect(refsIn(target, ALL)).toEqual(refsIn(source, ALL));
  expectSound(target);
}

export function gitRequests(requests: readonly LoggedRequest[]): string[] {
  return requests
    .filter(({ url }) => url.includes('.git/'))
    .map(({ method, url }) => `${method} ${url.replace(/^.*\.git\//, '').replace(/\?service=/, ' ')}`);
}

/** The expected failure of a transfer; anything else fails the test. */
export async function failureOf(transfer: Promise<unknown>): Promise<Failure> {
  const error = await transfer.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Failure)) throw new Error(`expected an expected error: ${String(error)}`);
  return error;
}
