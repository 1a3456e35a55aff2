import type { Result } from '../../model/result.ts';
import { howKnown, noAccount, peopleHeadings, rolesLine } from '../../ui/people-messages.ts';
import type { PlanPage } from '../page-data.ts';
import { el } from './elements.ts';
import { card, growing, plainTable } from './parts.ts';

const peopleAtOnce = 20;

/** Who has which account, and who must decide. */
export function plannedPeopleCard(people: PlanPage['people']): HTMLElement | null {
  if (people.length === 0) return null;
  const { login, name, account, how, remarks } = peopleHeadings.columns;
  const table = growing(people, peopleAtOnce, (shown) =>
    plainTable(
      [login, name, account, how, remarks].map((title) => ({ title })),
      shown.map((row) => [
        row.login,
        row.name,
        row.account,
        row.how,
        [...row.remarks, ...row.attention.map(({ message }) => message)].map((said) =>
          el('div', { class: 'soft small' }, said),
        ),
      ]),
    ),
  );
  return card(peopleHeadings.title, 'flush', table);
}

/** Who got what, and by which evidence. */
export function peopleCard(people: Result['people']): HTMLElement | null {
  if (people.length === 0) return null;
  const { login, name, account, how, roles } = peopleHeadings.columns;
  const table = growing(people, peopleAtOnce, (shown) =>
    plainTable(
      [login, name, account, how, roles].map((title) => ({ title })),
      shown.map((one) => [
        one.login,
        one.name,
        one.account ?? noAccount,
        howKnown(one.action, one.evidence),
        rolesLine(one.roles),
      ]),
    ),
  );
  return card(peopleHeadings.title, 'flush', table);
}
