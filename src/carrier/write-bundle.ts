import { rename, rm, stat } from 'node:fs/promises';
import { bundleFailed } from '../failures/carrier.ts';
import { interruption } from '../failures/usage.ts';
import { GitExit, remoteText } from '../git/errors.ts';
import { feed } from '../git/stream.ts';
import type { RefListing } from '../model/forge.ts';
import { keyOf, partKey, type RepositoryName, type RepositoryPart } from '../model/source.ts';
import { updateMirror } from '../transfer/mirror.ts';
import type { PartOptions } from './export.ts';
import { sha256OfFile } from './files.ts';
import { bundleOf, type CarriedPart } from './layout.ts';

/** What GitBucket makes anew whenever somebody looks at a pull request is nobody's. */
export function isCarried(ref: string): boolean {
  return !/^refs\/(?:pull\/\d+\/(?:merge|conflict)$|remote-temp\/)/.test(ref);
}

/** What was written; null where there is nothing to be bundled. @throws bundle-failed */
export async function writeBundle(
  repository: RepositoryName,
  part: RepositoryPart,
  { refs }: RefListing,
  { source, directory, mirrors, runtime, tell }: PartOptions,
): Promise<CarriedPart['bundle']> {
  const id = keyOf(repository);
  const file = bundleOf(directory, id, part);
  const names = [...refs.keys()].filter((ref) => isCarried(ref));
  if (names.length === 0) {
    await rm(file, { force: true });
    return null;
  }
  const { git } = await updateMirror(
    {
      id: partKey(id, part),
      source: source.remote(repository, part),
      patterns: patternsOf(names),
      progress: (stage, percent) =>
        tell(`${id} ${stage}${percent === null ? '' : ` ${Math.floor(percent)} %`}`),
      signal: runtime.aborting,
    },
    mirrors,
  );
  const unfinished = `${file}.new`;
  try {
    const bundling = git.start('bundle', 'create', '--quiet', unfinished, '--stdin');
    const there = new Set((await git.run('for-each-ref', '--format=%(refname)')).split('\n'));
    await feed(
      bundling.stdin,
      names.filter((ref) => there.has(ref)),
    );
    bundling.stdout.resume();
    await bundling.ended;
    const bundle = {
      bytes: (await stat(unfinished)).size,
      sha256: await sha256OfFile(unfinished, runtime.aborting),
    };
    await rename(unfinished, file);
    return bundle;
  } catch (error) {
    await rm(unfinished, { force: true });
    if (runtime.aborting.aborted) throw interruption(id);
    if (!(error instanceof GitExit)) throw error;
    throw bundleFailed(id, { detail: remoteText(error.stderr) }, error);
  }
}

/** Patterns that fetch all these refs, one for each kind: thousands of names are too much for a command line. */
export function patternsOf(refs: readonly string[]): string[] {
  const spaces = new Set([
    'refs/heads/',
    'refs/tags/',
    ...refs.map((ref) => /^refs\/[^/]+\//.exec(ref)?.[0] ?? ''),
  ]);
  const single = refs.filter((ref) => !/^refs\/[^/]+\//.test(ref));
  return [...[...spaces].filter((space) => space !== '').map((space) => `${space}*`), ...single];
}
