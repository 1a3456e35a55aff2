import { formatCount } from '../../text/format.ts';
import { el, nodesOf, type Child } from './elements.ts';

/** What one column shows of a row, and what the list sorts it by. */
export type Cell = { sort: string | number; shown: Child };

/** What a list has of one thing: a row, and what is shown below it when it is open. */
export type Row = {
  id: string;
  state: string;
  /** What the search looks in. */
  text: string;
  cells: Readonly<Record<string, Cell>>;
  details: () => HTMLElement;
};

/** A column of numbers that are all zero is left out. */
export type Column = { key: string; title: string; number?: true };

export type ListContent = {
  rows: readonly Row[];
  columns: readonly Column[];
  /** In the order of the list, each with the word that people see and what it means. */
  states: readonly { state: string; word: string; note: string }[];
};

/** What of the list is shown; kept in the address, so that it can be shared and survives a reload. */
type View = { state: string; q: string; sort: string; down: string };

type List = ListContent & {
  view: View;
  limit: number;
  /** Ids of the rows whose details are shown. */
  opened: Set<string>;
  chips: HTMLElement[];
  heads: HTMLElement[];
  body: HTMLTableSectionElement;
  foot: HTMLElement;
};

const shownAtOnce = 200;
const byState = 'state';

/** Every row, with filters, search, order and details. The first two columns are the state and the name. */
export function fullList(title: string, content: ListContent): HTMLElement {
  const { rows } = content;
  const counts = new Map<string, number>();
  for (const { state } of rows) counts.set(state, (counts.get(state) ?? 0) + 1);
  const address = new URLSearchParams(location.hash.slice(1));
  const list: List = {
    rows,
    columns: content.columns.filter(
      ({ key, number }) => !number || rows.some(({ cells }) => cells[key]?.sort !== 0),
    ),
    states: content.states.filter(({ state }) => counts.has(state)),
    view: viewIn(address),
    limit: shownAtOnce,
    opened: new Set(address.getAll('open')),
    chips: [],
    heads: [],
    body: el('tbody', {}),
    foot: el('div', { class: 'foot soft small' }),
  };
  list.chips = [
    chip(list, '', 'all', null, rows.length),
    ...list.states.map(({ state, word, note }) => chip(list, state, word, note, counts.get(state) ?? 0)),
  ];
  list.heads = list.columns.map((column) => head(list, column));
  paint(list);
  addEventListener('beforeprint', () => {
    list.limit = Infinity;
    paint(list);
  });
  return el(
    'section',
    { class: 'card list' },
    el('h2', {}, title),
    strip(list.states.map(({ state, word }) => ({ state, word, count: counts.get(state) ?? 0 }))),
    el('div', { class: 'tools' }, list.chips, search(list)),
    el('table', {}, el('thead', {}, el('tr', {}, list.heads)), list.body),
    list.foot,
  );
}

function viewIn(address: URLSearchParams): View {
  return {
    state: address.get('state') ?? '',
    q: address.get('q') ?? '',
    sort: address.get('sort') ?? byState,
    down: address.get('down') ?? '',
  };
}

function change(list: List, part: Partial<View>): void {
  Object.assign(list.view, part);
  list.limit = shownAtOnce;
  const kept = Object.entries(list.view).filter(
    ([key, value]) => value !== '' && !(key === 'sort' && value === byState),
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

/** How many are in which state, as one bar; those that need a human at its end. */
function strip(parts: readonly { state: string; word: string; count: number }[]): HTMLElement {
  const bars = parts.map(({ state, word, count }) => {
    const part = el('i', { class: state, title: `${word}: ${formatCount(count)}` });
    part.style.flexGrow = String(count);
    return part;
  });
  return el('div', { class: 'strip', 'aria-hidden': 'true' }, bars);
}

function chip(list: List, state: string, word: string, note: string | null, count: number): HTMLElement {
  return el(
    'button',
    {
      class: `chip ${state}`,
      type: 'button',
      'data-state': state,
      title: note,
      onclick: () => change(list, { state }),
    },
    state === '' ? null : el('span', { class: 'dot' }),
    `${word} ${formatCount(count)}`,
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
  return el('th', { scope: 'col', class: classOf(column), 'data-title': column.title }, button);
}

function classOf({ key, number }: Column): string {
  return number ? `col-${key} num` : `col-${key}`;
}

function visible({ rows, view, states }: List): Row[] {
  const words = view.q.toLowerCase().split(/\s+/).filter(Boolean);
  const order = states.map(({ state }) => state);
  const sign = view.down ? -1 : 1;
  const compare = (a: Row, b: Row): number => {
    if (view.sort === byState) return order.indexOf(a.state) - order.indexOf(b.state);
    return compared(a.cells[view.sort]?.sort ?? 0, b.cells[view.sort]?.sort ?? 0);
  };
  return rows
    .filter(({ state }) => view.state === '' || state === view.state)
    .filter(({ text }) => words.every((word) => text.includes(word)))
    .sort((a, b) => sign * compare(a, b) || compared(a.id.toLowerCase(), b.id.toLowerCase()));
}

function compared(a: string | number, b: string | number): number {
  return a < b ? -1 : Number(a > b);
}

/** Shows the list anew; the keyboard stays where it was. */
function paint(list: List): void {
  const { body, foot, view, limit } = list;
  const found = visible(list);
  const focused = document.activeElement?.closest('tr')?.dataset['id'];
  body.replaceChildren(...found.slice(0, limit).flatMap((row) => rowsOf(list, row)));
  if (focused !== undefined) {
    const again = [...body.rows].find(({ dataset }) => dataset['id'] === focused);
    again?.querySelector('button')?.focus();
  }
  for (const one of list.chips) one.setAttribute('aria-pressed', String(one.dataset['state'] === view.state));
  for (const [index, one] of list.heads.entries()) {
    if (list.columns[index]?.key === view.sort)
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

/** One row, and the one with its details when it is open. */
function rowsOf(list: List, { id, cells, details }: Row): HTMLElement[] {
  const open = list.opened.has(id);
  const row = el(
    'tr',
    { class: open ? 'row open' : 'row', 'data-id': id },
    list.columns.map((column) =>
      el('td', { class: classOf(column), 'data-title': column.title }, cells[column.key]?.shown ?? null),
    ),
  );
  const opener = row.querySelector('.open-row');
  opener?.setAttribute('aria-expanded', String(open));
  row.addEventListener('click', ({ target }) => {
    const isLink = target instanceof Element && target.closest('a') !== null;
    if (isLink || String(getSelection()) !== '') return;
    if (!list.opened.delete(id)) list.opened.add(id);
    paint(list);
  });
  if (!open) return [row];
  const cell = el('td', { colspan: String(list.columns.length) }, details());
  return [row, el('tr', { class: 'detail' }, cell)];
}

/** The cell with the name that opens the details, and what stands below it. */
export function nameCell(name: string, note: string, below: string): Cell {
  return {
    sort: name.toLowerCase(),
    shown: [
      el('button', { class: 'open-row', type: 'button' }, name),
      note === '' ? null : el('span', { class: 'faint small' }, `  ${note}`),
      below === '' ? null : el('div', { class: 'faint small' }, below),
    ],
  };
}

export function stateCell(state: string, word: string): Cell {
  return {
    sort: word,
    shown: el('span', { class: `state ${state}` }, el('span', { class: 'dot' }), word),
  };
}

export function numberCell(value: number, text: string): Cell {
  return { sort: value, shown: value === 0 ? null : text };
}
