import type { Notice } from '../../model/notice.ts';
import type { ItemResult, ItemState } from '../../model/result.ts';
import { formatBytes, formatCount, formatDuration, shortId } from '../../text/format.ts';
import { stateNotes, troubleStates } from '../../ui/messages.ts';
import { type PageData, costOf, proofOf } from '../result.ts';
import { details } from './details.ts';
import { el, nodesOf } from './elements.ts';

/** An item with what the list sorts it by and finds it by. */
export type Entry = {
  item: ItemResult;
  remarks: readonly Notice[];
  bytes: number;
  ms: number;
  compared: number;
  hash: string | null;
  text: string;
};

/** What of the list is shown; kept in the address, so that it can be shared and survives a reload. */
type View = { state: string; q: string; sort: string; down: string };

type Column = {
  key: string;
  title: string;
  number?: true;
  compare(this: void, a: Entry, b: Entry): number;
};

type List = {
  entries: readonly Entry[];
  view: View;
  limit: number;
  /** Ids of the items whose details are shown. */
  opened: Set<string>;
  chips: HTMLElement[];
  heads: HTMLElement[];
  body: HTMLTableSectionElement;
  foot: HTMLElement;
};

const shownAtOnce = 200;
const order: readonly ItemState[] = [...troubleStates, 'proven'];
const byState = byNumber(({ item }) => order.indexOf(item.state));
const byName = byText(({ item }) => item.id.toLowerCase());
const columns: readonly Column[] = [
  { key: 'state', title: 'State', compare: byState },
  { key: 'name', title: 'Name', compare: byName },
  { key: 'compared', title: 'Compared', number: true, compare: byNumber(({ compared }) => compared) },
  { key: 'bytes', title: 'Bytes', number: true, compare: byNumber(({ bytes }) => bytes) },
  { key: 'time', title: 'Time', number: true, compare: byNumber(({ ms }) => ms) },
  { key: 'proof', title: 'Proof', compare: byText(({ hash }) => hash ?? '') },
];

export function entriesOf({ result, remarks }: PageData): Entry[] {
  return result.items.map((item, index) => ({
    item,
    remarks: remarks[index] ?? [],
    ...costOf(item),
    ...proofOf(item),
    text: `${item.id} ${item.target.path}`.toLowerCase(),
  }));
}

/** Every item, with filters, search, order and details. */
export function entryList(entries: readonly Entry[], states: Record<ItemState, number>): HTMLElement {
  const address = new URLSearchParams(location.hash.slice(1));
  const list: List = {
    entries,
    view: viewIn(address),
    limit: shownAtOnce,
    opened: new Set(address.getAll('open')),
    chips: [],
    heads: [],
    body: el('tbody', {}),
    foot: el('div', { class: 'foot soft small' }),
  };
  const present = order.filter((state) => states[state] > 0);
  list.chips = [chip(list, '', entries.length), ...present.map((state) => chip(list, state, states[state]))];
  list.heads = columns.map((column) => head(list, column));
  paint(list);
  return el(
    'section',
    { class: 'card list' },
    strip(present, states),
    el('div', { class: 'tools' }, list.chips, search(list)),
    el('table', {}, el('thead', {}, el('tr', {}, list.heads)), list.body),
    list.foot,
  );
}

function viewIn(address: URLSearchParams): View {
  return {
    state: address.get('state') ?? '',
    q: address.get('q') ?? '',
    sort: address.get('sort') ?? 'state',
    down: address.get('down') ?? '',
  };
}

function change(list: List, part: Partial<View>): void {
  Object.assign(list.view, part);
  list.limit = shownAtOnce;
  const kept = Object.entries(list.view).filter(
    ([key, value]) => value !== '' && !(key === 'sort' && value === 'state'),
  );
  try {
    history.replaceState(null, '', `#${new URLSearchParams(kept)}`);
  } catch {
    // Not every browser allows it for a local file.
  }
  paint(list);
}

function sortBy(list: List, { key, number }: Column): void {
  if (list.view.sort === key) change(list, { down: list.view.down ? '' : '1' });
  else change(list, { sort: key, down: number ? '1' : '' });
}

/** How many items are in which state, as one bar; those that need a human at its end. */
function strip(present: readonly ItemState[], states: Record<ItemState, number>): HTMLElement | null {
  if (present.length === 0) return null;
  const parts = present.map((state) => {
    const part = el('i', { class: state, title: `${state}: ${formatCount(states[state])}` });
    part.style.flexGrow = String(states[state]);
    return part;
  });
  return el('div', { class: 'strip', 'aria-hidden': 'true' }, parts);
}

function chip(list: List, state: ItemState | '', count: number): HTMLElement {
  return el(
    'button',
    {
      class: `chip ${state}`,
      type: 'button',
      'data-state': state,
      title: state === '' ? null : stateNotes[state],
      onclick: () => change(list, { state }),
    },
    state === '' ? null : el('span', { class: 'dot' }),
    `${state || 'all'} ${formatCount(count)}`,
  );
}

function search(list: List): HTMLElement {
  const label = 'Search by name';
  const field = el('input', {
    type: 'search',
    placeholder: label,
    'aria-label': label,
    oninput: onInput,
  });
  function onInput(): void {
    change(list, { q: field.value });
  }
  field.value = list.view.q;
  return field;
}

function head(list: List, column: Column): HTMLElement {
  const button = el('button', { type: 'button', onclick: () => sortBy(list, column) }, column.title);
  return el('th', { scope: 'col', class: column.number ? 'num' : '' }, button);
}

function visible({ entries, view }: List): Entry[] {
  const words = view.q.toLowerCase().split(/\s+/).filter(Boolean);
  const compare = columns.find(({ key }) => key === view.sort)?.compare ?? byState;
  const sign = view.down ? -1 : 1;
  return entries
    .filter(({ item }) => view.state === '' || item.state === view.state)
    .filter(({ text }) => words.every((word) => text.includes(word)))
    .sort((a, b) => sign * compare(a, b) || byName(a, b));
}

/** Shows the list anew; the keyboard stays where it was. */
function paint(list: List): void {
  const { body, foot, view, limit } = list;
  const found = visible(list);
  const focused = document.activeElement?.closest('tr')?.dataset['id'];
  body.replaceChildren(...found.slice(0, limit).flatMap((entry) => rows(list, entry)));
  if (focused !== undefined) {
    const again = [...body.rows].find(({ dataset }) => dataset['id'] === focused);
    again?.querySelector('button')?.focus();
  }
  for (const one of list.chips) one.setAttribute('aria-pressed', String(one.dataset['state'] === view.state));
  for (const [index, one] of list.heads.entries()) {
    if (columns[index]?.key === view.sort)
      one.setAttribute('aria-sort', view.down ? 'descending' : 'ascending');
    else one.removeAttribute('aria-sort');
  }
  foot.replaceChildren(...nodesOf([el('span', {}, shownOf(found.length, limit)), more(list, found.length)]));
}

function shownOf(count: number, limit: number): string {
  if (count === 0) return 'No matches.';
  return `${formatCount(Math.min(limit, count))} of ${formatCount(count)} shown`;
}

function more(list: List, count: number): HTMLElement | null {
  if (count <= list.limit) return null;
  function showMore(): void {
    list.limit += shownAtOnce;
    paint(list);
  }
  return el('button', { class: 'copy', type: 'button', onclick: showMore }, 'Show more');
}

/** The row of one item, and the one with its details when it is open. */
function rows(list: List, { item, remarks, compared, hash, bytes, ms }: Entry): HTMLElement[] {
  const open = list.opened.has(item.id);
  const isGroup = item.kind === 'group';
  const row = el(
    'tr',
    { class: open ? 'row open' : 'row', 'data-id': item.id },
    el('td', {}, el('span', { class: `state ${item.state}` }, el('span', { class: 'dot' }), item.state)),
    el(
      'td',
      { class: 'name' },
      el('button', { class: 'open-row', type: 'button', 'aria-expanded': String(open) }, item.id),
      isGroup ? el('span', { class: 'faint small' }, '  group') : null,
      item.target.path === item.id ? null : el('div', { class: 'faint small' }, `→ ${item.target.path}`),
    ),
    isGroup ? el('td', { class: 'num' }) : el('td', { class: 'num refs' }, formatCount(compared)),
    el('td', { class: 'num bytes' }, formatBytes(bytes)),
    el('td', { class: 'num time' }, formatDuration(ms)),
    el('td', { class: 'proof' }, hash === null ? null : hashCode(hash)),
  );
  row.addEventListener('click', ({ target }) => {
    const isLink = target instanceof Element && target.closest('a') !== null;
    if (isLink || String(getSelection()) !== '') return;
    if (!list.opened.delete(item.id)) list.opened.add(item.id);
    paint(list);
  });
  if (!open) return [row];
  const cell = el('td', { colspan: String(columns.length) }, details(item, remarks));
  return [row, el('tr', { class: 'detail' }, cell)];
}

function hashCode(text: string): HTMLElement {
  return el('code', { class: 'soft', title: text }, shortId(text, 12));
}

function byNumber(valueOf: (entry: Entry) => number): Column['compare'] {
  return (a, b) => valueOf(a) - valueOf(b);
}

function byText(valueOf: (entry: Entry) => string): Column['compare'] {
  return (a, b) => {
    const [x, y] = [valueOf(a), valueOf(b)];
    return x < y ? -1 : Number(x > y);
  };
}
