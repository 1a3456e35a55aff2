import { Failure } from '../failures/failure.ts';
import type { CommitLine, FileDiff, TargetCommitNote } from '../model/target-tracker.ts';
import type { LineComment, TrackerReader } from '../model/tracker.ts';
import { positionOf } from '../tracker/archive/positions.ts';
import type { Problems } from '../tracker/archive/problems.ts';
import type { CommentsWork } from './commit-comments-part.ts';
import { openShelf, type Shelf } from './commit-comments-there.ts';
import {
  digestOfComment,
  digestOfText,
  filesIn,
  openCommentWriter,
  type WantedNote,
} from './commit-comments-texts.ts';
import type { Outcome, Place } from './step.ts';
import { uploadFiles } from './attachments.ts';

type Room = { place: Place; work: CommentsWork; problems: Problems };
type Desk = Room & {
  shelf: Shelf;
  /** What the commit changes; asked for the first line only. */
  diff: () => Promise<{ parent: string | null; files: FileDiff[] } | null>;
};
type Done = 'create' | 'update' | 'unchanged';

/** Writes what is not there, commit by commit; what somebody changed or removed on GitLab stays so. */
export async function writeComments(
  comments: readonly LineComment[],
  { reader, place, work }: { reader: TrackerReader; place: Place; work: CommentsWork },
): Promise<Outcome> {
  const { target, identity } = work.context;
  const writer = await openCommentWriter(reader, work);
  const room = { place, work, problems: writer.problems };
  const counts: Partial<Record<Done, number>> = {};
  for (const [commit, own] of byCommit(comments)) {
    const there = await target.commitNotes(place, commit);
    if (there === null) {
      await leave(own, work);
      continue;
    }
    const diff = diffOf(commit, room);
    const notes = writer.notes(own, await uploaded(own, reader, room));
    const shelf = openShelf(there, notes, { data: work.known(), by: identity.user.id });
    for (const note of notes) {
      const done = await bring(note, { ...room, shelf, diff });
      counts[done] = (counts[done] ?? 0) + 1;
    }
  }
  const { create = 0, update = 0 } = counts;
  return { changed: create + update > 0, counts, notices: writer.problems.notices(work.item.id) };
}

/** The proof names them; they are looked for each time, for the commit may come. */
async function leave(comments: readonly LineComment[], work: CommentsWork): Promise<void> {
  const known = work.known()?.comments ?? {};
  const due = comments.map(({ id }) => String(id)).filter((key) => known[key]?.left !== true);
  if (due.length === 0) return;
  const left = Object.fromEntries(due.map((key) => [key, { left: true as const }]));
  await work.record('done', { data: { comments: left } });
}

/** The comments of each commit, in the order of the source. */
export function byCommit(comments: readonly LineComment[]): Map<string, LineComment[]> {
  const found = new Map<string, LineComment[]>();
  for (const comment of comments) {
    const same = found.get(comment.commit);
    if (same === undefined) found.set(comment.commit, [comment]);
    else same.push(comment);
  }
  return found;
}

/** Uploads what is embedded by those that are to be written. */
async function uploaded(
  comments: readonly LineComment[],
  reader: TrackerReader,
  { place, work, problems }: Room,
): Promise<ReadonlyMap<string, string>> {
  const known = work.known()?.comments ?? {};
  const due = comments.filter((comment) => known[String(comment.id)]?.source !== digestOfComment(comment));
  return new Map(
    await uploadFiles(filesIn(due), reader, place, {
      work,
      refused: (name, why) => problems.say('file-refused', name, why),
    }),
  );
}

async function bring(note: WantedNote, desk: Desk): Promise<Done> {
  const { work, shelf, place } = desk;
  const { verdict, there } = shelf.find(note);
  const known = work.known()?.comments?.[note.key];
  if (verdict === 'missing') {
    await work.record('started', { data: { comments: { [note.key]: { open: true } } } });
    await write(note, desk);
    return 'create';
  }
  if (there === null || verdict === 'unlike') return 'unchanged';
  if (known?.id === undefined || verdict === 'half') {
    // Nobody heard the answer, or there is no journal: it is ours all the same.
    await settle(note, { there, sent: there.text }, desk);
    if (known === undefined) return 'unchanged';
    return known.id === undefined ? 'create' : 'update';
  }
  if (verdict !== 'changed') return 'unchanged';
  await work.record('started', { data: { comments: { [note.key]: { open: true } } } });
  const text = there.onLine || there.thread === threadOf(note, desk) ? note.text : note.apart;
  const changed = await work.context.target.changeCommitNote(place, note.commit, { ...there, text });
  await settle(note, { there: changed, sent: text }, desk);
  return 'update';
}

/** Asks once, when the first line is to be found. */
function diffOf(commit: string, { place, work }: Room): Desk['diff'] {
  let asked: ReturnType<Desk['diff']> | null = null;
  return () => (asked ??= work.context.target.commitDiff(place, commit));
}

/** Into its thread if that is still there, else on its line if GitLab takes it there. */
async function write(note: WantedNote, desk: Desk): Promise<void> {
  const { place, work, problems } = desk;
  const { target } = work.context;
  const { commit, createdAt, text, apart } = note;
  const thread = threadOf(note, desk);
  const line = thread === null ? await lineOf(note, desk) : null;
  const placed =
    line && (await unlessRefused(target.addCommitNote(place, commit, { text, createdAt, thread, line })));
  if (placed !== null) return settle(note, { there: placed, sent: text }, desk);
  if (thread === null && note.line !== null) problems.say('place-lost', note.line.path ?? commit);
  const sent = thread === null ? apart : text;
  const there = await target.addCommitNote(place, commit, { text: sent, createdAt, thread, line: null });
  return settle(note, { there, sent }, desk);
}

/** The thread that it belongs to; null where it begins one, be it because nothing is left of its own. */
function threadOf({ root }: WantedNote, { work, shelf }: Desk): string | null {
  const thread = root === null ? undefined : work.known()?.comments?.[root]?.thread;
  return thread !== undefined && shelf.has(thread) ? thread : null;
}

async function lineOf({ line }: WantedNote, { diff }: Desk): Promise<CommitLine | null> {
  const shown = line && (await diff());
  if (line === null || shown === null) return null;
  const found = positionOf({ base: '', start: '', head: '', files: shown.files }, line)?.position;
  if (found === undefined) return null;
  return {
    parent: shown.parent,
    oldPath: found.old_path,
    newPath: found.new_path,
    oldLine: found.old_line,
    newLine: found.new_line,
  };
}

/** Of a line that GitLab does not know in that commit: null. */
async function unlessRefused(call: Promise<TargetCommitNote>): Promise<TargetCommitNote | null> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Failure && error.refusal?.status === 400) return null;
    throw error;
  }
}

async function settle(
  { key, source }: WantedNote,
  { there, sent }: { there: TargetCommitNote; sent: string },
  { work, shelf }: Desk,
): Promise<void> {
  const { id, thread, text } = there;
  shelf.add(there);
  const digests = { source, sent: digestOfText(sent), seen: digestOfText(text) };
  await work.record('done', {
    data: { comments: { [key]: { id, thread, ...digests, open: null, left: null } } },
  });
}
