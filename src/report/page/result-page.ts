import type { ItemResult, Result } from '../../model/result.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatMoment,
  formatShare,
  lowered,
  shortId,
} from '../../text/format.ts';
import {
  andMore,
  asOfIn,
  besideRefs,
  headings,
  notFinished,
  readAs,
  stateNotes,
  troubleStates,
} from '../../ui/messages.ts';
import { planHeadings } from '../../ui/plan-messages.ts';
import { needs, provenMeans, reportHeadings } from '../../ui/report-messages.ts';
import { addressesCsv, addressesOf, visibilityText } from '../addresses.ts';
import { attentionOf, byOwner, costOf, countAll, proofOf, type Attention } from '../result.ts';
import type { ResultPage } from '../page-data.ts';
import { charts } from './charts.ts';
import { details } from './details.ts';
import { el, link, type Child } from './elements.ts';
import { peopleCard } from './people.ts';
import { fullList, nameCell, numberCell, stateCell, type Column, type Row } from './list.ts';
import {
  card,
  factList,
  growing,
  header,
  listCard,
  needCard,
  pasteable,
  plainTable,
  staysCard,
  tileRow,
  unread,
  type Need,
  type Tile,
} from './parts.ts';
import { trackerCards } from './tracker.ts';

const ownersAtOnce = 20;
const addressesAtOnce = 10;
const columns: readonly Column[] = [
  { key: 'state', title: 'State' },
  { key: 'name', title: 'Name' },
  { key: 'visibility', title: 'Visibility' },
  { key: 'compared', title: 'Compared', number: true },
  { key: 'bytes', title: 'Bytes', number: true },
  { key: 'time', title: 'Time', number: true },
  { key: 'proof', title: 'Proof' },
];

/** A run: what came of it, what needs a human, and everything in detail. */
export function resultPage(data: ResultPage): Child[] {
  const { result, verdict } = data;
  const { command, items, problems } = result;
  const found = attentionOf(items);
  const { interrupted } = result.totals.states;
  return [
    header({
      ...result,
      ...verdict,
      eyebrow: [headings.title, `gb2gl ${command}`, formatMoment(result.finishedAt)],
    }),
    tileRow(tilesOf(result), verdict.tone),
    needs.map(({ heading, tone, states }) =>
      needCard(heading, tone, found.filter(({ state }) => states.includes(state)).map(needOf)),
    ),
    data.paste === null ? null : card(planHeadings.paste, 'screen', pasteable(data.paste)),
    listCard(headings.notRead, 'attention bad', problems.map(unread)),
    interrupted === 0
      ? null
      : listCard(reportHeadings.unfinished, 'attention warn', [notFinished(interrupted)]),
    listCard(headings.next, '', data.next),
    el('div', { class: 'pair' }, runCard(result), staysCard(result.stays, data.scope)),
    listCard(headings.warnings, '', result.warnings),
    listCard(headings.notes, '', data.notes),
    peopleCard(result.people),
    trackerCards(result),
    ownersCard(result),
    isProof(result) ? null : charts(items.filter(({ kind }) => kind === 'project')),
    items.length === 0 ? null : everything(data),
    command === 'rehearse' ? null : addressesCard(result),
  ];
}

/** Moves nothing, so its times say nothing either. */
function isProof({ command }: Result): boolean {
  return command === 'verify';
}

function tilesOf({ totals }: Result): Tile[] {
  const { complete, projects } = totals;
  const { done, of } = complete.refs;
  return [
    {
      value: formatShare(complete.projects, projects),
      label: `${shareOf(complete.projects, projects)} ${projects === 1 ? 'repository' : 'repositories'} complete`,
      share: projects === 0 ? 1 : complete.projects / projects,
    },
    {
      value: formatShare(done, of),
      label: `${shareOf(done, of)} ${of === 1 ? 'ref' : 'refs'}`,
      share: of === 0 ? 1 : done / of,
    },
    ...besideRefs(totals).map(({ title, counts }) => ({
      value: formatCount(countAll(counts)),
      label: lowered(title),
    })),
    { value: formatCount(totals.groups), label: totals.groups === 1 ? 'group' : 'groups' },
    ...(totals.bytes > 0 ? [{ value: formatBytes(totals.bytes), label: 'transferred' }] : []),
    { value: formatDuration(totals.ms), label: 'elapsed' },
  ];
}

function shareOf(done: number, of: number): string {
  return done === of ? formatCount(of) : `${formatCount(done)} of ${formatCount(of)}`;
}

function needOf({ item, state, remarks, also }: Attention): Need {
  return { name: `${item.id}${andMore(also)}`, state, remarks, count: 1 + also.length };
}

function runCard(result: Result): HTMLElement {
  const { command, gb2gl, source, target } = result;
  const asOf = asOfIn(result);
  return card(
    reportHeadings.run,
    '',
    factList([
      ['Started', formatMoment(result.startedAt)],
      ['Finished', formatMoment(result.finishedAt)],
      ['Command', el('code', {}, gb2gl.command)],
      ['gb2gl', gb2gl.version],
      ...(asOf === '' ? [] : [['Proof as of', asOf] as const]),
      ['GitBucket', readAs(source)],
      ['GitLab', `${command === 'migrate' ? 'written' : 'read'} as ${target.user}`],
    ]),
    el('p', { class: 'proof-note small' }, provenMeans[result.command]),
  );
}

function ownersCard(result: Result): HTMLElement | null {
  const owners = byOwner(result.items);
  if (owners.length < 2) return null;
  const table = growing(owners, ownersAtOnce, (shown) =>
    plainTable(
      [
        { title: 'Owner' },
        { title: 'Repositories', number: true },
        { title: 'Complete', number: true },
        { title: 'Refs', number: true },
        { title: 'Bytes', number: true },
      ],
      shown.map(({ owner, group, totals: { projects, complete, bytes } }) => [
        [
          group === null ? owner : link(owner, addressesOf(group, result).now),
          group === null || group.target.path === owner
            ? null
            : el('span', { class: 'faint small' }, ` → ${group.target.path}`),
        ],
        formatCount(projects),
        projects === 0 ? '' : formatShare(complete.projects, projects),
        complete.refs.of === 0 ? '' : shareOf(complete.refs.done, complete.refs.of),
        bytes === 0 ? '' : formatBytes(bytes),
      ]),
    ),
  );
  return card(reportHeadings.owners, 'flush', table);
}

function everything({ result, remarks }: ResultPage): HTMLElement {
  const order = [...troubleStates, 'proven'] as const;
  return fullList(headings.everything, {
    rows: result.items.map((item, index) => rowOf(item, () => details(item, remarks[index] ?? [], result))),
    columns: isProof(result) ? columns.filter(({ key }) => key !== 'time') : columns,
    states: order.map((state) => ({ state, word: state, note: stateNotes[state] })),
  });
}

function rowOf(item: ItemResult, shown: () => HTMLElement): Row {
  const { id, state, target, kind } = item;
  const { bytes, ms } = costOf(item);
  const { compared, hash } = proofOf(item);
  const visibility = visibilityText(item.visibility);
  return {
    id,
    state,
    text: `${id} ${target.path}`.toLowerCase(),
    cells: {
      state: stateCell(state, state),
      name: nameCell(id, kind === 'project' ? '' : kind, target.path === id ? '' : `→ ${target.path}`),
      visibility: { sort: visibility, shown: el('span', { class: 'soft' }, visibility) },
      compared: numberCell(kind === 'project' ? compared : 0, formatCount(compared)),
      bytes: numberCell(bytes, formatBytes(bytes)),
      time: numberCell(ms, formatDuration(ms)),
      proof: {
        sort: hash ?? '',
        shown: hash === null ? null : el('code', { class: 'soft', title: hash }, shortId(hash, 12)),
      },
    },
    details: shown,
  };
}

/** For whoever has to change links, remotes and jobs. */
function addressesCard(result: Result): HTMLElement | null {
  const projects = result.items.filter(({ kind }) => kind === 'project');
  if (projects.length === 0) return null;
  const table = growing(projects, addressesAtOnce, (shown) =>
    plainTable(
      [{ title: 'GitBucket' }, { title: 'GitLab' }, { title: 'Visibility' }],
      shown.map((item) => {
        const { old, now } = addressesOf(item, result);
        return [
          link(old, old),
          now === null ? el('span', { class: 'soft' }, 'not there yet') : link(now, now),
          visibilityText(item.visibility),
        ];
      }),
    ),
  );
  const file = URL.createObjectURL(new Blob([addressesCsv(result)], { type: 'text/csv' }));
  const download = el('a', { class: 'copy', href: file, download: 'addresses.csv' }, 'Download as CSV');
  return el(
    'section',
    { class: 'card flush' },
    el('div', { class: 'card-head' }, el('h2', {}, reportHeadings.addresses), download),
    table,
  );
}
