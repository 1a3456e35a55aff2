import { text } from 'node:stream/consumers';
import { MigrationError } from '../errors.ts';
import type { RefListing } from '../model.ts';
import type { Source } from '../source/gitbucket.ts';
import { parseAdvertisement } from '../transfer/advertisement.ts';
import { gitEnvironment } from '../transfer/git.ts';
import { updateMirror, type MirrorOptions } from '../transfer/mirror-update.ts';
import type { LocalGit } from './local-git.ts';
import { startGit } from './local-git.ts';

export type WikiOptions = { source: Source; mirrors: MirrorOptions; signal: AbortSignal };

/** Pages of the repository's wiki at its head; 0 when there is only the page that GitBucket made itself (gitbucket-contract §3). */
export async function wikiPages(owner: string, name: string, options: WikiOptions): Promise<number> {
  const { source, mirrors, signal } = options;
  const id = `${owner}/${name}.wiki`;
  const remote = source.remote(owner, `${name}.wiki`);
  const listing = await listingOf(() => remote.advertisement('git-upload-pack'), id);
  const tip = listing === null ? undefined : tipOf(listing);
  if (tip === undefined) return 0;
  const { directory } = await updateMirror(
    { id, source: remote, patterns: ['refs/heads/*', 'refs/tags/*'], progress() {}, signal },
    mirrors,
  );
  const env = gitEnvironment({ ...mirrors, remotes: [] });
  const git: LocalGit = { directory, env, signal };
  const files = (await outputOf(git, ['ls-tree', '-r', '-z', '--name-only', tip]))
    .split('\0')
    .filter(Boolean);
  const pages = files.filter((file) => /\.(md|markdown)$/i.test(file));
  const boilerplate = files.length === 1 && files[0] === 'Home.md' && (await hasOneCommit(git, tip));
  return boilerplate ? 0 : pages.length;
}

/** Null when GitBucket says that there is no wiki; before 4.31 it says so when the directory is missing. */
async function listingOf(read: () => Promise<Buffer>, id: string): Promise<RefListing | null> {
  try {
    return parseAdvertisement(await read(), id);
  } catch (error) {
    if (error instanceof MigrationError && error.code === 'repository-unreadable') return null;
    throw error;
  }
}

function tipOf({ refs, head }: RefListing): string | undefined {
  if (head !== null) return refs.get(head);
  return [...refs].find(([ref]) => ref.startsWith('refs/heads/'))?.[1];
}

async function hasOneCommit(git: LocalGit, tip: string): Promise<boolean> {
  return (await outputOf(git, ['rev-list', '--count', '--max-count=2', tip])).trim() === '1';
}

async function outputOf(git: LocalGit, args: readonly string[]): Promise<string> {
  const run = startGit(git, args);
  run.stdin.end();
  const [output] = await Promise.all([text(run.stdout), run.ended]);
  return output;
}
