import { GitExit } from '../git/errors.ts';
import { commitsOf } from '../git/objects.ts';
import type { Git } from '../git/run.ts';
import { eachLine, feed, together } from '../git/stream.ts';
import type { RefMap } from '../model/forge.ts';
import type { PointerBlob, PointerPlace } from '../model/lfs.ts';

/** Blobs that one walk looks for; a command line takes no more. */
const mostAtOnce = 400;

/** Finds the pointers' refs, by the id of the blob; refs that point to something else than commits are looked through. */
export async function placesOf(
  git: Git,
  pointers: readonly PointerBlob[],
  refs: RefMap,
): Promise<Map<string, PointerPlace>> {
  const tips = [...new Set(refs.values())];
  const commits = await commitsOf(git, tips);
  const touching = new Map<string, string[]>();
  for (let at = 0; at < pointers.length; at += mostAtOnce) {
    await noteTouching(git, pointers.slice(at, at + mostAtOnce), [...commits.values()], touching);
  }
  const holders = new Map<string, Set<string>>();
  for (const [tip, commit] of commits) {
    const known = holders.get(commit);
    if (known) known.add(tip);
    else holders.set(commit, new Set([tip]));
  }
  const others = tips.filter((id) => !commits.has(id));
  const found = await tipsWith(git, touching, [...holders.keys()]);
  const inOthers = await blobsBelow(git, others, new Set(pointers.map(({ blob }) => blob)));
  const names = namesById(refs);
  const places = new Map<string, PointerPlace>();
  for (const { blob } of pointers) {
    const ids = (found.get(blob) ?? []).flatMap((commit) => [...(holders.get(commit) ?? [])]);
    ids.push(...(inOthers.get(blob) ?? []));
    const own = ids.flatMap((id) => names.get(id) ?? []).toSorted(branchesFirst);
    places.set(blob, { refs: own, commit: touching.get(blob)?.[0] ?? '', tracked: false });
  }
  await markTracked(git, pointers, places, refs);
  return places;
}

function branchesFirst(a: string, b: string): number {
  return Number(b.startsWith('refs/heads/')) - Number(a.startsWith('refs/heads/'));
}

function namesById(refs: RefMap): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const [ref, id] of refs) {
    const known = names.get(id);
    if (known) known.push(ref);
    else names.set(id, [ref]);
  }
  return names;
}

/** Commits that bring or take the blobs, the newest first. Whoever has one of them in its history has the blob there. */
async function noteTouching(
  git: Git,
  pointers: readonly PointerBlob[],
  tips: readonly string[],
  touching: Map<string, string[]>,
): Promise<void> {
  if (tips.length === 0) return;
  const wanted = new Set(pointers.map(({ blob }) => blob));
  const log = git.start(
    'log',
    '--format=C%H',
    '-m',
    '--raw',
    '-r',
    '--no-abbrev',
    '--no-renames',
    ...[...wanted].map((blob) => `--find-object=${blob}`),
    '--stdin',
  );
  let commit = '';
  const read = eachLine(log.stdout, (line) => {
    if (line.startsWith('C')) commit = line.slice(1, 41);
    const [, ...sides] = /^:\d+ \d+ ([0-9a-f]{40}) ([0-9a-f]{40}) /.exec(line) ?? [];
    for (const blob of sides.filter((id) => wanted.has(id))) {
      const known = touching.get(blob);
      if (known === undefined) touching.set(blob, [commit]);
      else if (known.at(-1) !== commit) known.push(commit);
    }
  });
  await together([log], [feed(log.stdin, tips), read]);
}

/**
 * Which of the tips have which of the blobs in their history, by blob. One walk from the oldest commit on: each has what
 * its parents have. Sets are bits of a number, which most commits share with their parent.
 */
async function tipsWith(
  git: Git,
  touching: ReadonlyMap<string, readonly string[]>,
  tips: readonly string[],
): Promise<Map<string, string[]>> {
  const blobs = [...touching.keys()];
  const own = new Map<string, bigint>();
  for (const [index, commits] of [...touching.values()].entries()) {
    for (const commit of commits) own.set(commit, (own.get(commit) ?? 0n) | (1n << BigInt(index)));
  }
  const held = new Map<string, bigint>();
  if (blobs.length > 0) {
    const list = git.start('rev-list', '--topo-order', '--reverse', '--parents', '--stdin');
    const read = eachLine(list.stdout, (line) => {
      const [id = '', ...parents] = line.split(' ');
      let set = own.get(id) ?? 0n;
      for (const parent of parents) {
        const more = held.get(parent) ?? 0n;
        // The same number stays one object.
        set = set === 0n ? more : set | more;
      }
      held.set(id, set);
    });
    await together([list], [feed(list.stdin, tips), read]);
  }
  return new Map(
    blobs.map((blob, index) => {
      const bit = 1n << BigInt(index);
      return [blob, tips.filter((tip) => ((held.get(tip) ?? 0n) & bit) !== 0n)];
    }),
  );
}

/** Those of the blobs that lie below a tree, or are what a tag points to; by blob, the ids of the refs. */
async function blobsBelow(
  git: Git,
  ids: readonly string[],
  wanted: ReadonlySet<string>,
): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const id of ids) {
    const list = git.start('rev-list', '--objects', '--stdin');
    const read = eachLine(list.stdout, (line) => {
      const blob = line.slice(0, 40);
      if (wanted.has(blob)) found.set(blob, [...(found.get(blob) ?? []), id]);
    });
    await together([list], [feed(list.stdin, [id]), read]);
  }
  return found;
}

/** Branch tips, and commits that brought a text, whose attributes are looked at. */
const mostLooks = { tips: 20, commits: 200 };

/** A text that nobody looked up counts as tracked: an object is called lost rather than none. */
async function markTracked(
  git: Git,
  pointers: readonly PointerBlob[],
  places: ReadonlyMap<string, PointerPlace>,
  refs: RefMap,
): Promise<void> {
  const used = new Set([...places.values()].flatMap((place) => place.refs));
  const tips = [...new Set([...used].flatMap((ref) => refs.get(ref) ?? []))].slice(0, mostLooks.tips);
  for (const tip of tips) await lookAt(git, tip, pointers.filter(open), places);
  const commits = [...new Set(pointers.filter(open).map(({ commit }) => commit))];
  for (const [index, commit] of commits.entries()) {
    const here = pointers.filter((pointer) => open(pointer) && pointer.commit === commit);
    if (index < mostLooks.commits && commit !== '') await lookAt(git, commit, here, places);
    else if (commit !== '') for (const pointer of here) mark(pointer);
  }

  function open({ blob }: PointerBlob): boolean {
    return places.get(blob)?.tracked !== true;
  }

  function mark({ blob }: PointerBlob): void {
    const place = places.get(blob);
    if (place) place.tracked = true;
  }
}

/** git reads the attributes of a commit by an index: `check-attr --source` is too new. */
async function lookAt(
  git: Git,
  commit: string,
  pointers: readonly PointerBlob[],
  places: ReadonlyMap<string, PointerPlace>,
): Promise<void> {
  if (pointers.length === 0) return;
  try {
    await git.run('read-tree', commit);
  } catch (error) {
    // A tree that git does not take into an index, for a name in it.
    if (!(error instanceof GitExit) || error.exitCode < 0) throw error;
    for (const { blob } of pointers) Object.assign(places.get(blob) ?? {}, { tracked: true });
    return;
  }
  const check = git.start('check-attr', '--cached', '--stdin', '-z', 'filter');
  const answers: string[] = [];
  const read = eachLine(check.stdout, (field) => void answers.push(field), '\0');
  check.stdin.end(pointers.map(({ path }) => `${path}\0`).join(''));
  await together([check], [read]);
  for (const [index, { blob }] of pointers.entries()) {
    const place = places.get(blob);
    // Path, attribute, value.
    if (place && answers[3 * index + 2] === 'lfs') place.tracked = true;
  }
}
