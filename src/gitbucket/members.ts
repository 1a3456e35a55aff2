import { membersDisagree } from '../failures/source.ts';
import type { Member, Told, Via } from '../model/people.ts';
import { someOf } from '../text/nearest.ts';
import { membersOn } from './html.ts';
import { once } from '../net/once.ts';
import { told, untold, type Sources } from './people.ts';

/** Who is in which group, by all that tells it. */
export type GroupMembers = {
  /**
   * The members of a group. Up to three ways are read and compared: the database (one query for all groups), the members
   * tab (one page for each), and the groups of every enabled user (one request for each user, once). Where they do not
   * agree, even when read again, a notice names both; the value is that of the first.
   */
  of(group: string): Promise<Told<Member[]>>;
  /** Logins of the enabled members of every enabled group, as the API tells them user by user; null before 4.30 (GB-44). */
  byApi(): Promise<ReadonlyMap<string, ReadonlySet<string>> | null>;
};

type Reading = { via: Via; name: string; members: Member[] };

export function createGroupMembers(sources: Sources): GroupMembers {
  const { session, database } = sources;
  let byUser = once(() => invert(sources));
  let renewed = false;

  async function readings(group: string): Promise<{ all: Reading[]; enabled: ReadonlySet<string> | null }> {
    const all: Reading[] = [];
    const rows = await database.rowsOf('GROUP_MEMBER', group);
    if (rows !== null) {
      const members = rows.map((row) => ({
        login: row.text('USER_NAME') ?? '',
        manager: row.flag('MANAGER'),
      }));
      all.push({ via: 'database', name: 'the database', members });
      const [account] = (await database.rowsOf('ACCOUNT', group)) ?? [];
      // A disabled group has no page, and nobody is in it by the API (GB-58).
      if (account?.flag('REMOVED') === true) return { all, enabled: null };
    }
    const [page, users] = await Promise.all([
      session.page(`/${encodeURIComponent(group)}?tab=members`),
      byUser(),
    ]);
    const shown = page === null ? null : membersOn(page.text);
    if (page !== null && shown !== null) {
      all.push({ via: page.session ? 'session' : 'page', name: 'the members page', members: shown });
    }
    if (users !== null) {
      const members = [...(users.groups.get(group) ?? [])].map((login) => ({ login, manager: null }));
      all.push({ via: 'api', name: 'the API', members });
    }
    return { all, enabled: users?.enabled ?? null };
  }

  /** Somebody may have changed a group in between; asking all users is not done more than twice for that. */
  function renew(): void {
    if (renewed) return;
    renewed = true;
    database.forget('GROUP_MEMBER');
    byUser = once(() => invert(sources));
  }

  async function read(group: string, again: boolean): Promise<Told<Member[]>> {
    const { all, enabled } = await readings(group);
    const [first, ...others] = all;
    if (first === undefined) return untold();
    const answer = told(
      first.members.toSorted((one, other) => (one.login < other.login ? -1 : 1)),
      first.via,
      ...others.map(({ via }) => via),
    );
    for (const other of others) {
      const detail = differences(first, other, enabled);
      if (detail === '') continue;
      if (!again) {
        renew();
        return read(group, true);
      }
      answer.notices.push(membersDisagree(group, { one: first.name, other: other.name, detail }).notice);
    }
    return answer;
  }

  return {
    of: (group) => read(group, false),
    async byApi() {
      return (await byUser())?.groups ?? null;
    },
  };
}

type Inverted = { groups: Map<string, Set<string>>; enabled: Set<string> };

async function invert({ api }: Sources): Promise<Inverted | null> {
  const [users, all] = await Promise.all([api.users(), api.groups()]);
  if (users === null || all === null) return null;
  const groups = new Map(all.map(({ login }) => [login, new Set<string>()]));
  await Promise.all(
    users.map(async ({ login }) => {
      for (const group of (await api.groupsOf(login)) ?? []) {
        const members = groups.get(group.login) ?? new Set();
        groups.set(group.login, members.add(login));
      }
    }),
  );
  return { groups, enabled: new Set(users.map(({ login }) => login)) };
}

/** In words; empty when there is none. The API knows enabled users only, and no managers. */
function differences(first: Reading, other: Reading, enabled: ReadonlySet<string> | null): string {
  const told = (members: readonly Member[]): Map<string, boolean | null> =>
    new Map(
      members
        .filter(({ login }) => other.via !== 'api' || enabled?.has(login) === true)
        .map(({ login, manager }) => [login, manager]),
    );
  const [one, two] = [told(first.members), told(other.members)];
  const managers = [...one].filter(([login, manager]) => {
    const same = two.get(login);
    return manager !== null && same !== undefined && same !== null && manager !== same;
  });
  const parts: [string, string[]][] = [
    [`only ${first.name} has`, missing(two, one)],
    [`only ${other.name} has`, missing(one, two)],
    ['they disagree on who manages it:', managers.map(([login]) => login).sort()],
  ];
  return parts
    .flatMap(([what, logins]) => (logins.length === 0 ? [] : [`${what} ${someOf(logins)}`]))
    .join('; ');
}

function missing(from: ReadonlyMap<string, unknown>, of: ReadonlyMap<string, unknown>): string[] {
  return [...of.keys()].filter((login) => !from.has(login)).sort();
}
