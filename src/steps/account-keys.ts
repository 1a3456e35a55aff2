import * as z from 'zod';
import { Failure } from '../failures/failure.ts';
import { Notice } from '../model/notice.ts';
import type { SshKey } from '../model/people.ts';
import type { PlannedPerson } from '../model/plan.ts';
import type { Target } from '../model/target.ts';
import { settingDrift, type Setting } from '../plan/setting-drift.ts';
import { publicKey, titleOfKey, WantedKey } from '../plan/ssh-keys.ts';
import { knownTo, proven, remark, type Place, type Step, type WritingWork } from './step.ts';
import { readTold, undecided, unproven } from './told.ts';

const Part = z.object({
  keys: z.array(WantedKey),
  due: z.boolean().describe('Something is to be written'),
  unread: Notice.nullable().describe('Why the source could not be read'),
});
type Part = z.infer<typeof Part>;
const Key = z.object({
  added: z.literal(true).optional().describe('It is there, or was'),
  refused: z.string().optional().describe('Why GitLab does not take it'),
});
const Data = z.object({ keys: z.record(z.string(), Key).optional().describe('By fingerprint') });
type Data = z.infer<typeof Data>;
type KeysWork = WritingWork<Data, PlannedPerson>;

/** Adds the SSH keys of people to their accounts, on demand: GitLab mails the owner about each of them (GL-287). */
export const accountKeys: Step<Part, Data, PlannedPerson> = {
  name: 'account-keys',
  title: 'SSH keys',
  of: 'person',
  stage: 'finish',
  part: Part,
  data: Data,
  async plan({ item, input, source, target, history }) {
    const hasAccount = item.action === 'use' || item.action === 'create';
    if (!input.config.migrate.sshKeys || !hasAccount || item.person.disabled) return null;
    const nothing = { keys: [], due: false, unread: null };
    const read = await readTold(item.id, () => source.sshKeys(item.person.login));
    if ('unread' in read) return undecided({ ...nothing, unread: read.unread }, read.unread);
    const keys = keysIn(read.told.value ?? []);
    if (keys.length === 0) return null;
    if (!input.target.user.admin) {
      const message = `its ${keys.length} SSH keys do not move: only an administrator of GitLab may add keys for others`;
      return {
        part: nothing,
        changes: false,
        state: 'proven',
        counts: {},
        notices: [remark('ssh-keys-left', item.id, message)],
      };
    }
    const verdicts = await verdictsOf(keys, item.existing?.id ?? null, target, knownTo(accountKeys, history));
    const { length: count } = verdicts.filter(({ outcome }) => outcome === 'add');
    const refused = verdicts.some(({ outcome }) => outcome === 'refused');
    return {
      part: { ...nothing, keys, due: count > 0 },
      changes: count > 0,
      state: refused ? 'refused' : 'proven',
      counts: count > 0 ? { add: count } : {},
      notices: [
        ...(count > 0 ? [mails(item, count)] : []),
        ...verdicts
          .filter(({ outcome }) => outcome !== 'add')
          .flatMap((verdict) => differenceOf(item.id, verdict)),
      ],
    };
  },
  drift: (earlier, now) => settingDrift('SSH keys', shownKeys(earlier), shownKeys(now)),
  async run(part, work) {
    const { place, context } = work;
    if (place === null || !(part.due || work.attempt > 1)) return { changed: false };
    const verdicts = await verdictsOf(part.keys, place.id, context.target, work.known());
    let count = 0;
    for (const { key, outcome } of verdicts) {
      if (outcome === 'right') await remember(key, work);
      if (outcome === 'add') count += (await add(key, place, work)) ? 1 : 0;
    }
    return { changed: count > 0, counts: count > 0 ? { add: count } : {} };
  },
  async verify(part, work) {
    const { item, place, context } = work;
    if (part.unread !== null) return unproven(part.unread);
    const id = place?.id ?? item.existing?.id ?? null;
    if (part.keys.length === 0 || id === null) return proven(0);
    const verdicts = await verdictsOf(part.keys, id, context.target, work.known());
    const differences = verdicts.flatMap((verdict) => differenceOf(item.id, verdict));
    const check = { ...proven(verdicts.length), differences };
    if (verdicts.some(({ outcome }) => outcome === 'add')) return { ...check, state: 'failed' };
    return verdicts.some(({ outcome }) => outcome === 'refused') ? { ...check, state: 'refused' } : check;
  },
};

/** Each once; what is no key is nobody's. */
function shownKeys(part: Part | null): Setting[] {
  return (part?.keys ?? []).map(({ title, fingerprint }) => ({ name: title, as: fingerprint }));
}

function keysIn(rows: readonly SshKey[]): WantedKey[] {
  const found = new Map<string, WantedKey>();
  for (const { title, key } of rows) {
    const parsed = publicKey(key);
    if (parsed === null || found.has(parsed.fingerprint)) continue;
    const { text, fingerprint } = parsed;
    found.set(fingerprint, { title: titleOfKey(title, parsed), text, fingerprint });
  }
  return [...found.values()];
}

type Verdict = { key: WantedKey; outcome: 'right' | 'add' | 'kept' | 'refused'; why: string };

/** `account`: null while there is none. */
async function verdictsOf(
  keys: readonly WantedKey[],
  account: number | null,
  target: Target,
  data: Data | null,
): Promise<Verdict[]> {
  const shown = account === null ? [] : await target.sshKeys(account);
  const there = new Set(shown.flatMap(({ key }) => publicKey(key)?.fingerprint ?? []));
  return keys.map((key) => {
    const known = data?.keys?.[key.fingerprint];
    if (there.has(key.fingerprint)) return { key, outcome: 'right', why: '' };
    if (known?.refused !== undefined) return { key, outcome: 'refused', why: known.refused };
    return { key, outcome: known?.added === true ? 'kept' : 'add', why: '' };
  });
}

function mails({ id, fullPath, person }: PlannedPerson, count: number): Notice {
  const who = fullPath === '' ? person.login : fullPath;
  const message = `GitLab sends ${who} ${count === 1 ? 'a mail about the new key' : `${count} mails, one about each new key`}`;
  return remark('key-mails', id, message);
}

function differenceOf(object: string, { key: { title }, outcome, why }: Verdict): Notice[] {
  if (outcome === 'right') return [];
  if (outcome === 'kept') {
    const message = `the SSH key ${title} was removed on GitLab, which is kept`;
    return [{ code: 'ssh-key-kept', object, message, fix: '' }];
  }
  if (outcome === 'refused') {
    const message = `GitLab does not take the SSH key ${title}: ${why}`;
    const fix = 'ask its owner to add another key to GitLab';
    return [{ code: 'ssh-key-refused', object, message, fix }];
  }
  const message = `the SSH key ${title} is not on GitLab`;
  return [{ code: 'ssh-key-missing', object, message, fix: 'run gb2gl migrate (or import) again to add it' }];
}

async function remember({ fingerprint }: WantedKey, work: KeysWork): Promise<void> {
  if (work.known()?.keys?.[fingerprint]?.added === true) return;
  await work.record('done', { data: { keys: { [fingerprint]: { added: true, refused: null } } } });
}

/** True when it is there then. A key works for one account only, so that of two people has to be told (GB-227). */
async function add(key: WantedKey, place: Place, work: KeysWork): Promise<boolean> {
  const { target } = work.context;
  const { title, text, fingerprint } = key;
  await work.record('started');
  try {
    await target.addSshKey(place, { title, key: text });
  } catch (error) {
    if (!(error instanceof Failure) || error.refusal?.status !== 400) throw error;
    let refused = error.refusal.text;
    if (error.refusal.kind === 'taken') {
      const owner = await target.keyOwner(fingerprint);
      const whose = owner?.deploy === false ? `the account ${owner.username} has it` : 'it is a deploy key';
      refused = owner === null ? 'somebody has it already' : whose;
    }
    await work.record('done', { data: { keys: { [fingerprint]: { refused } } } });
    return false;
  }
  await remember(key, work);
  return true;
}
