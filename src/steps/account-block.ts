import * as z from 'zod';
import { accountAbsent } from '../failures/people.ts';
import type { PlannedPerson } from '../model/plan.ts';
import { isOurs } from './account.ts';
import { knownTo, proven, remark, type Step } from './step.ts';

const Part = z.object({
  due: z.boolean().describe('It is not blocked yet'),
  kept: z.boolean().describe('Somebody has unblocked it on GitLab since: it stays so'),
});
type Part = z.infer<typeof Part>;
const Data = z.object({ blocked: z.int().optional().describe('Id of the account that was blocked') });
type Data = z.infer<typeof Data>;

/**
 * Blocks the new accounts of people who are disabled on GitBucket, once everything that needs them is there. Accounts that
 * were there before are for others to block.
 */
export const accountBlock: Step<Part, Data, PlannedPerson> = {
  name: 'account-block',
  title: 'Blocked accounts',
  of: 'person',
  stage: 'finish',
  part: Part,
  data: Data,
  plan({ item, history }) {
    const { person, action, existing } = item;
    if (!person.disabled) return null;
    if (action === 'create')
      return {
        part: { due: true, kept: false },
        changes: true,
        state: 'proven',
        counts: { create: 1 },
        notices: [],
      };
    if (existing === null || !isOurs(existing, history)) return null;
    const open = existing.state !== 'blocked';
    const kept = open && knownTo(accountBlock, history)?.blocked === existing.id;
    const due = open && !kept;
    const counts = due ? { create: 1 } : { unchanged: 1 };
    return { part: { due, kept }, changes: due, state: 'proven', counts, notices: [] };
  },
  async run({ due }, work) {
    const { place, context } = work;
    if (!due || place === null) return { changed: false };
    await work.record('started');
    await context.target.blockAccount(place.id);
    await work.record('done', { data: { blocked: place.id } });
    return { changed: true };
  },
  async verify({ due, kept }, { item, place, context }) {
    const { id, fullPath, person } = item;
    if (place === null) throw accountAbsent(fullPath, { login: person.login });
    if (kept) {
      const message = `the account ${fullPath} was unblocked on GitLab, which is left alone`;
      return { ...proven(1), differences: [remark('account-kept', id, message)] };
    }
    const state = due ? (await context.target.account(place.id))?.state : 'blocked';
    if (state === 'blocked') return proven(1);
    const message = `the account ${fullPath} of ${person.login}, who is disabled on GitBucket, is not blocked`;
    const fix = 'run gb2gl migrate (or import) again';
    const difference = { code: 'account-not-blocked', object: id, message, fix };
    return { ...proven(1), state: 'failed', differences: [difference] };
  },
};
