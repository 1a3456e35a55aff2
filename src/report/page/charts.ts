import type { ItemResult } from '../../model/result.ts';
import { formatBytes, formatDuration } from '../../text/format.ts';
import { truncate } from '../../text/lines.ts';
import { costOf } from '../result.ts';
import { el, svg } from './elements.ts';
import { card } from './parts.ts';

const chart = { bars: 6, width: 480, height: 34, nameCells: 52 } as const;

/** The slowest and the largest projects; null where there is nothing to compare. */
export function charts(projects: readonly ItemResult[]): HTMLElement | null {
  if (projects.length < 2) return null;
  const parts = [
    barChart('Longest', 't', projects, (item) => costOf(item).ms, formatDuration),
    barChart('Largest', 'b', projects, (item) => costOf(item).bytes, formatBytes),
  ];
  return parts.every((part) => part === null) ? null : el('div', { class: 'charts' }, parts);
}

function barChart(
  title: string,
  kind: string,
  items: readonly ItemResult[],
  valueOf: (item: ItemResult) => number,
  format: (value: number) => string,
): HTMLElement | null {
  const bars = items
    .map((item) => ({ name: item.id, value: valueOf(item) }))
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value)
    .slice(0, chart.bars);
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
  return card(title, '', picture);
}
