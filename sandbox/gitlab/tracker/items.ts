import { randomBytes } from 'node:crypto';
import type { Context } from '../context.ts';
import { trackerOf, type Project } from '../state.ts';
import type { EventState, IssueState, MergeRequestState, NoteState, TrackerState } from './state.ts';

/** What has notes, labels and a state. */
export type Item = IssueState | MergeRequestState;

export function isMergeRequest(item: Item): item is MergeRequestState {
  return 'sourceBranch' in item;
}

/** `#1` or `!1`. */
export function referenceOf(item: Item): string {
  return `${isMergeRequest(item) ? '!' : '#'}${item.iid}`;
}

/** Its address in the browser. */
export function webUrlOf(context: Context, project: Project, item: Item): string {
  const kind = isMergeRequest(item) ? 'merge_requests' : 'issues';
  return `${context.externalUrl}/${project.fullPath}/-/${kind}/${item.iid}`;
}

/** The number that was asked for, or the next one; later ones go on after the greatest (GL-383). */
export function takeIid(tracker: TrackerState, kind: keyof TrackerState['lastIid'], wanted?: number): number {
  const iid = wanted ?? tracker.lastIid[kind] + 1;
  tracker.lastIid[kind] = Math.max(tracker.lastIid[kind], iid);
  return iid;
}

export function nextId(context: Context): number {
  return context.state.nextId.other++;
}

/** Id of a thread. */
export function newDiscussionId(): string {
  return randomBytes(20).toString('hex');
}

export function openIssues(project: Project): number {
  return (project.tracker?.issues ?? []).filter(({ state }) => state === 'opened').length;
}

/** What people wrote, without what GitLab notes by itself. */
export function userNotes(item: Item): NoteState[] {
  return item.notes.filter(({ system }) => !system);
}

export type NewNote = Pick<NoteState, 'authorId' | 'body'> & Partial<NoteState>;

/** Adds a note, by itself unless it belongs to a thread; without a date it is of now and the item counts as changed. */
export function addNote(context: Context, item: Item | { notes: NoteState[] }, input: NewNote): NoteState {
  const createdAt = input.createdAt ?? new Date().toISOString();
  const note: NoteState = {
    id: nextId(context),
    type: null,
    discussionId: newDiscussionId(),
    system: false,
    createdAt,
    updatedAt: createdAt,
    imported: false,
    ...input,
  };
  item.notes.push(note);
  if (!note.system && 'updatedAt' in item) item.updatedAt = new Date().toISOString();
  context.changed();
  return note;
}

/** What GitLab itself notes of a change. */
export function addSystemNote(
  context: Context,
  item: Item,
  authorId: number,
  body: string,
  at?: string,
): NoteState {
  return addNote(context, item, { authorId, body, system: true, ...(at !== undefined && { createdAt: at }) });
}

type NewEvent = Pick<EventState, 'kind' | 'action' | 'userId'> & Partial<EventState>;

/** Adds to what the API calls resource events. */
export function addEvent(context: Context, item: Item, input: NewEvent): void {
  const createdAt = new Date().toISOString();
  item.events.push({ id: nextId(context), subject: null, createdAt, ...input });
}

export type Closing = {
  userId: number;
  /** Now when absent. */
  at?: string | undefined;
  /** Whose message did it. */
  commit?: string | undefined;
};

/** Closes what is open; false when there was nothing to do. */
export function closeItem(context: Context, item: Item, { userId, at, commit }: Closing): boolean {
  if (item.state !== 'opened') return false;
  const now = at ?? new Date().toISOString();
  Object.assign(item, { state: 'closed', closedAt: now, closedById: userId, updatedAt: now });
  addEvent(context, item, {
    kind: 'state',
    action: 'closed',
    userId,
    createdAt: now,
    ...(commit !== undefined && { sourceCommit: commit }),
  });
  context.changed();
  return true;
}

/** Opens what is closed; a locked issue stays as it is. */
export function reopenItem(context: Context, item: Item, { userId, at }: Closing): boolean {
  if (item.state !== 'closed' || (item.locked && !isMergeRequest(item))) return false;
  const now = at ?? new Date().toISOString();
  Object.assign(item, { state: 'opened', closedAt: null, closedById: null, updatedAt: now });
  addEvent(context, item, { kind: 'state', action: 'reopened', userId, createdAt: now });
  context.changed();
  return true;
}

export function findIssue(project: Project, iid: number): IssueState | null {
  return trackerOf(project).issues.find((issue) => issue.iid === iid) ?? null;
}

export function findMergeRequest(project: Project, iid: number): MergeRequestState | null {
  return trackerOf(project).mergeRequests.find((request) => request.iid === iid) ?? null;
}
