import { formatBytes, formatCount, formatDuration, formatTime } from '../../text/format.ts';
import { truncate } from '../../text/lines.ts';
import { asOfIn, besideRefs, headings, readAs } from '../../ui/messages.ts';
import { countAll, type PageData } from '../result.ts';
import { el, link, nodesOf, svg, type Child } from './elements.ts';
import { entriesOf, entryList, type Entry } from './list.ts';

/** The script of report.html: shows the data that the file holds. */

const marks = {
  good: 'M4 12.5l5 5L20 6.5',
  warn: 'M12 4v10M12 18.5v.5',
  bad: 'M6 6l12 12M18 6L6 18',
} as const satisfies Record<PageData['verdict']['tone'], string>;

const pen = {
  viewBox: '0 0 24 24',
  fill: 'none',
  stroke: 'currentColor',
  'stroke-width': 2.6,
  'stroke-linecap': 'round',
  'stroke-linejoin': 'round',
  'aria-hidden': 'true',
} as const;

const chart = { bars: 6, width: 480, height: 34, nameCells: 52 } as const;

function page(data: PageData): Child[] {
  const { result } = data;
  const entries = entriesOf(data);
  return [
    header(data),
    tiles(data),
    notice(headings.scope, data.scope),
    notice(headings.next, data.next),
    notice(headings.notRead, result.problems.map(problem)),
    notice(headings.warnings, data.warnings),
    charts(entries.filter(({ item }) => item.kind === 'project')),
    entries.length === 0 ? null : entryList(entries, result.totals.states),
  ];
}

function header({ result, verdict }: PageData): HTMLElement {
  const asOf = asOfIn(result);
  const { command, finishedAt, source, target } = result;
  return el(
    'header',
    { class: 'head' },
    el('div', { class: `seal ${verdict.tone}` }, svg('svg', pen, svg('path', { d: marks[verdict.tone] }))),
    el(
      'div',
      {},
      el(
        'div',
        { class: 'eyebrow' },
        [headings.title, `gb2gl ${command}`, formatTime(finishedAt)].map((text) => el('span', {}, text)),
      ),
      el('h1', {}, verdict.title),
      el(
        'div',
        { class: 'eyebrow' },
        el('span', {}, link(source.url, source.url), ' → ', link(target.url, target.url)),
        el('span', { class: 'faint' }, readAs(source)),
        asOf === '' ? null : el('span', { class: 'faint' }, `as of ${asOf}`),
        el('span', { class: 'faint' }, `GitLab ${target.version}`),
      ),
    ),
  );
}

function tiles({ result: { totals } }: PageData): HTMLElement {
  const { projects, refs } = totals.complete;
  const list = [
    [share(projects, totals.projects), 'repositories complete'],
    [share(refs.done, refs.of), 'refs'],
    ...besideRefs(totals).map(
      ({ title, counts }) => [formatCount(countAll(counts)), title.toLowerCase()] as const,
    ),
    [formatCount(totals.groups), 'groups'],
    [formatBytes(totals.bytes), 'transferred'],
    [formatDuration(totals.ms), 'elapsed'],
  ] as const;
  const parts = list.map(([value, label]) =>
    el('div', { class: 'tile' }, el('b', {}, value), el('span', { class: 'soft small' }, label)),
  );
  return el('div', { class: 'tiles' }, parts);
}

function share(done: number, of: number): string {
  return done === of ? formatCount(of) : `${formatCount(done)} of ${formatCount(of)}`;
}

function notice(title: string, lines: readonly Child[]): HTMLElement | null {
  if (lines.length === 0) return null;
  const list = lines.map((line) => el('li', {}, line));
  return el('section', { class: 'card' }, el('h2', {}, title), el('ul', {}, list));
}

function problem({ object, message, fix }: PageData['result']['problems'][number]): HTMLElement {
  return el(
    'div',
    { class: 'remark failed' },
    el('code', {}, object),
    el('div', {}, message),
    el('div', { class: 'soft' }, fix),
  );
}

function charts(projects: readonly Entry[]): HTMLElement | null {
  if (projects.length < 2) return null;
  const parts = [
    barChart('Longest', 't', projects, ({ ms }) => ms, formatDuration),
    barChart('Largest', 'b', projects, ({ bytes }) => bytes, formatBytes),
  ];
  return parts.every((part) => part === null) ? null : el('div', { class: 'charts' }, parts);
}

function barChart(
  title: string,
  kind: string,
  entries: readonly Entry[],
  valueOf: (entry: Entry) => number,
  format: (value: number) => string,
): HTMLElement | null {
  const bars = entries
    .filter((entry) => valueOf(entry) > 0)
    .sort((a, b) => valueOf(b) - valueOf(a))
    .slice(0, chart.bars)
    .map((entry) => ({ name: entry.item.id, value: valueOf(entry) }));
  const longest = bars[0]?.value;
  if (longest === undefined) return null;
  const groups = bars.map(({ name, value }, index) => {
    const top = index * chart.height;
    const track = { x: 0, y: top + 20, height: 6, rx: 3 };
    const width = Math.max(3, (chart.width * value) / longest);
    return svg(
      'g',
      {},
      svg('title', {}, `${name}: ${format(value)}`),
      svg('text', { x: 0, y: top + 14, class: 'name' }, truncate(name, chart.nameCells)),
      svg('text', { x: chart.width, y: top + 14, 'text-anchor': 'end' }, format(value)),
      svg('rect', { ...track, width: chart.width, class: 'track' }),
      svg('rect', { ...track, width, class: kind }),
    );
  });
  const viewBox = `0 0 ${chart.width} ${bars.length * chart.height}`;
  const picture = svg('svg', { viewBox, role: 'img', 'aria-label': title }, groups);
  return el('section', { class: 'card' }, el('h2', {}, title), picture);
}

const data = document.getElementById('data')?.textContent ?? '';
document.getElementById('page')?.append(...nodesOf(page(JSON.parse(data) as PageData)));
