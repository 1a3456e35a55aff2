import type { TargetCommitNote } from '../model/target-tracker.ts';
import type { CommentsData, KnownComment } from './commit-comments-part.ts';
import { digestOfText, type WantedNote } from './commit-comments-texts.ts';

/**
 * What is to be said of a comment. *ours*: it is there as it was written, whatever became of the answer; *changed*: on the
 * source alone; *touched*: on the target alone; *both*; *removed* on the target; *half*: a change of it was broken off;
 * *unlike*: no journal knows it, and the one of its author and moment has another text.
 */
export type Verdict = 'missing' | 'ours' | 'changed' | 'touched' | 'both' | 'removed' | 'half' | 'unlike';
export type Found = { verdict: Verdict; there: TargetCommitNote | null };

/** The comments of one commit on the target, each of which is one comment of the source, or nobody's. */
export type Shelf = {
  find(note: WantedNote): Found;
  /** Is there anything of this thread still? */
  has(thread: string): boolean;
  /** One that has come. */
  add(note: TargetCommitNote): void;
};

/** `wanted`: all that are to stand there; `by`: whose can be ours when the journal does not know them; null: anybody's. */
export function openShelf(
  listed: readonly TargetCommitNote[],
  wanted: readonly WantedNote[],
  { data, by }: { data: CommentsData | null; by: number | null },
): Shelf {
  const there = [...listed];
  const known = data?.comments ?? {};
  const taken = new Set(Object.values(known).flatMap(({ id }) => id ?? []));
  const adopted = new Map<string, TargetCommitNote>();
  for (const note of wanted) {
    const found = known[note.key]?.id === undefined ? adoptable(note) : null;
    if (found === null) continue;
    adopted.set(note.key, found);
    taken.add(found.id);
  }

  function isFree(each: TargetCommitNote): boolean {
    return !taken.has(each.id) && (by === null || each.authorId === by);
  }

  /** One of the same text, if possible of the same moment: two may say the same. */
  function adoptable({ text, apart, createdAt }: WantedNote): TargetCommitNote | null {
    const digests = new Set([digestOfText(text), digestOfText(apart)]);
    const free = there.filter((each) => isFree(each) && digests.has(digestOfText(each.text)));
    const [first = null] = free;
    return free.find((each) => Date.parse(each.createdAt) === Date.parse(createdAt)) ?? first;
  }

  /** Without a journal: one that was changed on either side has the line of attribution still. */
  function unlike({ key, text }: WantedNote): TargetCommitNote | null {
    // What is left of a long text has no such line.
    if (key.includes('.')) return null;
    const [line = ''] = text.split('\n', 1);
    return there.find((each) => isFree(each) && each.text.includes(line)) ?? null;
  }

  return {
    find(note) {
      const before = known[note.key];
      if (before?.id === undefined) {
        const same = adopted.get(note.key) ?? null;
        if (same !== null) return { verdict: 'ours', there: same };
        const found = unlike(note);
        if (found !== null) taken.add(found.id);
        return { verdict: found === null ? 'missing' : 'unlike', there: found };
      }
      const found = there.find(({ id }) => id === before.id) ?? null;
      return { verdict: found === null ? 'removed' : compared(note, found.text, before), there: found };
    },
    has: (thread) => there.some((each) => each.thread === thread),
    add(note) {
      there.push(note);
      taken.add(note.id);
    },
  };
}

function compared(note: WantedNote, text: string, { source, seen, open }: KnownComment): Verdict {
  const now = digestOfText(text);
  const changed = source !== note.source;
  if (open === true && [note.text, note.apart].some((each) => digestOfText(each) === now)) return 'half';
  if (now === seen) return changed || open === true ? 'changed' : 'ours';
  return changed ? 'both' : 'touched';
}
