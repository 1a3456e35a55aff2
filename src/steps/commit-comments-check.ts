import type { Notice } from '../model/notice.ts';
import type { Check } from '../model/result.ts';
import type { LineComment, TrackerReader } from '../model/tracker.ts';
import { hashOfAll } from '../tracker/proof.ts';
import { plural } from '../text/format.ts';
import { asUploaded } from './attachments.ts';
import { byCommit } from './commit-comments-make.ts';
import type { CommentsChecking } from './commit-comments-part.ts';
import { openShelf, type Found } from './commit-comments-there.ts';
import { digestOfText, filesIn, openCommentWriter, type WantedNote } from './commit-comments-texts.ts';
import { remark, type Place } from './step.ts';

/** What there is to say of one comment; null: it is as it was sent. */
type Said = { code: string; why: string; /** Absent where nothing is to be done. */ fix?: string } | null;

const again = 'run gb2gl migrate again to move it';
const byHand = 'compare it on both servers, and correct it on GitLab';

/** Reads the comments of each commit on GitLab, and compares their texts with what the source has. */
export async function checkComments(
  comments: readonly LineComment[],
  { reader, place, work }: { reader: TrackerReader; place: Place; work: CommentsChecking },
): Promise<Check> {
  const { item, context } = work;
  const writer = await openCommentWriter(reader, work);
  const sides = { source: new Map<string, string>(), target: new Map<string, string>() };
  const differences: Notice[] = [];
  const left: string[] = [];
  let [undated, staying] = [0, 0];
  let state: Check['state'] = 'proven';
  for (const [commit, own] of byCommit(comments)) {
    const there = await context.target.commitNotes(place, commit);
    if (there === null) {
      left.push(own.length === 1 ? commit : `${commit} (${own.length})`);
      staying += own.length;
      continue;
    }
    const notes = writer.notes(own, filesOf(own, work));
    const shelf = openShelf(there, notes, { data: work.known(), by: null });
    for (const note of notes) {
      const found = shelf.find(note);
      const said = sayOf(note, found, work);
      if (said === null && found.there !== null) {
        const digest = digestOfText(found.there.text);
        sides.source.set(note.key, digest);
        sides.target.set(note.key, digest);
        if (Date.parse(found.there.createdAt) !== Date.parse(note.createdAt)) undated += 1;
      } else if (said !== null) {
        const { code, why, fix = '' } = said;
        differences.push({ code, object: item.id, message: `${note.name}: ${why}`, fix });
        if (fix !== '') state = 'failed';
      }
    }
  }
  differences.push(...asWhole({ comments, left, staying, undated }, work));
  const hash = { source: hashOfAll(sides.source), target: hashOfAll(sides.target) };
  return { state, compared: sides.source.size, hash, differences };
}

function filesOf(comments: readonly LineComment[], work: CommentsChecking): ReadonlyMap<string, string> {
  const known = work.known();
  if (known !== null) return new Map(Object.entries(known.files ?? {}));
  return new Map(asUploaded(filesIn(comments)));
}

function sayOf(note: WantedNote, { verdict }: Found, work: CommentsChecking): Said {
  const known = work.known()?.comments?.[note.key];
  if (verdict === 'missing')
    return {
      code: 'commit-comment-missing',
      why: 'it is not on GitLab as it is on GitBucket',
      fix: again,
    };
  if (verdict === 'unlike')
    return {
      code: 'commit-comment-differs',
      why: 'GitLab has another text of it, and no journal tells where it was changed',
      fix: byHand,
    };
  if (verdict === 'touched' || verdict === 'removed') {
    const how = verdict === 'touched' ? 'changed' : 'removed';
    return { code: 'commit-comment-kept', why: `it was ${how} on GitLab since it was moved, which is kept` };
  }
  if (verdict === 'both')
    return {
      code: 'commit-comment-diverged',
      why: 'it was changed on GitBucket and on GitLab since it was moved',
      fix: byHand,
    };
  if (verdict === 'changed')
    return {
      code: 'commit-comment-changed',
      why: 'it was changed on GitBucket since it was moved',
      fix: again,
    };
  if (known?.sent !== known?.seen)
    return { code: 'commit-comment-damaged', why: 'GitLab did not take it as it was sent', fix: byHand };
  return null;
}

type Whole = { comments: readonly LineComment[]; left: readonly string[]; staying: number; undated: number };

function asWhole({ comments, left, staying, undated }: Whole, work: CommentsChecking): Notice[] {
  const { id } = work.item;
  const ids = new Set(comments.map((comment) => String(comment.id)));
  const known = Object.keys(work.known()?.comments ?? {});
  const gone = known.filter((key) => !key.includes('.') && !ids.has(key)).length;
  const told = (count: number, what: string, code: string): Notice[] =>
    count === 0 ? [] : [remark(code, id, `${plural(count, 'comment')} ${what}`)];
  return [
    ...told(
      staying,
      `on commits that the project does not have on GitLab: ${left.join(', ')}`,
      'commit-comments-left',
    ),
    ...told(
      undated,
      'with the date of the move on GitLab, which keeps another one only for Owners and administrators: the text says when it was written',
      'commit-comments-undated',
    ),
    ...told(gone, 'removed on GitBucket since the move: it stays on GitLab', 'commit-comments-gone'),
  ];
}
