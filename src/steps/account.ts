import * as z from 'zod';
import type { Config } from '../config/schema.ts';
import { Failure } from '../failures/failure.ts';
import { accountAbsent, accountRefused } from '../failures/people.ts';
import type { Notice } from '../model/notice.ts';
import type { Person } from '../model/people.ts';
import { PlannedAccount, type PlannedPerson } from '../model/plan.ts';
import type { NewAccount } from '../model/target-members.ts';
import { usableMails } from '../plan/match-people.ts';
import { whyUnusable } from '../plan/roles.ts';
import { knownTo, proven, remark, type Outcome, type Step, type WritingWork } from './step.ts';

const Part = z.object({
  account: PlannedAccount.nullable().describe('The account that is used; null: it is created'),
  create: z
    .object({
      username: z.string(),
      name: z.string(),
      mail: z.string(),
      identity: z.object({ provider: z.string(), externUid: z.string() }).nullable(),
    })
    .nullable(),
});
type Part = z.infer<typeof Part>;
const Data = z.object({
  making: z.string().optional().describe('Name of the account that is about to be created'),
  made: z.int().optional().describe('Id of the account that was created'),
});
type Data = z.infer<typeof Data>;
type AccountWork = WritingWork<Data, PlannedPerson>;

/** Ensures that a person has the account of the plan; what GitLab made of a new one is read back. */
export const account: Step<Part, Data, PlannedPerson> = {
  name: 'account',
  title: 'Accounts',
  of: 'person',
  stage: 'content',
  part: Part,
  data: Data,
  plan({ item, input }) {
    const { action, existing } = item;
    if (action === 'use' && existing !== null) {
      const notices = noticesOf(item, existing);
      const state = notices.some(isWaiting) ? 'refused' : 'proven';
      return {
        part: { account: existing, create: null },
        changes: false,
        state,
        counts: { unchanged: 1 },
        notices,
      };
    }
    if (action !== 'create') return null;
    const part = { account: null, create: newAccount(item, input.config) };
    return { part, changes: true, state: 'proven', counts: { create: 1 }, notices: [] };
  },
  async run({ account: used, create }, work) {
    if (used !== null) {
      work.place = placeOfAccount(used);
      const { id, username } = used;
      const target = { id, path: username };
      const before = work.journal.history.items.get(work.item.id)?.target?.id ?? null;
      if (work.known()?.making === username)
        await work.record('done', { target, data: { made: id, making: null } });
      // What was done with another account of the person tells nothing of this one.
      else if (before !== id && work.item.steps.length > 1) await work.record('done', { target });
      return { changed: false };
    }
    if (create === null) return { changed: false };
    const known = work.journal.history.items.get(work.item.id)?.steps.get(account.name)?.status;
    // An earlier try may have made it without living to see the answer.
    const found = work.attempt > 1 || known === 'started' ? await ours(create, work) : null;
    if (found !== null) return settle(found, work);
    await work.record('started', { anew: true, data: { making: create.username } });
    return settle(await make(create, work), work);
  },
  async verify({ account: used }, { item, place }) {
    if (place === null) throw accountAbsent(item.fullPath, { login: item.person.login });
    const notices = used === null ? unusableNotices(item, place.unusable) : noticesOf(item, used);
    if (notices.length === 0) return Promise.resolve(proven(1));
    return { ...proven(1), state: notices.some(isWaiting) ? 'refused' : 'proven', differences: notices };
  },
};

/** Where an account is, for the steps that need it. */
export function placeOfAccount(found: PlannedAccount): NonNullable<AccountWork['place']> {
  const why = whyUnusable(found);
  const { id, username, external } = found;
  return {
    id,
    fullPath: username,
    url: null,
    ...(why !== null && { unusable: why }),
    // GL-285.
    ...(external && { holdsNothing: `the account ${username} is external, and may have no projects` }),
  };
}

/** First names have 127 characters, and a name without a blank is one. */
const longestName = /^.{0,127}/su;

function newAccount({ person, name, fullPath, identity }: PlannedPerson, config: Config): NewAccount {
  const [mail = ''] = usableMails(person);
  return {
    username: fullPath,
    name: longestName.exec(name)?.[0] ?? name,
    mail,
    identity: identity ?? identityOf(person, config),
  };
}

/** By which provider of GitLab a sign-in will come, where the config says which one it is. */
function identityOf({ identities }: Person, { people }: Config): NewAccount['identity'] {
  for (const { issuer, subject } of identities) {
    const provider = Object.hasOwn(people.providers, issuer) ? people.providers[issuer] : undefined;
    if (provider !== undefined) return { provider, externUid: subject };
  }
  return null;
}

async function make(create: NewAccount, work: AccountWork): Promise<PlannedAccount> {
  const { target } = work.context;
  try {
    return await target.createAccount(create);
  } catch (error) {
    if (!(error instanceof Failure) || error.refusal === null) throw error;
    const { kind, status, text } = error.refusal;
    if (kind === 'taken') {
      const found = await ours(create, work);
      if (found !== null) return found;
    }
    const about = status === 400 || status === 409;
    if (!about) throw error;
    throw accountRefused(create.username, { login: work.item.person.login, detail: text }, error);
  }
}

/** The account of that name, if it has the address with which we make it. */
async function ours(
  { username, mail }: NewAccount,
  { context }: AccountWork,
): Promise<PlannedAccount | null> {
  const found = await context.target.accountNamed(username);
  return found?.mail?.toLowerCase() === mail.toLowerCase() ? found : null;
}

/** Settings of GitLab may have made it wait, or be external (GL-118, GL-283). */
async function settle(made: PlannedAccount, work: AccountWork): Promise<Outcome> {
  const now = (await work.context.target.account(made.id)) ?? made;
  const { id, username } = now;
  work.place = placeOfAccount(now);
  await work.record('done', { target: { id, path: username }, data: { made: id, making: null } });
  return { changed: true, notices: externalNotices(work.item, now) };
}

/** Was it made by this tool, be it by a run that did not live to see it? */
export function isOurs({ id, username }: PlannedAccount, history: Parameters<typeof knownTo>[1]): boolean {
  const known = knownTo(account, history);
  return known?.made === id || known?.making === username;
}

function noticesOf(item: PlannedPerson, found: PlannedAccount): Notice[] {
  const active = item.person.disabled && whyUnusable(found) === null;
  const why = found.state === 'blocked_pending_approval' ? whyUnusable(found) : null;
  return [
    ...unusableNotices(item, why ?? undefined),
    ...externalNotices(item, found),
    ...(active && found.state === 'active' ? [stillActive(item, found)] : []),
  ];
}

const waiting = 'account-refused';

function isWaiting({ code }: Notice): boolean {
  return code === waiting;
}

function unusableNotices({ id, person }: PlannedPerson, why: string | undefined): Notice[] {
  // Who is disabled is to be blocked anyway.
  if (why === undefined || person.disabled) return [];
  const message = `${why}, since GitLab has as many users as its user cap allows: no role is of use to it until then`;
  const fix =
    'approve it (Admin area > Users > Pending approval), or raise the cap (Settings > General > Sign-up restrictions > User cap); then run the same command again';
  return [{ code: waiting, object: id, message, fix }];
}

function externalNotices({ id }: PlannedPerson, { external, username }: PlannedAccount): Notice[] {
  if (!external) return [];
  const message = `the account ${username} is external: it sees no internal projects, and can create neither groups nor projects; GitLab decides so by Settings > General > Account and limit (new users external, internal users)`;
  return [remark('account-external', id, message)];
}

function stillActive({ id }: PlannedPerson, { username }: PlannedAccount): Notice {
  const message = `it is disabled on GitBucket, and its account ${username} on GitLab, which was there before, stays active`;
  return remark('account-active', id, message);
}
