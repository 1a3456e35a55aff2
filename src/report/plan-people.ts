import type { Notice } from '../model/notice.ts';
import type { PersonAction, Plan, PlannedPerson } from '../model/plan.ts';
import { actionWords, howKnown, noAccount, openAccount } from '../ui/people-messages.ts';

/** What a reader is told of one person. */
export type PersonRow = {
  login: string;
  name: string;
  action: PersonAction;
  account: string;
  how: string;
  /** Why, what the first sign-in comes to, and what is only good to know. */
  remarks: string[];
  /** What needs somebody. */
  attention: Notice[];
};

/** Everybody in the plan, first those who need somebody to decide, and by login. */
export function peopleRows({ people }: Pick<Plan, 'people'>): PersonRow[] {
  const order = Object.keys(actionWords);
  return people
    .map(personRow)
    .sort((a, b) => order.indexOf(a.action) - order.indexOf(b.action) || (a.login < b.login ? -1 : 1));
}

function personRow(planned: PlannedPerson): PersonRow {
  const { person, action, evidence, fullPath, reasons, firstSignIn, blocked, steps } = planned;
  const notices = steps.flatMap((step) => step.notices);
  const told = notices.filter(({ fix }) => fix === '').map(({ message }) => message);
  const account = action === 'ask' ? openAccount : fullPath;
  return {
    login: person.login,
    name: person.fullName ?? '',
    action,
    account: account === '' ? noAccount : account,
    how: howKnown(action, evidence),
    remarks: [...reasons, ...(firstSignIn === '' ? [] : [firstSignIn]), ...told],
    attention: [...(blocked === null ? [] : [blocked]), ...notices.filter(({ fix }) => fix !== '')],
  };
}

/** How many people there are of each kind. */
export function countPeople({ people }: Pick<Plan, 'people'>): Record<PersonAction, number> {
  const counts = { ask: 0, none: 0, create: 0, use: 0 };
  for (const { action } of people) counts[action] += 1;
  return counts;
}
