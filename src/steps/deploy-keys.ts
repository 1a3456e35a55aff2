import * as z from 'zod';
import { Failure } from '../failures/failure.ts';
import { Notice } from '../model/notice.ts';
import type { PlannedProject } from '../model/plan.ts';
import type { EnabledKey } from '../model/target-settings.ts';
import { settingDrift, type Setting } from '../plan/setting-drift.ts';
import { publicKey, WantedDeployKey, wantedKeys } from '../plan/ssh-keys.ts';
import { knownTo, proven, remark, type Place, type Step, type WritingWork } from './step.ts';
import { readTold, undecided, unproven } from './told.ts';

const Part = z.object({
  keys: z.array(WantedDeployKey),
  due: z.boolean().describe('Something is to be written'),
  unread: Notice.nullable().describe('Why the source could not be read'),
});
type Part = z.infer<typeof Part>;
const Key = z.object({
  canPush: z.boolean().optional().describe('As this tool set it last, or saw it to be right'),
  open: z.literal(true).optional().describe('It is being enabled'),
  refused: z.string().optional().describe('Why GitLab does not take it'),
});
const Data = z.object({ keys: z.record(z.string(), Key).optional().describe('By fingerprint') });
type Data = z.infer<typeof Data>;
type KeysWork = WritingWork<Data, PlannedProject>;

/** Enables the deploy keys of the repository; one key in several of them is one on GitLab. What somebody chose stays. */
export const deployKeys: Step<Part, Data, PlannedProject> = {
  name: 'deploy-keys',
  title: 'Deploy keys',
  of: 'project',
  stage: 'finish',
  part: Part,
  data: Data,
  async plan({ item, input, source, target, history }) {
    if (!input.config.migrate.deployKeys || item.blocked !== null) return null;
    const read = await readTold(item.id, () => source.deployKeys(item.repository));
    if ('unread' in read) return undecided({ keys: [], due: false, unread: read.unread }, read.unread);
    const { wanted, broken } = wantedKeys(read.told.value ?? []);
    const known = knownTo(deployKeys, history);
    const notices = [
      ...broken.map((title) =>
        remark('deploy-key-broken', item.id, `its deploy key ${title} is no public key and is left out`),
      ),
      ...goneKeys(item.id, wanted, known),
    ];
    if (wanted.length === 0 && notices.length === 0) return null;
    const part = { keys: wanted, due: false, unread: null };
    if (item.existing === null) {
      const due = wanted.length > 0;
      const counts = due ? { add: wanted.length } : {};
      return { part: { ...part, due }, changes: due, state: 'proven', counts, notices };
    }
    if (wanted.length === 0) return { part, changes: false, state: 'proven', counts: {}, notices };
    const there = (await target.deployKeys(item.existing.id)) ?? [];
    const verdicts = wanted.map((key) => verdictOf(key, there, known));
    const { length: count } = verdicts.filter(isDue);
    const refused = verdicts.some(({ outcome }) => outcome === 'refused');
    return {
      part: { ...part, due: count > 0 || refused },
      changes: count > 0,
      state: refused ? 'refused' : 'proven',
      counts: count > 0 ? { add: count } : {},
      notices: [
        ...notices,
        ...verdicts.filter((verdict) => !isDue(verdict)).flatMap((verdict) => differenceOf(item.id, verdict)),
      ],
    };
  },
  drift: (earlier, now) => settingDrift('Deploy keys', shownKeys(earlier), shownKeys(now)),
  async run(part, work) {
    const { place, context } = work;
    if (place === null || !(part.due || work.attempt > 1)) return { changed: false };
    const there = (await context.target.deployKeys(place.id)) ?? [];
    let count = 0;
    for (const key of part.keys) {
      const verdict = verdictOf(key, there, work.known());
      if (verdict.outcome === 'right') await remember(key, work);
      else if (verdict.outcome === 'refused' || isDue(verdict))
        count += (await settle(verdict, place, work)) ? 1 : 0;
    }
    return { changed: count > 0, counts: count > 0 ? { add: count } : {} };
  },
  async verify(part, work) {
    if (part.unread !== null) return unproven(part.unread);
    const { item, place, context } = work;
    const id = place?.id ?? item.existing?.id;
    if (id === undefined || part.keys.length === 0) return proven(0);
    const there = await context.target.deployKeys(id);
    if (there === null) {
      const message = 'its deploy keys are not shown to the token, so nothing is proven of them';
      return { ...proven(0), differences: [remark('deploy-keys-hidden', item.id, message)] };
    }
    const verdicts = part.keys.map((key) => verdictOf(key, there, work.known()));
    const differences = verdicts.flatMap((verdict) => differenceOf(item.id, verdict));
    const check = { ...proven(verdicts.length), differences };
    if (verdicts.some(isDue)) return { ...check, state: 'failed' };
    return verdicts.some(({ outcome }) => outcome === 'refused') ? { ...check, state: 'refused' } : check;
  },
};

type Verdict = {
  key: WantedDeployKey;
  /** As it is on the target. */
  there: EnabledKey | undefined;
  outcome: 'right' | 'add' | 'allow' | 'kept' | 'refused';
  why: string;
};

function shownKeys(part: Part | null): Setting[] {
  return (part?.keys ?? []).map(({ title, fingerprint, canPush }) => ({
    name: title,
    as: `${fingerprint} ${canPush}`,
  }));
}

function verdictOf(key: WantedDeployKey, all: readonly EnabledKey[], data: Data | null): Verdict {
  const there = all.find((each) => publicKey(each.key)?.fingerprint === key.fingerprint);
  const known = data?.keys?.[key.fingerprint];
  const verdict = (outcome: Verdict['outcome'], why = ''): Verdict => ({ key, there, outcome, why });
  if (there === undefined) {
    if (known?.refused !== undefined) return verdict('refused', known.refused);
    const removed = known !== undefined && known.open !== true;
    return removed ? verdict('kept', 'somebody removed it') : verdict('add');
  }
  if (there.canPush === key.canPush) return verdict('right');
  if (known?.open === true || known?.canPush === there.canPush) return verdict('allow');
  return verdict('kept', there.canPush ? 'it may push' : 'it may only read');
}

function isDue({ outcome }: Verdict): boolean {
  return outcome === 'add' || outcome === 'allow';
}

function differenceOf(object: string, { key, outcome, why }: Verdict): Notice[] {
  const { title } = key;
  if (outcome === 'kept') {
    const message = `its deploy key ${title} is not as on GitBucket: on GitLab ${why}, which is kept`;
    return [{ code: 'deploy-key-kept', object, message, fix: '' }];
  }
  if (outcome === 'refused') {
    const message = `GitLab does not take its deploy key ${title}: ${why}`;
    const fix =
      'have its holder remove the key from GitLab and run again, or make a new pair of keys for the job that uses it';
    return [{ code: 'deploy-key-refused', object, message, fix }];
  }
  if (outcome === 'right') return [];
  const message = `its deploy key ${title} is not enabled on GitLab as on GitBucket`;
  return [
    { code: 'deploy-key-missing', object, message, fix: 'run gb2gl migrate (or import) again to enable it' },
  ];
}

function goneKeys(object: string, wanted: readonly WantedDeployKey[], known: Data | null): Notice[] {
  const now = new Set(wanted.map(({ fingerprint }) => fingerprint));
  return Object.entries(known?.keys ?? {})
    .filter(([fingerprint, { refused }]) => refused === undefined && !now.has(fingerprint))
    .map(([fingerprint]) => {
      const message = `its deploy key SHA256:${fingerprint} is gone on GitBucket and stays enabled on GitLab until you remove it there`;
      return remark('deploy-key-gone', object, message);
    });
}

async function remember({ fingerprint, canPush }: WantedDeployKey, work: KeysWork): Promise<void> {
  const known = work.known()?.keys?.[fingerprint];
  if (known?.canPush === canPush && known.open === undefined) return;
  await work.record('done', {
    data: { keys: { [fingerprint]: { canPush, open: null, refused: null } } },
  });
}

/** True when the key is enabled then. */
async function settle({ key, there, outcome }: Verdict, place: Place, work: KeysWork): Promise<boolean> {
  const { target } = work.context;
  const { fingerprint, canPush } = key;
  // Whoever has it as a person keeps it: asking costs less than being refused again.
  if (outcome === 'refused' && (await target.keyOwner(fingerprint))?.deploy === false) return false;
  await work.record('started', { data: { keys: { [fingerprint]: { open: true } } } });
  if (there !== undefined) {
    await target.setDeployKeyPush(place, there.id, canPush);
    await remember(key, work);
    return true;
  }
  const refused = await add(key, place, work);
  if (refused === null) await remember(key, work);
  else await work.record('done', { data: { keys: { [fingerprint]: { open: null, refused } } } });
  return refused === null;
}

/** Null, or why GitLab does not take it. */
async function add(key: WantedDeployKey, place: Place, work: KeysWork): Promise<string | null> {
  const { target } = work.context;
  const first = await post(key, place, work);
  if (first === null || !first.taken) return first?.why ?? null;
  const owner = await target.keyOwner(key.fingerprint);
  if (owner === null) {
    // It may have come with another project of this run a moment ago: then it is found now.
    const second = await post(key, place, work);
    const why = 'it is used elsewhere on GitLab, where the token does not see it';
    return second?.taken === true ? why : (second?.why ?? null);
  }
  if (!owner.deploy) return `it is the SSH key of ${owner.username ?? 'a person'}`;
  await target.enableDeployKey(place, owner.id);
  if (key.canPush) await target.setDeployKeyPush(place, owner.id, true);
  return null;
}

/** Sent without a comment, so that the next project finds the same text (GL-461). */
async function post(
  { title, text, canPush }: WantedDeployKey,
  place: Place,
  { context }: KeysWork,
): Promise<{ taken: boolean; why: string } | null> {
  try {
    await context.target.addDeployKey(place, { title, key: text, canPush });
    return null;
  } catch (error) {
    if (!(error instanceof Failure) || error.refusal?.status !== 400) throw error;
    return { taken: error.refusal.kind === 'taken', why: error.refusal.text };
  }
}
