import { levelName } from '../model/levels.ts';
import type { Evidence, PersonAction } from '../model/plan.ts';
import type { PersonResult } from '../model/result.ts';
import { formatCount, plural } from '../text/format.ts';

/** Every sentence about people as people see it. */

export const peopleHeadings = {
  title: 'People',
  columns: {
    login: 'GitBucket',
    name: 'Name',
    account: 'GitLab',
    how: 'How it is known',
    remarks: 'Remarks',
    roles: 'Roles',
  },
} as const;

/** In the order in which they are shown: what needs somebody comes first. */
export const actionWords = {
  ask: 'to decide',
  none: 'without an account',
  create: 'to create',
  use: 'with an account',
} as const satisfies Record<PersonAction, string>;

const evidenceWords = {
  config: 'named in "map.users"',
  file: 'named in people.csv',
  mail: 'same mail address',
  'public-mail': 'same public mail address',
  'commit-mail': 'same commit mail address',
  'name-and-mail': 'same name and mail address',
  nothing: '',
} as const satisfies Record<Evidence, string>;

/** `8 people: 1 to decide, 2 to create, 5 with an account`; none without people. */
export function peopleLine(counts: Readonly<Record<PersonAction, number>>): string[] {
  const actions = Object.keys(actionWords) as PersonAction[];
  const parts = actions.filter((action) => counts[action] > 0);
  const sum = actions.reduce((all, action) => all + counts[action], 0);
  const told = parts.map((action) => `${formatCount(counts[action])} ${actionWords[action]}`);
  return sum === 0 ? [] : [`${plural(sum, 'person', 'people')}: ${told.join(', ')}`];
}

/** How it is known whose account it is, or why there is none; empty where only the reasons tell. */
export function howKnown(action: PersonAction, evidence: Evidence): string {
  if (action === 'create')
    return evidence === 'nothing' ? 'new account' : `new account, ${evidenceWords[evidence]}`;
  if (action === 'ask') return 'to decide';
  if (action === 'none' && evidence !== 'nothing') return `no account, ${evidenceWords[evidence]}`;
  return action === 'none' ? 'no account' : evidenceWords[evidence];
}

/** `Owner in tools; Developer in platform, mobile`, the highest first; what is not proven says so. */
export function rolesLine(roles: PersonResult['roles']): string {
  const at = new Map<string, string[]>();
  for (const { at: place, level, proven } of [...roles].sort((a, b) => b.level - a.level)) {
    const role = proven ? levelName(level) : `${levelName(level)} (not proven)`;
    at.set(role, [...(at.get(role) ?? []), place]);
  }
  return [...at].map(([role, places]) => `${role} in ${places.join(', ')}`).join('; ');
}

/** What is left to do for people, in a sentence; none when nothing is. */
export function peopleLeft(people: readonly PersonResult[]): string[] {
  const open = people.filter(
    ({ action, missed }) => missed.length > 0 && (action === 'ask' || action === 'none'),
  );
  if (open.length === 0) return [];
  const who = open.slice(0, 10).map(({ login }) => login);
  const more = open.length > who.length ? ` and ${formatCount(open.length - who.length)} more` : '';
  const have = open.length === 1 ? 'has' : 'have';
  return [
    `${plural(open.length, 'person', 'people')} ${have} no account that is known to be theirs, and so no roles: ${who.join(', ')}${more}. Write their GitLab user names into the column gitlab_username of people.csv (or - for nobody), then run the same command again.`,
  ];
}

export function morePeople(count: number): string {
  return `and ${plural(count, 'more person', 'more people')} in plan.md`;
}

/** In place of the account that there is none of. */
export const noAccount = '-';
/** In place of the account that somebody must name. */
export const openAccount = '?';
