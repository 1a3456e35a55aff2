import { branchesWith, type Head } from '../git/branch-files.ts';
import { walk } from '../git/object-walk.ts';
import type { Git } from '../git/run.ts';
import type { LfsHistory, PointerBlob } from '../model/lfs.ts';
import { createPointerSearch } from './pointers.ts';
import { addressOf } from './server-address.ts';

export type Scanned = {
  /** Ids of all refs whose history counts. */
  tips: readonly string[];
  heads: readonly Head[];
  visited: (objects: number) => void;
};

const reportEvery = 20_000;

/** Looks once at every object of the history. @throws GitExit */
export async function scanLfs(git: Git, { tips, heads, visited }: Scanned): Promise<LfsHistory> {
  const pointers: PointerBlob[] = [];
  const search = createPointerSearch(git, (pointer) => pointers.push(pointer));
  let commit = '';
  let count = 0;
  try {
    await walk(git, { wanted: tips, there: [] }, (object) => {
      count += 1;
      if (count % reportEvery === 0) visited(count);
      if (object.type === 'commit') commit = object.id;
      return search.offer(object, commit);
    });
    await search.end();
  } catch (error) {
    search.stop();
    throw error;
  }
  const configured = pointers.length === 0 ? [] : await configuredAt(git, heads);
  return { pointers, configured };
}

async function configuredAt(git: Git, heads: readonly Head[]): Promise<LfsHistory['configured']> {
  const found: LfsHistory['configured'] = [];
  for (const [blob, branches] of await branchesWith(git, heads, '.lfsconfig')) {
    const address = await addressOf(git, blob);
    if (address !== null) found.push(...branches.map((branch) => ({ branch, address })));
  }
  return found;
}
