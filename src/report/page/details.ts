import type { Notice } from '../../model/notice.ts';
import type { Check, ItemResult, StepResult } from '../../model/result.ts';
import { formatBytes, formatCount, formatDuration, formatLocalTime, formatZone } from '../../text/format.ts';
import { stateNotes } from '../../ui/messages.ts';
import { noticesOf } from '../result.ts';
import { copyButton, el, link, type Child } from './elements.ts';

type Fact = readonly [name: string, value: Child];

/** All about one item: why it needs a human, its steps, where it is, its proof. */
export function details(item: ItemResult, remarks: readonly Notice[]): HTMLElement {
  const notices = noticesOf(item).map(({ message }) => message);
  return el(
    'div',
    { class: `grid ${item.state}` },
    remarks.length > 0 ? block(stateNotes[item.state], 'wide', remarks.map(remark)) : null,
    item.steps.length > 0 ? block('Steps', '', steps(item.steps)) : null,
    block('Location', '', facts(placeOf(item))),
    ...item.steps.map(proofBlock),
    notices.length > 0 ? block('Warnings', 'wide', lines(notices)) : null,
    item.reasons.length > 0 ? block('Decisions', 'wide', lines(item.reasons)) : null,
  );
}

function block(title: string, width: 'wide' | '', content: Child): HTMLElement {
  return el('section', { class: width }, el('h3', {}, title), content);
}

function lines(list: readonly string[]): HTMLElement {
  const items = list.map((line) => el('li', { class: 'small' }, line));
  return el('ul', {}, items);
}

function remark({ object, message, fix }: Notice): HTMLElement {
  return el(
    'div',
    { class: 'remark' },
    object === '' ? null : el('div', {}, el('code', {}, object)),
    el('div', {}, message),
    fix === '' ? null : el('div', { class: 'fix' }, el('pre', {}, fix), copyButton(fix)),
  );
}

function steps(list: readonly StepResult[]): HTMLElement[] {
  const longest = Math.max(1, ...list.map(({ ms }) => ms));
  return list.map(({ title, ms, bytes, state, changed }) => {
    const bar = el('i', {});
    bar.style.width = `${(100 * ms) / longest}%`;
    const parts = [formatDuration(ms)];
    if (bytes > 0) parts.push(formatBytes(bytes));
    if (state !== 'proven') parts.push(state);
    else if (!changed) parts.push('unchanged');
    return el(
      'div',
      { class: 'step' },
      el('span', {}, title),
      bar,
      el('span', { class: 'soft' }, parts.join(' · ')),
    );
  });
}

function facts(list: readonly Fact[]): HTMLElement {
  const pairs = list.map(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]);
  return el('dl', { class: 'facts' }, pairs);
}

function placeOf({ target, steps: all }: ItemResult): Fact[] {
  const counted = all.flatMap(({ title, counts }) =>
    Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([what, count]): Fact => [`${title}, ${what}`, formatCount(count)]),
  );
  return [['Target', link(target.path, target.url)], ['ID', String(target.id ?? 'none')], ...counted];
}

/** What was compared by its ids; other steps say with their state all there is to say. */
function proofBlock({ title, check }: StepResult): HTMLElement | null {
  return check?.hash ? block(`Proof: ${title}`, 'wide', facts(proofFacts(check, check.hash))) : null;
}

function proofFacts(
  { compared, differences, asOf }: Check,
  { source, target }: NonNullable<Check['hash']>,
): Fact[] {
  return [
    ['Compared', formatCount(compared)],
    ...(asOf === undefined ? [] : [['As of', `${formatLocalTime(asOf)} ${formatZone(asOf)}`] as const]),
    ['Verdict', differences.length === 0 ? 'equal on both sides' : 'different'],
    ...sides(['Both sides', 'Source', 'Target'], source, target),
  ];
}

/** One fact when both sides agree, else one for each. */
function sides(
  [both, onSource, onTarget]: readonly [string, string, string],
  source: string | null,
  target: string | null,
): Fact[] {
  if (source === target) return [[both, code(source)]];
  return [
    [onSource, code(source)],
    [onTarget, code(target)],
  ];
}

function code(text: string | null): HTMLElement {
  return el('code', {}, text ?? 'none');
}
