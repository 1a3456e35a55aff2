import { formatCount, formatMoment } from '../../text/format.ts';
import { headings, readAs } from '../../ui/messages.ts';
import { actionTitles, planHeadings } from '../../ui/plan-messages.ts';
import { actionNotes, planNext, reportHeadings } from '../../ui/report-messages.ts';
import { addressAt, visibilityText } from '../addresses.ts';
import type { PlanPage, PlanPageRow } from '../page-data.ts';
import { el, link, type Child } from './elements.ts';
import { plannedPeopleCard } from './people.ts';
import { fullList, nameCell, numberCell, stateCell, type Column, type Row } from './list.ts';
import {
  card,
  factList,
  growing,
  header,
  listCard,
  listOf,
  needCard,
  pasteable,
  plainTable,
  remark,
  staysCard,
  tileRow,
  unread,
} from './parts.ts';

const ownersAtOnce = 20;
const columns: readonly Column[] = [
  { key: 'state', title: 'Action' },
  { key: 'name', title: 'Repository' },
  { key: 'visibility', title: 'Visibility' },
  { key: 'refs', title: 'Refs', number: true },
  { key: 'remarks', title: 'Remarks' },
];

/** A plan, for those who decide about it: what would happen, what waits for them, what does not move. */
export function planPage(data: PlanPage): Child[] {
  const { origin, verdict, paste, uncounted } = data;
  return [
    header({
      ...data,
      ...verdict,
      eyebrow: [planHeadings.title, formatMoment(origin.at), planHeadings.wrote],
    }),
    tileRow(data.totals.map(tileOf), verdict.tone),
    needCard(reportHeadings.decide, 'warn', data.open),
    paste === null ? null : card(planHeadings.paste, 'screen', pasteable(paste)),
    listCard(planHeadings.notRead, 'attention bad', data.problems.map(unread)),
    el(
      'div',
      { class: 'pair' },
      originCard(data),
      staysCard(data.losses, uncounted === '' ? [] : [`${capital(uncounted)}.`]),
    ),
    listCard(reportHeadings.tracker, '', data.loading.map(capital)),
    listCard(headings.warnings, '', data.warnings.map(capital)),
    plannedPeopleCard(data.people),
    ownersCard(data),
    data.rows.length === 0 ? null : everything(data),
  ];
}

/** `7 repositories: 5 new` as a number and its label. */
function tileOf(line: string): { value: string; label: string } {
  const [value = '', ...rest] = line.split(' ');
  return { value, label: rest.join(' ') };
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function originCard({ origin, source }: PlanPage): HTMLElement {
  const { at, version, command, targetUser } = origin;
  return card(
    reportHeadings.plan,
    '',
    factList([
      ['Created', formatMoment(at)],
      ['Command', el('code', {}, command)],
      ['gb2gl', version],
      ['GitBucket', readAs(source)],
      ['GitLab', `read as ${targetUser}`],
    ]),
    el('p', { class: 'proof-note small' }, planNext),
  );
}

function ownersCard({ owners }: PlanPage): HTMLElement | null {
  if (owners.length === 0) return null;
  const table = growing(owners, ownersAtOnce, (shown) =>
    plainTable(
      [
        { title: 'Owner' },
        { title: 'On GitLab' },
        { title: 'Repositories', number: true },
        { title: 'Refs', number: true },
      ],
      shown.map(({ owner, path, what, repositories, refs }) => [
        owner,
        path === '' ? '' : [path, el('span', { class: 'faint small' }, ` ${what}`)],
        formatCount(repositories),
        refs === 0 ? '' : formatCount(refs),
      ]),
    ),
  );
  return card(reportHeadings.owners, 'flush', table);
}

function everything({ rows, source, target }: PlanPage): HTMLElement {
  const order = ['blocked', 'create', 'update', 'unchanged'] as const;
  return fullList(headings.everything, {
    rows: rows.map((row) => rowOf(row, () => details(row, source.url, target.url))),
    columns: columns.filter(({ key }) => key !== 'remarks' || rows.some(({ remarks }) => remarks.length > 0)),
    states: order.map((action) => ({ state: action, word: actionTitles[action], note: actionNotes[action] })),
  });
}

function rowOf(row: PlanPageRow, shown: () => HTMLElement): Row {
  const { id, path, action, refs, changes, remarks } = row;
  const visibility = visibilityText(row.visibility);
  return {
    id,
    state: action,
    text: `${id} ${path}`.toLowerCase(),
    cells: {
      state: stateCell(action, actionTitles[action]),
      name: nameCell(id, '', path === id ? '' : `→ ${path}`),
      visibility: { sort: visibility, shown: el('span', { class: 'soft' }, visibility) },
      refs: {
        ...numberCell(refs, formatCount(refs)),
        shown: el('span', { title: changes }, formatCount(refs)),
      },
      remarks: {
        sort: remarks.length,
        shown: remarks.map((text) => el('div', { class: 'soft small' }, text)),
      },
    },
    details: shown,
  };
}

function details(row: PlanPageRow, source: string, target: string): HTMLElement {
  const { id, path, changes, notices, losses } = row;
  const old = addressAt(source, id);
  return el(
    'div',
    { class: `grid ${row.action}` },
    notices.length === 0 ? null : el('section', { class: 'wide' }, notices.map(remark)),
    el(
      'section',
      {},
      factList([
        ['GitBucket', link(old, old)],
        ['GitLab', addressAt(target, path)],
        ['Visibility', visibilityText(row.visibility)],
        ...(changes === '' ? [] : [['What happens', changes] as const]),
        ...(losses === '' ? [] : [[reportHeadings.stays, losses] as const]),
      ]),
    ),
    row.remarks.length === 0 ? null : el('section', {}, listOf(row.remarks)),
  );
}
