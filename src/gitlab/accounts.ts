import type { TargetAccount, WantedAccounts } from '../model/accounts.ts';
import type { Person, Survey } from '../model/target.ts';
import { byId, type GitLabClient } from './client.ts';
import { unlessRefused } from './errors.ts';
import { type GroupLookups, type Me, toPerson } from './lookups.ts';
import * as schema from './schema.ts';

/** With fewer things to look for a list of all is hardly cheaper than each alone. */
const fewest = 3;

export type AccountsOptions = { gitlab: GitLabClient; me: Me; lookups: Pick<GroupLookups, 'userAt'> };

/** Looks up users in bulk: in the list of all where it has fewer pages than there are things to look for (GL-280, GL-292). */
export function createAccountSurvey({
  gitlab,
  me,
  lookups,
}: AccountsOptions): Pick<Survey, 'usersNamed' | 'accounts'> {
  const byName = new Map<string, TargetAccount | null>();
  /** Null as long as not all of them were read. */
  let everyone: TargetAccount[] | null = null;
  const object = gitlab.http.server.url;

  async function lookFor(names: readonly string[], others: number): Promise<void> {
    const unknown = names.filter((name) => !byName.has(name));
    const count = unknown.length + others;
    if (everyone === null && count >= fewest) {
      const list = await gitlab.listWithin({ path: byId('/users'), type: schema.User, object }, count);
      everyone = list?.map((user) => toAccount(user, me)) ?? null;
      for (const account of everyone ?? []) byName.set(lower(account.username), account);
    }
    await Promise.all(
      unknown.map(async (name) => {
        if (byName.has(name)) return;
        const user = everyone === null ? await lookups.userAt(name) : null;
        byName.set(name, user === null ? null : toAccount(user, me));
      }),
    );
  }

  /** Who shows the address, or has it as a further one. */
  async function withMail(mail: string): Promise<TargetAccount[]> {
    const path = `/users?search=${encodeURIComponent(mail)}`;
    const users = await gitlab.list({ path, type: schema.User, object: mail });
    const found = users.map((user) => toAccount(user, me));
    return Promise.all(
      found.map(async (account) => (shows(account, mail) ? account : withFurtherMails(account))),
    );
  }

  async function withFurtherMails(account: TargetAccount): Promise<TargetAccount> {
    if (!me.admin) return account;
    const path = `/users/${account.id}/emails`;
    const mails = await unlessRefused(
      gitlab.list({ path, type: schema.FurtherMail, object: account.username }),
    );
    const confirmed = (mails ?? []).filter(({ confirmed_at: at }) => typeof at === 'string');
    return { ...account, furtherEmails: confirmed.map(({ email }) => lower(email)) };
  }

  /** Of addresses that nobody shows: either those who show none of the others are asked, or each address is looked for. */
  async function further(mails: readonly string[], all: readonly TargetAccount[]): Promise<TargetAccount[]> {
    const unmatched = mails.filter((mail) => !all.some((account) => shows(account, mail)));
    if (!me.admin || unmatched.length === 0) return [];
    const free = all.filter((account) => !account.bot && !mails.some((mail) => shows(account, mail)));
    if (free.length > unmatched.length) return (await Promise.all(unmatched.map(withMail))).flat();
    return Promise.all(free.map(withFurtherMails));
  }

  return {
    async usersNamed(names) {
      const wanted = [...new Set(names.map(lower))];
      await lookFor(wanted, 0);
      return new Map(
        wanted.flatMap((name): [string, Person][] => {
          const person = byName.get(name);
          return person ? [[name, person]] : [];
        }),
      );
    },
    async accounts(wanted: WantedAccounts) {
      const names = [...new Set(wanted.usernames.map(lower))];
      const mails = [...new Set(wanted.mails.map(lower))];
      await lookFor(names, mails.length);
      const own = names.flatMap((name) => byName.get(name) ?? []);
      const mailed =
        everyone === null
          ? (await Promise.all(mails.map(withMail))).flat()
          : [...everyone, ...(await further(mails, everyone))];
      const found = new Map<number, TargetAccount>();
      // Of one account what was asked last knows most.
      for (const account of [...own, ...mailed]) {
        const known = found.get(account.id);
        if (known === undefined || account.furtherEmails.length > 0) found.set(account.id, account);
      }
      return [...found.values()];
    },
  };
}

function lower(text: string): string {
  return text.toLowerCase();
}

/** Is it the first, the public or the commit address? */
function shows({ email, publicEmail, commitEmail }: TargetAccount, mail: string): boolean {
  return [email, publicEmail, commitEmail].some((shown) => lower(shown) === mail);
}

/** The account that GitLab shows, with what it tells this token of it. */
export function toAccount(user: schema.User, me: Me | null): TargetAccount {
  const own = me !== null && me.id === user.id;
  return {
    ...toPerson(user, me),
    state: user.state,
    external: user.external,
    publicEmail: user.public_email ?? '',
    commitEmail: user.commit_email ?? '',
    confirmed: own || user.confirmed_at !== null || Boolean(user.created_by),
    furtherEmails: [],
    providers: user.identities?.map(({ provider }) => provider) ?? null,
    bot: user.bot === true,
  };
}
