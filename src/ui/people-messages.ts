import type { Evidence, PersonAction } from '../model/plan.ts';
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

/** `8 people: 1 to decide, 2 to create, 5 with an account`. */
export function peopleLine(counts: Readonly<Record<PersonAction, number>>): string {
  const actions = Object.keys(actionWords) as PersonAction[];
  const parts = actions.filter((action) => counts[action] > 0);
  const sum = actions.reduce((all, action) => all + counts[action], 0);
  const told = parts.map((action) => `${formatCount(counts[action])} ${actionWords[action]}`);
  return `${plural(sum, 'person', 'people')}: ${told.join(', ')}`;
}

/** How it is known whose account it is, or why there is none; empty where only the reasons tell. */
export function howKnown(action: PersonAction, evidence: Evidence): string {
  if (action === 'create')
    return evidence === 'nothing' ? 'new account' : `new account, ${evidenceWords[evidence]}`;
  if (action === 'ask') return 'to decide';
  if (action === 'none' && evidence !== 'nothing') return `no account, ${evidenceWords[evidence]}`;
  return action === 'none' ? 'no account' : evidenceWords[evidence];
}

export function morePeople(count: number): string {
  return `and ${plural(count, 'more person', 'more people')} in plan.md`;
}

/** In place of the account that there is none of. */
export const noAccount = '-';
/** In place of the account that somebody must name. */
export const openAccount = '?';
