import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RefListing, RefMap } from '../model.ts';
import { refKind } from '../plan/ref-names.ts';
import type { Runtime } from '../runtime.ts';
import { writeHead } from '../sandbox/gitlab/repository.ts';
import { createGit } from '../transfer/git.ts';
import { gitFailure } from '../transfer/git-failure.ts';
import type { GitRemote } from '../transfer/transport.ts';
import { presentObjects } from './present-objects.ts';
import { makeStandIns, type StandIns } from './stand-ins.ts';

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

const STALL_SECONDS = 300;

/**
 * Gives an empty repository the refs that the real project has. The objects come from the source, and only those that
 * the refs need, so that a push finds what it would find on GitLab; what the source lacks gets a stand-in.
 */
export async function stageRefs(options: StageRefsOptions): Promise<StandIns> {
  const { listing, gitDir, scratch, runtime } = options;
  // GitLab's own refs (merge requests, pipelines) are hidden from pushes.
  const refs = new Map([...listing.refs].filter(([ref]) => refKind(ref) !== 'other'));
  try {
    if (refs.size === 0) return new Map();
    const git = gitOf(options);
    await git('clone', '--mirror', '--quiet', '--template=', options.source.url, scratch);
    const ids = [...new Set(refs.values())];
    const present = await presentObjects(scratch, ids, runtime.aborting);
    const shared = new Map([...refs].filter(([, id]) => present.has(id)));
    if (shared.size > 0) {
      await replaceRefs(scratch, shared);
      const into = ['-C', gitDir, 'fetch', '--quiet', '--no-tags', '--no-write-fetch-head'];
      await git(...into, scratch, '+refs/*:refs/*');
    }
    const standIns = await makeStandIns(
      gitDir,
      ids.filter((id) => !present.has(id)),
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

function gitOf({ source, gitDir, runtime }: StageRefsOptions): ReturnType<typeof createGit> {
  return createGit({
    directory: dirname(gitDir),
    env: runtime.env,
    remotes: [source],
    stallSeconds: Number(runtime.env['GB2GL_TIMEOUT']) || STALL_SECONDS,
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
