import * as z from 'zod';
import { targetRefused } from '../failures/target.ts';
import type { ItemHistory } from '../journal/history.ts';
import type { PlannedGroup } from '../model/plan.ts';
import { isGroupMade } from '../plan/made.ts';
import { mailsPeople } from './mailing.ts';
import { knownTo, proven, type ItemWork, type Step, type Writing } from './step.ts';

const Part = z.object({});
const Data = z.object({
  muted: z.literal(true).optional().describe('Mails to its members are switched off'),
});
type Data = z.infer<typeof Data>;
type GroupWork = ItemWork & Writing & { item: PlannedGroup };

/**
 * Switches the mails of a group on again that a run, also a killed one, has switched off: of groups that this tool has made,
 * since others have people who expect them.
 */
export const groupQuiet: Step<z.infer<typeof Part>, Data, PlannedGroup> = {
  name: 'group-quiet',
  title: 'Settings',
  of: 'group',
  stage: 'finish',
  restores: true,
  part: Part,
  data: Data,
  plan({ item, history }) {
    const restore = isMuted(history);
    const creates = item.existing === null && item.namespaceKind === 'group' && item.blocked === null;
    const mutes = mailsPeople(item) && isGroupMade(history);
    if (!restore && !creates && !mutes) return null;
    const counts = restore ? { restore: 1 } : {};
    return { part: {}, changes: restore, state: 'proven', counts, notices: [] };
  },
  async run(_, work) {
    const { item, place, context, journal } = work;
    if (place === null || !isMuted(journal.history.items.get(item.id))) return { changed: false };
    // A run that was killed may not have lived to write it down.
    const on = item.existing !== null && (await context.target.groupMails(place)) === true;
    if (!on && !(await context.target.setGroupMails(place, true))) {
      const detail =
        'its mails could not be switched on again, which only an Owner or an administrator can do';
      throw targetRefused(place.fullPath, { detail });
    }
    await record(work, 'done', null);
    // What a new group gets in the end is part of its creation.
    return { changed: !on, counts: item.existing === null ? {} : { restore: 1 } };
  },
  async verify(_, work) {
    if (work.known()?.muted !== true) return Promise.resolve(proven(1));
    const notice = {
      code: 'not-restored',
      object: work.item.id,
      message: 'mails to the members of the group are still switched off by an earlier run',
      fix: 'run gb2gl migrate (or import) again to restore it',
    };
    return { state: 'failed', compared: 1, hash: null, differences: [notice] };
  },
};

/** Writes down that a group is about to be created without mails: its creator would be told of it too (GL-117). */
export function createGroupMuted(work: GroupWork): Promise<void> {
  return record(work, 'started', true);
}

/** The group was not created after all: what is at its place is none of ours. */
export function groupNotCreated(work: GroupWork): Promise<void> {
  return record(work, 'done', null);
}

/** Switches off the mails of a group that an earlier run made, before its next member comes. */
export async function muteGroupAgain(work: GroupWork): Promise<void> {
  const { item, place, context, journal } = work;
  const history = journal.history.items.get(item.id);
  if (place === null || item.existing === null || !mailsPeople(item) || !isGroupMade(history)) return;
  // Somebody may not want any, or a run that was killed has left them off.
  if ((await context.target.groupMails(place)) === false) return;
  if (!isMuted(history)) await record(work, 'started', true);
  // Who is no Owner is told nothing, and nothing has changed (GL-291).
  if (!(await context.target.setGroupMails(place, false))) await record(work, 'done', null);
}

function isMuted(history: ItemHistory | undefined): boolean {
  return knownTo(groupQuiet, history)?.muted === true;
}

function record({ journal, item }: GroupWork, status: 'started' | 'done', muted: true | null): Promise<void> {
  return journal.record({ item: item.id, step: groupQuiet.name, status, data: { muted } });
}
