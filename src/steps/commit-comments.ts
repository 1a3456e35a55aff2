import { projectMissing } from '../failures/target.ts';
import type { PlannedProject } from '../model/plan.ts';
import type { LineComment } from '../model/tracker.ts';
import { checkComments } from './commit-comments-check.ts';
import { writeComments } from './commit-comments-make.ts';
import { CommentsPart, commentsRecords, type CommentsData } from './commit-comments-part.ts';
import { digestOfComment } from './commit-comments-texts.ts';
import { knownTo, type Step } from './step.ts';
import { placeOfProject } from './tracker-part.ts';
import { readTold, undecided, unproven } from './told.ts';

/**
 * Writes the comments on commits outside of pull requests, by REST: no archive brings them. It comes after `tracker`, whose
 * merge requests keep commits that no branch has.
 */
export const commitComments: Step<CommentsPart, CommentsData, PlannedProject> = {
  ...commentsRecords,
  title: 'Comments on commits',
  of: 'project',
  stage: 'tracker',
  part: CommentsPart,
  async plan({ item, input, source, history }) {
    if (input.config.migrate.tracker === 'off' || item.blocked !== null) return null;
    const reader = source.tracker(item.repository);
    // None where the source cannot tell, which its reader notes as a gap.
    const read = await readTold(item.id, async () => (await reader.commitComments()) ?? []);
    if ('unread' in read) return undecided({ count: 0, add: 0, change: 0, unread: read.unread }, read.unread);
    const { told: comments } = read;
    const known = knownTo(commitComments, history)?.comments ?? {};
    if (comments.length === 0 && Object.keys(known).length === 0) return null;
    const of = ({ id }: LineComment) => known[String(id)];
    const add = comments.filter((comment) => of(comment)?.id === undefined && of(comment)?.left !== true);
    const change = comments.filter(
      (comment) => of(comment)?.id !== undefined && of(comment)?.source !== digestOfComment(comment),
    );
    const unchanged = comments.length - add.length - change.length;
    const counts = { create: add.length, update: change.length, unchanged };
    return {
      part: { count: comments.length, add: add.length, change: change.length, unread: null },
      changes: add.length + change.length > 0,
      state: 'proven',
      counts: Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
      notices: [],
    };
  },
  async run(part, work) {
    const { place, item, context } = work;
    if (part.unread !== null) return { changed: false };
    if (place === null) throw projectMissing(item.id, { target: item.fullPath });
    const reader = context.source.tracker(item.repository);
    return writeComments((await reader.commitComments()) ?? [], { reader, place, work });
  },
  async verify(part, work) {
    if (part.unread !== null) return unproven(part.unread);
    const { item, context } = work;
    const place = placeOfProject(work);
    if (place === null) return { state: 'failed', compared: 0, hash: null, differences: [] };
    const reader = context.source.tracker(item.repository);
    return checkComments((await reader.commitComments()) ?? [], { reader, place, work });
  },
};
