import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import pLimit from 'p-limit';
import type { Config } from '../config/schema.ts';
import type { Runtime } from '../environment.ts';
import { bundleFailed } from '../failures/carrier.ts';
import { isFatal, noticeOf } from '../failures/index.ts';
import { sourceMoved } from '../failures/source.ts';
import { interruption } from '../failures/usage.ts';
import { GitExit, remoteText } from '../git/errors.ts';
import { createGit } from '../git/run.ts';
import { feed } from '../git/stream.ts';
import type { Emit } from '../model/events.ts';
import type { RefListing, Repository } from '../model/forge.ts';
import type { Notice } from '../model/notice.ts';
import type { Inventory, RepositoryPart, Source } from '../model/source.ts';
import { updateMirror, type MirrorOptions } from '../transfer/mirror.ts';
import {
  bundleOf,
  carriedListing,
  earlierRepository,
  folderOf,
  listingOf,
  writeRepository,
  type CarriedPart,
  type CarriedRepository,
} from './layout.ts';

export type ExportOptions = {
  source: Source;
  /** What the selection has found on the server. */
  inventory: Inventory;
  directory: string;
  config: Config;
  runtime: Runtime;
  mirrors: MirrorOptions;
  emit: Emit;
};

/** What came of an export; `files` goes into the manifest. */
export type Exported = {
  /** `owner/name` of what was written now, and of what was there as it should be. */
  written: string[];
  unchanged: string[];
  files: Record<string, string>;
  problems: Notice[];
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
  const exported: Exported = { written: [], unchanged: [], files: {}, problems: [] };
  const limit = pLimit(config.limits.transfers);
  let done = 0;
  emit({ type: 'phase', phase: 'export', total });
  await Promise.all(
    repositories.map((repository) =>
      limit(async () => {
        const id = `${repository.owner}/${repository.name}`;
        if (runtime.stopping.aborted) return;
        const tell = (detail: string): void =>
          emit({ type: 'phase-progress', phase: 'export', done, total, detail });
        try {
          const { changed, carried } = await exportRepository(repository, options, tell);
          exported.files[id] = await writeRepository(options.directory, carried);
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
  options: ExportOptions,
  tell: (detail: string) => void,
): Promise<{ changed: boolean; carried: CarriedRepository }> {
  const { source, directory } = options;
  const id = `${repository.owner}/${repository.name}`;
  const earlier = await earlierRepository(directory, id);
  await mkdir(folderOf(directory, id), { recursive: true, mode: 0o700 });
  const code = await exportPart(repository, 'code', { ...options, earlier, tell });
  const wiki = await exportPart(repository, 'wiki', { ...options, earlier, tell });
  const refs = listingOf(code.part).refs;
  const branches = [...refs.keys()].filter((ref) => ref.startsWith('refs/heads/'));
  const counted = await source.counts(repository, {
    branches: branches.map((ref) => ref.slice('refs/heads/'.length)),
    all: [...refs.keys()],
  });
  return {
    changed: code.changed || wiki.changed,
    carried: {
      id,
      code: code.part,
      wiki: wiki.part,
      counts: [...counted.counts],
      warnings: counted.warnings,
    },
  };
}

type PartOptions = ExportOptions & {
  earlier: CarriedRepository | null;
  tell: (detail: string) => void;
};

async function exportPart(
  repository: Repository,
  part: RepositoryPart,
  options: PartOptions,
): Promise<{ part: CarriedPart; changed: boolean }> {
  const { source, directory, earlier, runtime } = options;
  const id = `${repository.owner}/${repository.name}`;
  let listing = await source.refs(repository, part);
  for (let attempt = 1; ; attempt += 1) {
    const readAt = runtime.now();
    const shown = { listing: carriedListing(listing), readAt };
    if (earlier !== null && (await holds(directory, id, part, earlier[part], shown.listing)))
      return { part: { ...shown, bundle: earlier[part].bundle }, changed: false };
    const bundle = await writeBundle(repository, part, listing, options);
    const now = await source.refs(repository, part);
    const moved = movedRef(listing, now);
    if (moved === null) return { part: { ...shown, bundle }, changed: true };
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

/** What GitBucket makes anew whenever somebody looks at a pull request is nobody's. */
function isCarried(ref: string): boolean {
  return !/^refs\/(?:pull\/\d+\/(?:merge|conflict)$|remote-temp\/)/.test(ref);
}

/** What was written; null where there is nothing to be bundled. @throws bundle-failed */
async function writeBundle(
  repository: Repository,
  part: RepositoryPart,
  { refs }: RefListing,
  { source, directory, mirrors, runtime, tell }: PartOptions,
): Promise<CarriedPart['bundle']> {
  const id = `${repository.owner}/${repository.name}`;
  const file = bundleOf(directory, id, part);
  const names = [...refs.keys()].filter((ref) => isCarried(ref));
  if (names.length === 0) {
    await rm(file, { force: true });
    return null;
  }
  const usual = ['refs/heads/*', 'refs/tags/*'];
  const others = names.filter((ref) => !/^refs\/(?:heads|tags)\//.test(ref));
  const { directory: mirror, git } = await updateMirror(
    {
      id: part === 'code' ? id : `${id}.wiki`,
      source: source.remote(repository, part),
      patterns: [...usual, ...patternsOf(others)],
      progress: (stage, percent) =>
        tell(`${id} ${stage}${percent === null ? '' : ` ${Math.floor(percent)} %`}`),
      signal: runtime.aborting,
    },
    mirrors,
  );
  const unfinished = `${file}.new`;
  try {
    const at = createGit({ ...mirrors, directory: mirror, remotes: [], signal: runtime.aborting });
    const bundling = at.start('bundle', 'create', '--quiet', unfinished, '--stdin');
    const there = new Set((await git.run('for-each-ref', '--format=%(refname)')).split('\n'));
    await feed(
      bundling.stdin,
      names.filter((ref) => there.has(ref)),
    );
    bundling.stdout.resume();
    await bundling.ended;
  } catch (error) {
    await rm(unfinished, { force: true });
    if (runtime.aborting.aborted) throw interruption(id);
    if (!(error instanceof GitExit)) throw error;
    throw bundleFailed(id, { detail: remoteText(error.stderr) }, error);
  }
  const bundle = { bytes: (await stat(unfinished)).size, sha256: await hashOf(unfinished) };
  await rename(unfinished, file);
  return bundle;
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** Refs of the same kind in one pattern: thousands of pull requests are too much for a command line. */
function patternsOf(refs: readonly string[]): string[] {
  const spaces = new Set(refs.map((ref) => /^refs\/[^/]+\//.exec(ref)?.[0] ?? ''));
  const single = refs.filter((ref) => !/^refs\/[^/]+\//.test(ref));
  return [...[...spaces].filter((space) => space !== '').map((space) => `${space}*`), ...single];
}
