import { plural } from '../text/format.ts';
import { interruption } from '../failures/usage.ts';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, dirname } from 'node:path';
import { writeHead } from '../../sandbox/gitlab.ts';
import { withAttempts } from '../engine/attempts.ts';
import type { PrepareOptions, Prepared } from '../engine/prepare.ts';
import { failedResult } from '../engine/results.ts';
import type { Runtime } from '../environment.ts';
import { gitFailure } from '../git/errors.ts';
import { createGit, type Git } from '../git/run.ts';
import { presentObjects } from '../git/objects.ts';
import type { GitRemote } from '../git/remote.ts';
import { isHidden } from '../gitlab/rules/ref-names.ts';
import type { RefListing, RefMap } from '../model/forge.ts';
import type { PlannedProject } from '../model/plan.ts';
import type { ItemResult } from '../model/result.ts';
import { partKey } from '../model/source.ts';
import { needsRefs } from './read-target.ts';
import type { Stage } from './stage.ts';
import { type StandIns, makeStandIns } from './translate.ts';
import pLimit from 'p-limit';

/** Gives the projects that exist their refs. One whose source cannot be fetched fails alone. */
export async function stageProjects(
  { plan, listings }: Prepared,
  stage: Stage,
  folder: string,
  options: PrepareOptions,
): Promise<{ standIns: Map<string, StandIns>; failed: Map<string, ItemResult> }> {
  const { runtime, emit, source } = options;
  const concerned = plan.projects.filter(
    (item) => needsRefs(item, listings.target.get(item.id)) || wikiOf(item, listings) !== null,
  );
  const standIns = new Map<string, StandIns>();
  const failed = new Map<string, ItemResult>();
  const limit = pLimit(options.config.limits.transfers);
  let done = 0;
  emit({ type: 'phase', phase: 'stage', total: concerned.length });

  async function one(item: PlannedProject): Promise<void> {
    const listing = listings.target.get(item.id);
    const wiki = wikiOf(item, listings);
    if (runtime.stopping.aborted) throw interruption(item.id);
    if ((!listing && !wiki) || item.existing === null) return;
    const { id } = item.existing;
    const scratch = join(folder, `source-${id}.git`);
    const code = source.remote(item.repository, 'code');
    const jobs: (StageRefsOptions & { key: string })[] = [
      ...(listing && needsRefs(item, listing)
        ? [{ key: item.id, id: item.id, source: code, listing, gitDir: stage.gitDir(id), scratch, runtime }]
        : []),
      ...(wiki
        ? [
            {
              key: partKey(item.id, 'wiki'),
              id: `${item.id}.wiki`,
              source: source.remote(item.repository, 'wiki'),
              listing: wiki,
              gitDir: await stage.makeWiki(id),
              scratch,
              runtime,
            },
          ]
        : []),
    ];
    try {
      for (const job of jobs) {
        const made = await withAttempts(item.id, { runtime, emit }, () => stageRefs(job));
        standIns.set(job.key, made);
      }
    } catch (error) {
      if (runtime.stopping.aborted) throw error;
      failed.set(item.id, failedResult(item, error));
    }
    done += 1;
    emit({ type: 'phase-progress', phase: 'stage', done, total: concerned.length, detail: item.id });
  }

  await Promise.all(concerned.map((item) => limit(() => one(item))));
  emit({
    type: 'phase-done',
    phase: 'stage',
    summary: `${plural(concerned.length, 'project')} copied from GitLab`,
  });
  return { standIns, failed };
}

/** What the real project's wiki has, where the migration would look into it; null where it has nothing, or is closed. */
function wikiOf(
  { id, existing, blocked }: PlannedProject,
  { target }: Prepared['listings'],
): RefListing | null {
  if (existing === null || existing.wiki === 'disabled' || blocked !== null) return null;
  const listing = target.get(partKey(id, 'wiki'));
  return listing === undefined || listing.refs.size === 0 ? null : listing;
}

export type StageRefsOptions = {
  /** `owner/name`, for messages. */
  id: string;
  source: GitRemote;
  /** What the real project has. */
  listing: RefListing;
  /** Where it comes to: an empty bare repository. */
  gitDir: string;
  /** A folder that does not exist yet, for the source's repository. */
  scratch: string;
  runtime: Runtime;
};

const stallLimitSeconds = 300;

/**
 * Gives an empty repository the refs that the real project has. The objects come from the source, and only those that
 * the refs need, so that a push finds what it would find on GitLab; what the source lacks gets a stand-in.
 */
export async function stageRefs(options: StageRefsOptions): Promise<StandIns> {
  const { listing, gitDir, scratch, runtime } = options;
  // GitLab's own refs (merge requests, pipelines) are hidden from pushes.
  const refs = new Map([...listing.refs].filter(([ref]) => !isHidden(ref)));
  try {
    if (refs.size === 0) return new Map();
    const git = gitOf(options);
    await git.run('clone', '--mirror', '--quiet', '--template=', options.source.url, scratch);
    const ids = new Set(refs.values());
    const present = await presentObjects(git.at(scratch), ids);
    const shared = new Map([...refs].filter(([, id]) => present.has(id)));
    if (shared.size > 0) {
      await replaceRefs(scratch, shared);
      const quietly = ['--quiet', '--no-tags', '--no-write-fetch-head'];
      await git.at(gitDir).run('fetch', ...quietly, scratch, '+refs/*:refs/*');
    }
    const standIns = await makeStandIns(
      gitDir,
      [...ids].filter((id) => !present.has(id)),
    );
    for (const [ref, id] of refs) await writeStandIn(gitDir, ref, standIns.get(id));
    if (listing.head !== null) writeHead(gitDir, listing.head.replace(/^refs\/heads\//, ''));
    return standIns;
  } catch (error) {
    throw gitFailure(error, 'source', options.id, runtime.aborting);
  } finally {
    await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

function gitOf({ source, gitDir, runtime }: StageRefsOptions): Git {
  return createGit({
    directory: dirname(gitDir),
    runtime,
    remotes: [source],
    stallSeconds: Number(runtime.env['GB2GL_TIMEOUT']) || stallLimitSeconds,
    signal: runtime.aborting,
  });
}

/** A repository with exactly these refs. */
async function replaceRefs(gitDir: string, refs: RefMap): Promise<void> {
  await rm(join(gitDir, 'refs'), { recursive: true, force: true });
  await mkdir(join(gitDir, 'refs', 'heads'), { recursive: true });
  const lines = [...refs].map(([ref, id]) => `${id} ${ref}\n`);
  await writeFile(join(gitDir, 'packed-refs'), lines.join(''));
}

async function writeStandIn(gitDir: string, ref: string, id: string | undefined): Promise<void> {
  if (id === undefined) return;
  const file = join(gitDir, ref);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${id}\n`);
}
