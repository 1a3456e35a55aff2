import { mkdir, stat } from 'node:fs/promises';
import pLimit from 'p-limit';
import type { Config } from '../config/schema.ts';
import type { Runtime } from '../environment.ts';
import { isFatal, noticeOf } from '../failures/index.ts';
import { sourceMoved } from '../failures/source.ts';
import { interruption } from '../failures/usage.ts';
import type { LfsFinder } from '../lfs/finder.ts';
import type { Emit } from '../model/events.ts';
import type { Owner, RefListing, Repository } from '../model/forge.ts';
import type { Notice } from '../model/notice.ts';
import { keyOf, type Inventory, type RepositoryPart, type Source } from '../model/source.ts';
import type { LfsWriter } from '../model/target.ts';
import type { MirrorOptions } from '../transfer/mirror.ts';
import { exportLfs } from './export-lfs.ts';
import { exportTracker } from './export-tracker.ts';
import { readSettings } from './people.ts';
import {
  bundleOf,
  carriedListing,
  earlierRepository,
  folderOf,
  listingOf,
  sumsOf,
  writeRepository,
  type CarriedPart,
  type CarriedRepository,
  type Sums,
} from './layout.ts';
import { lfsStore } from './lfs-store.ts';
import { isCarried, writeBundle } from './write-bundle.ts';

export type ExportOptions = {
  source: Source;
  /** What the selection has found on the server. */
  inventory: Inventory;
  directory: string;
  config: Config;
  runtime: Runtime;
  mirrors: MirrorOptions;
  finder: LfsFinder;
  emit: Emit;
};

/** What came of an export; `files` goes into the manifest. */
export type Exported = {
  /** `owner/name` of what was written now, and of what was there as it should be. */
  written: string[];
  unchanged: string[];
  files: Record<string, string>;
  /** Of all files of the repositories. */
  sums: Map<string, string>;
  /** Users and groups that have a role in one of them. */
  named: Map<string, Owner['kind']>;
  problems: Notice[];
  /** LFS objects that the server itself does not have: the rest of their repositories is there. */
  lost: Notice[];
};

/** A repository that is read while people push to it: so often it is read again. */
const tries = 3;

/**
 * Writes every repository of the inventory into the directory, each whole or not at all, and leaves alone what an earlier
 * export wrote and the server still shows. One that fails becomes a problem, and the others go on.
 * @throws interrupted, and what concerns the whole server
 */
export async function exportRepositories(options: ExportOptions): Promise<Exported> {
  const { inventory, config, runtime, emit } = options;
  const { repositories } = inventory;
  const total = repositories.length;
  const exported: Exported = {
    written: [],
    unchanged: [],
    files: {},
    sums: new Map(),
    named: new Map(),
    problems: [],
    lost: [],
  };
  const limit = pLimit(config.limits.transfers);
  const store = lfsStore(options.directory);
  let done = 0;
  emit({ type: 'phase', phase: 'export', total });
  await Promise.all(
    repositories.map((repository) =>
      limit(async () => {
        const id = keyOf(repository);
        if (runtime.stopping.aborted) return;
        const tell = (detail: string): void =>
          emit({ type: 'phase-progress', phase: 'export', done, total, detail });
        try {
          const { changed, carried, lost, sums } = await exportRepository(repository, {
            ...options,
            store,
            tell,
          });
          const sum = await writeRepository(options.directory, carried);
          exported.files[id] = sum;
          for (const [file, each] of [...sumsOf(options.directory, carried, sum), ...sums])
            exported.sums.set(file, each);
          exported.lost.push(...lost);
          for (const { name, kind } of carried.settings?.collaborators.value ?? [])
            exported.named.set(name, kind);
          (changed ? exported.written : exported.unchanged).push(id);
        } catch (error) {
          if (isFatal(error)) throw error;
          exported.problems.push({ ...noticeOf(error, id), object: id });
        }
        done += 1;
        tell(id);
      }),
    ),
  );
  if (runtime.stopping.aborted) throw interruption(options.directory);
  const summary = `${exported.written.length} written, ${exported.unchanged.length} unchanged`;
  emit({ type: 'phase-done', phase: 'export', summary });
  return exported;
}

async function exportRepository(
  repository: Repository,
  options: RepositoryOptions,
): Promise<{ changed: boolean; carried: CarriedRepository; lost: Notice[]; sums: Sums }> {
  const { source, directory } = options;
  const id = keyOf(repository);
  const earlier = await earlierRepository(directory, id);
  await mkdir(folderOf(directory, id), { recursive: true, mode: 0o700 });
  const code = await exportPart(repository, 'code', { ...options, earlier });
  const wiki = await exportPart(repository, 'wiki', { ...options, earlier });
  const lfs = await exportLfs(repository, listingOf(code.part), options);
  const refs = listingOf(code.part).refs;
  const heads = [...refs.keys()].filter((ref) => ref.startsWith('refs/heads/'));
  const branches = heads.map((ref) => ref.slice('refs/heads/'.length));
  const counted = await source.counts(repository, { branches, all: [...refs.keys()] });
  const settings = await readSettings(source, repository, branches);
  const { aborting: signal } = options.runtime;
  const tracker = await exportTracker(repository, { source, directory, tell: options.tell, signal });
  const moved = code.changed || wiki.changed || lfs.copied > 0;
  return {
    changed: moved || tracker.sha256 !== earlier?.tracker,
    lost: lfs.lost,
    sums: tracker.sums,
    carried: {
      id,
      code: code.part,
      wiki: wiki.part,
      lfs: lfs.objects,
      counts: [...counted.counts],
      warnings: counted.warnings,
      settings,
      tracker: tracker.sha256,
    },
  };
}

export type RepositoryOptions = ExportOptions & {
  /** Takes the LFS objects in. */
  store: LfsWriter;
  tell: (detail: string) => void;
};

export type PartOptions = RepositoryOptions & { earlier: CarriedRepository | null };

async function exportPart(
  repository: Repository,
  part: RepositoryPart,
  options: PartOptions,
): Promise<{ part: CarriedPart; changed: boolean }> {
  const { source, directory, earlier, runtime } = options;
  const id = keyOf(repository);
  let readAt = runtime.now();
  let listing = await source.refs(repository, part);
  for (let attempt = 1; ; attempt += 1) {
    const shown = { listing: carriedListing(listing), readAt };
    if (earlier !== null && (await holds(directory, id, part, earlier[part], shown.listing)))
      return { part: { ...shown, bundle: earlier[part].bundle }, changed: false };
    const bundle = await writeBundle(repository, part, listing, options);
    readAt = runtime.now();
    const now = await source.refs(repository, part);
    const moved = movedRef(listing, now);
    if (moved === null) return { part: { ...shown, readAt, bundle }, changed: true };
    if (attempt === tries) throw sourceMoved(id, { detail: `${moved} during each of ${tries} tries` });
    listing = now;
  }
}

/** True when the bundle of an earlier export is what the server shows now. */
async function holds(
  directory: string,
  id: string,
  part: RepositoryPart,
  earlier: CarriedPart,
  listing: CarriedPart['listing'],
): Promise<boolean> {
  if (JSON.stringify(earlier.listing) !== JSON.stringify(listing)) return false;
  if (earlier.bundle === null) return true;
  const there = await stat(bundleOf(directory, id, part)).catch(() => null);
  return there?.size === earlier.bundle.bytes;
}

function movedRef(before: RefListing, now: RefListing): string | null {
  const names = new Set([...before.refs.keys(), ...now.refs.keys()]);
  const moved = [...names].find((ref) => isCarried(ref) && before.refs.get(ref) !== now.refs.get(ref));
  return moved ?? null;
}
