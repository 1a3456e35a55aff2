import * as z from 'zod';
import { Failure } from '../failures/failure.ts';
import { Notice } from '../model/notice.ts';
import type { Webhook } from '../model/people.ts';
import type { PlannedProject } from '../model/plan.ts';
import type { TargetHook } from '../model/target-settings.ts';
import { hidesSecret, HookEvent, hookId, hookVerdict, wantedHooks, WantedHook } from '../plan/hooks.ts';
import { settingDrift, type Setting } from '../plan/setting-drift.ts';
import { untilPushed } from './quiet.ts';
import { knownTo, proven, remark, type Place, type Step, type WritingWork } from './step.ts';
import { readTold, undecided, unproven } from './told.ts';

const Part = z.object({
  hooks: z.array(WantedHook),
  left: z.array(Notice).describe('What is to be known of those that do not move'),
  due: z.boolean().describe('Something is to be written'),
  unread: Notice.nullable().describe('Why the source could not be read'),
});
type Part = z.infer<typeof Part>;
const Known = z.object({
  events: z.array(HookEvent).optional().describe('As this tool set it last, or saw it to be right'),
  open: z.literal(true).optional().describe('It is being made'),
  refused: z.string().optional().describe('Why GitLab does not take it'),
});
const Data = z.object({
  hooks: z.record(z.string(), Known).optional().describe('By the hash of the address'),
});
type Data = z.infer<typeof Data>;
type HooksWork = WritingWork<Data, PlannedProject>;

/**
 * Makes the webhooks of the repository, on demand and when GitLab is done with the pushes: none of them hears of history.
 * What somebody chose on GitLab stays.
 */
export const hooks: Step<Part, Data, PlannedProject> = {
  name: 'hooks',
  title: 'Webhooks',
  of: 'project',
  stage: 'finish',
  part: Part,
  data: Data,
  async plan({ item, input, source, target, history }) {
    if (!input.config.migrate.hooks || item.blocked !== null) return null;
    const nothing = { hooks: [], left: [], due: false, unread: null };
    const read = await readTold(item.id, () => source.webhooks(item.repository));
    if ('unread' in read) return undecided({ ...nothing, unread: read.unread }, read.unread);
    const { value } = read.told;
    if (value === null || value.hooks.length === 0) return null;
    const { wanted, notices } = wantedHooks(item.id, value);
    const left = notices.filter(({ code }) => code === 'hook-secret' || code === 'hook-silent');
    const there = item.existing === null ? [] : ((await target.hooks(item.existing.id)) ?? []);
    const known = knownTo(hooks, history);
    const verdicts = wanted.map((hook) => verdictOf(hook, there, known));
    const { length: count } = verdicts.filter(isDue);
    return {
      part: { ...nothing, hooks: wanted, left, due: count > 0 },
      changes: count > 0,
      state: 'proven',
      counts: count > 0 ? { add: count } : {},
      notices: [...notices, ...verdicts.flatMap((verdict) => keptHook(item.id, verdict))],
    };
  },
  drift: (earlier, now) => settingDrift('Webhooks', shownHooks(earlier), shownHooks(now)),
  async run(part, work) {
    const { place, context } = work;
    if (place === null || !(part.due || work.attempt > 1)) return { changed: false };
    const there = (await context.target.hooks(place.id)) ?? [];
    const verdicts = part.hooks.map((hook) => verdictOf(hook, there, work.known()));
    for (const { hook, outcome } of verdicts) if (outcome === 'right') await remember(hook, work);
    const due = verdicts.filter(isDue);
    if (due.length === 0) return { changed: false };
    const reason = 'it must be done with the pushes before webhooks are there, or they hear of them';
    await untilPushed(work, reason);
    // Addresses and secrets are in no plan.
    const { value: given } = await context.source.webhooks(work.item.repository);
    let count = 0;
    for (const verdict of due) count += (await settle(verdict, given?.hooks ?? [], place, work)) ? 1 : 0;
    return { changed: count > 0, counts: count > 0 ? { add: count } : {} };
  },
  async verify(part, work) {
    if (part.unread !== null) return unproven(part.unread);
    const { item, place, context } = work;
    const id = place?.id ?? item.existing?.id;
    if (id === undefined || part.hooks.length === 0) return { ...proven(0), differences: part.left };
    const there = await context.target.hooks(id);
    if (there === null) {
      const message = 'its webhooks are not shown to the token, so nothing is proven of them';
      return { ...proven(0), differences: [remark('hooks-hidden', item.id, message), ...part.left] };
    }
    const known = work.known();
    const verdicts = part.hooks.map((hook) => verdictOf(hook, there, known));
    const missing = verdicts.filter(isDue);
    const differences = [
      ...missing.map(({ hook }) => missingHook(item.id, hook, known)),
      ...verdicts.flatMap((verdict) => [...keptHook(item.id, verdict), ...failingHook(item.id, verdict)]),
      ...part.left,
    ];
    const check = { ...proven(verdicts.length), differences };
    if (missing.length === 0) return check;
    const refused = missing.every(({ hook }) => known?.hooks?.[hook.id]?.refused !== undefined);
    return { ...check, state: refused ? 'refused' : 'failed' };
  },
};

function shownHooks(part: Part | null): Setting[] {
  return (part?.hooks ?? []).map(({ id, host, events }) => ({ name: host, as: [id, ...events].join() }));
}

type Verdict = {
  hook: WantedHook;
  there: TargetHook | undefined;
  outcome: ReturnType<typeof hookVerdict>;
};

function verdictOf(hook: WantedHook, all: readonly TargetHook[], data: Data | null): Verdict {
  const there = all.find(({ url }) => hookId(url) === hook.id);
  const known = data?.hooks?.[hook.id];
  // One that was refused was never there.
  const before = known?.refused === undefined ? known : undefined;
  return { hook, there, outcome: hookVerdict(hook, there?.events ?? null, before) };
}

function isDue({ outcome }: Verdict): boolean {
  return outcome === 'add' || outcome === 'change';
}

function keptHook(object: string, { hook, there, outcome }: Verdict): Notice[] {
  if (outcome !== 'kept') return [];
  const what = there === undefined ? 'was removed on GitLab' : 'is called for other events on GitLab';
  const message = `its webhook to ${hook.host} ${what}, which is kept`;
  return [{ code: 'hook-kept', object, message, fix: '' }];
}

function failingHook(object: string, { hook, there }: Verdict): Notice[] {
  if (there?.failing !== true) return [];
  const message = `GitLab has stopped calling its webhook to ${hook.host}, which failed too often`;
  const fix = 'mend the receiver, then test the webhook on GitLab (Settings > Webhooks)';
  return [{ code: 'hook-failing', object, message, fix }];
}

function missingHook(object: string, { id, host }: WantedHook, known: Data | null): Notice {
  const why = known?.hooks?.[id]?.refused;
  if (why === undefined) {
    const message = `its webhook to ${host} is not on GitLab as it is on GitBucket`;
    return { code: 'hook-missing', object, message, fix: 'run gb2gl migrate --hooks again to make it' };
  }
  const message = `GitLab does not take its webhook to ${host}: ${why}`;
  const fix =
    'have an administrator allow the address (Admin > Settings > Network > Outbound requests) and run again, or set "migrate": {"hooks": false}';
  return { code: 'hook-refused', object, message, fix };
}

async function remember({ id, events }: WantedHook, work: HooksWork): Promise<void> {
  const known = work.known()?.hooks?.[id];
  const same = known?.events?.join() === events.join();
  if (same && known?.open === undefined && known?.refused === undefined) return;
  await work.record('done', { data: { hooks: { [id]: { events, open: null, refused: null } } } });
}

/** True when it is there as it should be then. */
async function settle(
  { hook, there, outcome }: Verdict,
  all: readonly Webhook[],
  place: Place,
  work: HooksWork,
): Promise<boolean> {
  const { target } = work.context;
  const { id, events } = hook;
  await work.record('started', { data: { hooks: { [id]: { open: true, refused: null } } } });
  if (outcome === 'change' && there !== undefined) {
    await target.setHookEvents(place, there, events);
    await remember(hook, work);
    return true;
  }
  const given = all.find(({ url }) => hookId(url) === id);
  if (given === undefined || hidesSecret(given)) return false;
  try {
    await target.addHook(place, { url: given.url.trim(), secret: given.secret, events });
  } catch (error) {
    const refused = error instanceof Failure && error.refusal?.status === 422 ? error.refusal.text : null;
    if (refused === null) throw error;
    await work.record('done', { data: { hooks: { [id]: { open: null, refused } } } });
    return false;
  }
  await remember(hook, work);
  return true;
}
