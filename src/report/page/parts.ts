import type { Notice } from '../../model/notice.ts';
import type { Loss } from '../../model/losses.ts';
import { formatCount } from '../../text/format.ts';
import { lossParts } from '../../ui/loss-messages.ts';
import { reportHeadings } from '../../ui/report-messages.ts';
import { isPiece } from '../merged-fixes.ts';
import { copyButton, el, link, svg, type Child } from './elements.ts';

/** What the pages have in common. */

export type Tone = 'good' | 'warn' | 'bad';
export type Fact = readonly [name: string, value: Child];

const marks = {
  good: 'M4 12.5l5 5L20 6.5',
  warn: 'M12 4v10M12 18.5v.5',
  bad: 'M6 6l12 12M18 6L6 18',
} as const satisfies Record<Tone, string>;

const pen = {
  viewBox: '0 0 24 24',
  fill: 'none',
  stroke: 'currentColor',
  'stroke-width': 2.6,
  'stroke-linecap': 'round',
  'stroke-linejoin': 'round',
  'aria-hidden': 'true',
} as const;

export type Head = {
  tone: Tone;
  title: string;
  eyebrow: readonly string[];
  source: { url: string };
  target: { url: string; version: string };
};

export function header({ tone, title, eyebrow, source, target }: Head): HTMLElement {
  return el(
    'header',
    { class: 'head' },
    el('div', { class: `seal ${tone}` }, svg('svg', pen, svg('path', { d: marks[tone] }))),
    el(
      'div',
      {},
      el('p', { class: 'eyebrow' }, spans(eyebrow)),
      el('h1', {}, title),
      el(
        'p',
        { class: 'eyebrow' },
        el('span', {}, link(source.url, source.url), ' → ', link(target.url, target.url)),
        el('span', {}, `GitLab ${target.version}`),
      ),
    ),
  );
}

function spans(texts: readonly string[]): HTMLElement[] {
  return texts.map((text) => el('span', {}, text));
}

/** A number that people look for first; a share of less than all shows as a bar too. */
export type Tile = { value: string; label: string; share?: number };

export function tileRow(tiles: readonly Tile[], tone: Tone): HTMLElement {
  const parts = tiles.map(({ value, label, share }) =>
    el(
      'div',
      { class: 'tile' },
      el('b', {}, value),
      el('span', { class: 'soft small' }, label),
      share === undefined ? null : bar(share, tone),
    ),
  );
  return el('div', { class: 'tiles' }, parts);
}

function bar(share: number, tone: Tone): HTMLElement {
  const filled = el('i', { class: share < 1 ? tone : 'good' });
  filled.style.width = `${Math.floor(100 * share)}%`;
  return el('div', { class: 'share', 'aria-hidden': 'true' }, filled);
}

export function card(title: string, kind: string, ...content: Child[]): HTMLElement {
  return el('section', { class: `card ${kind}` }, el('h2', {}, title), content);
}

/** A card with one entry for each line; null without any. */
export function listCard(title: string, kind: string, lines: readonly Child[]): HTMLElement | null {
  return lines.length === 0 ? null : card(title, kind, listOf(lines));
}

export function listOf(lines: readonly Child[]): HTMLElement {
  const items = lines.map((line) => el('li', {}, line));
  return el('ul', {}, items);
}

export function factList(list: readonly Fact[]): HTMLElement {
  const pairs = list.map(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]);
  return el('dl', { class: 'facts' }, pairs);
}

/** Something that a person should know, with what can be copied. */
export function remark({ object, message, fix }: Notice): HTMLElement {
  return el(
    'div',
    { class: 'remark' },
    object === '' ? null : el('div', {}, el('code', {}, object)),
    el('div', {}, message),
    fix === '' ? null : wayOut(fix),
  );
}

/** A command and a piece of the config can be copied; a sentence is there to be read. */
function wayOut(fix: string): HTMLElement {
  if (isPiece(fix) || /^(?:git|gb2gl) /.test(fix)) return pasteable(fix);
  return el('div', { class: 'soft' }, `→ ${fix}`);
}

export function pasteable(text: string): HTMLElement {
  return el('div', { class: 'fix' }, el('pre', {}, text), copyButton(text));
}

/** What could not be read: here the fix is a sentence. */
export function unread({ object, message, fix }: Notice): HTMLElement {
  return el(
    'div',
    { class: 'remark failed' },
    el('code', {}, object),
    el('div', {}, message),
    fix === '' ? null : el('div', { class: 'soft' }, `→ ${fix}`),
  );
}

/** A thing that needs a human, or several for one reason: its name, the word for its state, and why. */
export type Need = { name: string; state: string; remarks: readonly Notice[]; count?: number };

const needsAtOnce = 10;

export function needCard(title: string, tone: Tone, needs: readonly Need[]): HTMLElement | null {
  if (needs.length === 0) return null;
  const entries = needs.map(({ name, state, remarks }) =>
    el(
      'div',
      { class: `need ${state}` },
      el('div', { class: 'need-head' }, el('b', {}, name), el('span', { class: `badge ${state}` }, state)),
      remarks.map(remark),
    ),
  );
  const list = growing(entries, needsAtOnce, (shown) => listOf(shown));
  const count = needs.reduce((sum, need) => sum + (need.count ?? 1), 0);
  return card(`${title} (${formatCount(count)})`, `attention ${tone}`, list);
}

/** The first of many, with a button for the rest; paper gets them all. */
export function growing<T>(
  all: readonly T[],
  most: number,
  show: (shown: readonly T[]) => HTMLElement,
): HTMLElement {
  const place = el('div', {}, show(all.slice(0, most)));
  if (all.length <= most) return place;
  const showAll = (): void => place.replaceChildren(show(all));
  place.append(
    el(
      'button',
      { class: 'copy more', type: 'button', onclick: showAll },
      `Show all ${formatCount(all.length)}`,
    ),
  );
  addEventListener('beforeprint', showAll);
  return place;
}

/** What is not moved, as numbers, and what was not counted, as sentences. */
export function staysCard(losses: readonly Loss[], sentences: readonly string[]): HTMLElement | null {
  if (losses.length + sentences.length === 0) return null;
  const numbers = losses.map((loss) => {
    const [, count = '', what = ''] = /^([\d,]+) (.*)$/.exec(lossParts([loss])) ?? [
      '',
      'some',
      lossParts([loss]),
    ];
    return el('li', {}, el('b', {}, count), ' ', el('span', { class: 'soft' }, what));
  });
  return card(
    reportHeadings.stays,
    '',
    numbers.length === 0 ? null : el('ul', { class: 'numbers' }, numbers),
    sentences.map((text) => el('p', { class: 'soft small' }, text)),
  );
}

/** A table without search or order; columns of which every cell is empty are left out. */
export function plainTable(
  columns: readonly { title: string; number?: true }[],
  rows: readonly (readonly Child[])[],
): HTMLElement {
  const shown = columns.map((_, index) => rows.some((row) => row[index] !== null && row[index] !== ''));
  const kept = <T>(list: readonly T[]): T[] => list.filter((_, index) => shown[index]);
  const kinds = kept(columns).map(({ number }) => (number ? 'num' : ''));
  const titles = kept(columns).map(({ title }) => title);
  const heads = titles.map((title, index) => el('th', { scope: 'col', class: kinds[index] ?? '' }, title));
  const lines = rows.map((row) =>
    el(
      'tr',
      {},
      kept(row).map((cell, index) =>
        el('td', { class: kinds[index] ?? '', 'data-title': titles[index] ?? '' }, cell),
      ),
    ),
  );
  return el('table', { class: 'plain' }, el('thead', {}, el('tr', {}, heads)), el('tbody', {}, lines));
}
