import { Failure } from '../failures/failure.ts';
import { trackerSpam } from '../failures/tracker.ts';
import type { TargetComment, TargetItem } from '../model/target-tracker.ts';
import type { TrackerItem } from '../model/tracker.ts';
import { lineOf } from '../tracker/archive/lines.ts';
import { nameOf } from '../tracker/archive/problems.ts';
import { digestOf } from '../tracker/proof.ts';
import { restIssueOf, type RestIssue } from '../tracker/rest.ts';
import { tellProgress, type Sending } from './tracker-load.ts';
import { keyOfItem, loadedAs } from './tracker-part.ts';
import { openShelf, type Shelf } from './tracker-shelf.ts';

/** What becomes of those that do not arrive: numbers that somebody else has, and what GitLab refuses. */
export type Sent = { taken: number[]; missing: number[] };

type Desk = Sending & { shelf: Shelf; sent: Sent };

/**
 * Sends issues one after the other: each as it was opened, then its comments by date, then its closing, and reads it back.
 * Written down before it is begun, so what a killed run has sent of it is found again by author, date and text.
 * @throws tracker-spam
 */
export async function sendIssues(numbers: readonly number[], sending: Sending): Promise<Sent> {
  const sent: Sent = { taken: [], missing: [] };
  if (numbers.length === 0) return sent;
  const { reader, workshop, problems, place, work } = sending;
  const desk = { ...sending, sent, shelf: await openShelf(place, work) };
  let done = 0;
  for await (const item of reader.items(numbers)) {
    done += 1;
    tellProgress(item.kind, { done, all: numbers.length }, work);
    const line = lineOf(item, await workshop.prepare(item), problems);
    if (line === null) continue;
    try {
      await send(item, restIssueOf(line.text), desk);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (error.refusal?.kind === 'spam') throw trackerSpam(place.fullPath, { detail: error.detail });
      if (error.code !== 'target-refused') throw error;
      problems.say('item-refused', nameOf(item), error.detail);
      sent.missing.push(item.number);
    }
  }
  return sent;
}

async function send(item: TrackerItem, issue: RestIssue, desk: Desk): Promise<void> {
  const { place, work, problems, sent } = desk;
  const { target } = work.context;
  const key = keyOfItem(item);
  const begun = await begin(key, issue, desk);
  if (begun === null) {
    sent.taken.push(item.number);
    await work.record('done', { data: { loading: { [key]: null }, replacing: { [key]: null } } });
    return;
  }
  await comment(item, issue, begun, desk);
  const { closedAt } = issue.facts;
  if (closedAt !== null && begun.state === 'opened') await target.closeIssue(place, item.number, closedAt);
  const found = await target.issue(place, item.number);
  if (found === null) {
    sent.missing.push(item.number);
    return;
  }
  for (const login of item.assignees) {
    const id = work.accounts.get(login)?.id;
    if (id !== undefined && !found.assigneeIds.includes(id))
      problems.say('assignee-dropped', nameOf(item), login);
  }
  const loaded = loadedAs(found, { at: item.updatedAt, sent: digestOf(issue.facts) });
  const over = { [key]: null };
  await work.record('done', {
    data: { items: { [key]: loaded }, loading: over, replacing: over, left: over, taken: over },
  });
}

/** Is it new? Then nothing of it has to be looked for. */
type Begun = { state: TargetItem['state']; fresh: boolean };

/** Makes the issue, or finds the one of ours that a request made whose answer was lost; null when somebody else has the number. */
async function begin(key: string, issue: RestIssue, desk: Desk): Promise<Begun | null> {
  const { place, work, shelf } = desk;
  const { target } = work.context;
  const { facts, labels, milestone, assignees } = issue;
  const { number, title, text, createdAt } = facts;
  const adopted = async (): Promise<Begun | null | undefined> => {
    const found = await target.issue(place, number);
    if (found === null) return undefined;
    return isOurs(found, issue, work.context.identity.user.id) ? { state: found.state, fresh: false } : null;
  };
  if (work.known()?.loading?.[key] === true) {
    const found = await adopted();
    if (found !== undefined) return found;
  }
  await shelf.provide(labels);
  const milestoneId = milestone === null ? null : await shelf.milestone(milestone);
  await work.record('started', { data: { loading: { [key]: true } } });
  try {
    const names = labels.map((label) => label.title);
    const fields = { number, title, text, createdAt, labels: names, milestoneId, assigneeIds: assignees };
    await target.addIssue(place, fields);
    return { state: 'opened', fresh: true };
  } catch (error) {
    const taken = error instanceof Failure && error.refusal?.status === 409 && error.refusal.kind !== 'spam';
    const found = taken ? await adopted() : undefined;
    if (found === undefined) throw error;
    return found;
  }
}

function isOurs({ authorId, title, createdAt }: TargetItem, { facts }: RestIssue, us: number): boolean {
  return authorId === us && title === facts.title && Date.parse(createdAt) === Date.parse(facts.createdAt);
}

/** Adds the comments that are not there yet, in their order. */
async function comment(item: TrackerItem, issue: RestIssue, { fresh }: Begun, desk: Desk): Promise<void> {
  const { place, work, problems } = desk;
  const { target, identity } = work.context;
  const there = fresh ? [] : await target.comments(place, 'issue', item.number);
  const ours = there.filter(({ system, authorId }) => !system && authorId === identity.user.id);
  try {
    for (const each of withoutThose(issue.comments, ours)) await target.addComment(place, item.number, each);
  } catch (error) {
    const refused = error instanceof Failure && error.code === 'target-refused';
    if (!refused || error.refusal?.kind === 'spam') throw error;
    problems.say('comment-refused', nameOf(item), error.detail);
  }
}

/** Leaves out those that are there, each as often as it is. */
function withoutThose(
  comments: RestIssue['comments'],
  there: readonly TargetComment[],
): RestIssue['comments'] {
  const found = new Map<string, number>();
  for (const each of there) found.set(momentOf(each), (found.get(momentOf(each)) ?? 0) + 1);
  return comments.filter((each) => {
    const left = found.get(momentOf(each)) ?? 0;
    if (left > 0) found.set(momentOf(each), left - 1);
    return left === 0;
  });
}

function momentOf({ text, createdAt }: { text: string; createdAt: string }): string {
  return `${Date.parse(createdAt)} ${text}`;
}
