import { formatMebibytes, plural } from '../text/format.ts';
import type { Readable } from 'node:stream';
import type { Git } from '../git/run.ts';
import { feedLine, together, type RunningGit } from '../git/stream.ts';
import type { Finding } from '../model/plan.ts';
import type { LfsAvailability, LfsObject } from '../model/source.ts';
import type { WalkedObject } from './objects.ts';
import { mostShown, placeOf } from './words.ts';

export type LfsFacts = {
  /** Every LFS object that the history names, by its id. */
  pointers: ReadonlyMap<string, FoundPointer>;
  /** Ids that history names which GitLab does not have yet. */
  travelling: ReadonlySet<string>;
  /** GitLab looks for missing objects in this project. */
  checked: boolean;
  availability: LfsAvailability;
};

const code = 'missing-lfs-object';

/**
 * Objects that are lost on GitBucket, one by one; and, once for all, that GitLab refuses history that names objects which
 * it does not have (GL-254), since objects do not travel.
 */
export function lfsFindings(facts: LfsFacts): Finding[] {
  const { pointers, availability } = facts;
  if (pointers.size === 0) return [];
  return [
    ...stayFinding(facts),
    ...(availability.answers ? lostFindings(facts) : [silentFinding(pointers.size)]),
  ];
}

function isRefused({ seenByGitLab, oid }: FoundPointer, { travelling, checked }: LfsFacts): boolean {
  return checked && seenByGitLab && travelling.has(oid);
}

function stayFinding(facts: LfsFacts): Finding[] {
  const needed = [...facts.pointers.values()].filter((pointer) => isRefused(pointer, facts));
  const [first] = needed;
  if (first === undefined) return [];
  const bytes = needed.reduce((sum, { size }) => sum + size, 0);
  const number = plural(needed.length, 'LFS object');
  return [
    {
      code,
      refused: true,
      object: first.path === '' ? first.oid : first.path,
      message: `the history references ${number} (${formatMebibytes(bytes)}); GitLab refuses it until it has them, and this run does not migrate them`,
      fix: 'once the project exists, disable Git LFS for it (Settings > General > Visibility), run again, push the objects from a complete clone (git lfs push --all), and enable it again',
    },
  ];
}

function lostFindings(facts: LfsFacts): Finding[] {
  const lost = [...facts.pointers.values()].filter(({ oid }) => facts.availability.missing.has(oid));
  const findings: Finding[] = lost.slice(0, mostShown).map((pointer) => ({
    code,
    refused: isRefused(pointer, facts),
    object: pointer.oid,
    message: `GitBucket does not have this LFS object of ${formatMebibytes(pointer.size)}${placeOf(pointer)}`,
    fix: 'push it from a clone that has it: git lfs push --object-id origin ' + pointer.oid,
  }));
  if (lost.length > mostShown) {
    const message = `GitBucket does not have ${lost.length - mostShown} more LFS objects`;
    const refused = lost.slice(mostShown).some((pointer) => isRefused(pointer, facts));
    findings.push({ code, refused, object: 'further objects', message, fix: 'git lfs push --all origin' });
  }
  return findings;
}

/** GB-141. */
function silentFinding(count: number): Finding {
  return {
    code,
    refused: false,
    object: 'Git LFS',
    message: `GitBucket refuses every LFS request although git works with the same token: its base URL is not set; its ${count} LFS objects cannot be checked`,
    fix: 'set "Base URL" on GitBucket (System administration > System settings), then run again',
  };
}

export type FoundPointer = LfsObject & {
  path: string;
  /** The commit that brought it; empty for what no commit of the walk brought. */
  commit: string;
  /** False when GitLab overlooks it, because it is longer than it should be. */
  seenByGitLab: boolean;
};

export type PointerSearch = {
  /** Looks into the object when it may be a pointer. */
  offer(object: WalkedObject, commit: string): void | Promise<void>;
  /** Resolves once everything that was offered has been looked at. */
  end(): Promise<void>;
  stop(): void;
};

/** Finds LFS pointers among the blobs that are offered; one entry for each LFS object, the first that was met. */
export function createPointerSearch(git: Git, found: Map<string, FoundPointer>): PointerSearch {
  let reading: Reading | null = null;
  return {
    offer({ id, type, size, path }, commit) {
      if (type !== 'blob' || size < shortestPointer || size > longestPointer) return;
      reading ??= startReading(git, (entry) => note(entry, found));
      return feedLine(reading.git.stdin, `${id} ${commit === '' ? noCommit : commit} ${path}`);
    },
    async end() {
      reading?.git.stdin.end();
      await reading?.finished;
    },
    stop: () => reading?.git.stop(),
  };
}

type Reading = { git: RunningGit; finished: Promise<void> };

const noCommit = '-'.repeat(40);

function startReading(git: Git, visit: (entry: BatchEntry) => void): Reading {
  const read = git.start('cat-file', '--buffer', '--batch=%(objectname) %(objectsize) %(rest)');
  const finished = together([read], [eachEntry(read.stdout, visit)]);
  // Whoever ends the search hears of it.
  finished.catch(() => {});
  return { git: read, finished };
}

function note({ size, rest, content }: BatchEntry, found: Map<string, FoundPointer>): void {
  const pointer = parsePointer(content);
  if (pointer === null) return;
  const known = found.get(pointer.oid);
  const seenByGitLab = size <= longestForGitlab;
  if (known) known.seenByGitLab ||= seenByGitLab;
  else found.set(pointer.oid, { ...pointer, commit: rest.slice(0, 40), path: rest.slice(41), seenByGitLab });
}

export type BatchEntry = { id: string; size: number; rest: string; content: string };

/** One object of `cat-file --batch='%(objectname) %(objectsize) %(rest)'` after the other; all are small. */
export async function eachEntry(stream: Readable, visit: (entry: BatchEntry) => void): Promise<void> {
  let bytes: Buffer = Buffer.alloc(0);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
    bytes = bytes.subarray(takeWhole(bytes, visit));
  }
}

/** Visits the entries that are complete; gives the number of bytes that they took. */
function takeWhole(bytes: Buffer, visit: (entry: BatchEntry) => void): number {
  let at = 0;
  for (let end = bytes.indexOf(10, at); end >= 0; end = bytes.indexOf(10, at)) {
    const [, id = '', digits = '', rest = ''] =
      /^(\S+) (\S+)(?: (.*))?$/.exec(bytes.toString('utf8', at, end)) ?? [];
    const size = Number(digits);
    // `<what was asked> missing`
    if (!Number.isInteger(size)) {
      at = end + 1;
      continue;
    }
    if (bytes.length < end + 1 + size + 1) break;
    const content = bytes.toString('utf8', end + 1, end + 1 + size);
    visit({ id, size, rest, content });
    at = end + 1 + size + 1;
  }
  return at;
}

/** Longer files are no pointers, whatever they begin with (git-lfs spec, "The Pointer"). */
const longestPointer = 1023;
/** The shortest text that has all three lines. */
const shortestPointer = 120;
/** What Gitaly takes for a pointer when it looks for missing objects; it overlooks longer ones. */
const longestForGitlab = 200;

const pointerText =
  /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(?:.*\n)*?oid sha256:([0-9a-f]{64})\nsize (\d+)\n/;

/** Reads a blob as LFS pointer; null when it is an ordinary file. */
export function parsePointer(content: string): LfsObject | null {
  const match = pointerText.exec(content);
  if (match === null) return null;
  const [, oid = '', size] = match;
  return { oid, size: Number(size) };
}
