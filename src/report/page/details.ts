import type { Notice } from '../../model/notice.ts';
import type { Check, ItemResult, Result, StepResult } from '../../model/result.ts';
import { formatBytes, formatCount, formatDuration, formatMoment } from '../../text/format.ts';
import { headings, stateNotes } from '../../ui/messages.ts';
import { addressesOf, visibilityText } from '../addresses.ts';
import { noticesOf } from '../result.ts';
import { el, link, type Child } from './elements.ts';
import { factList, listOf, remark, type Fact } from './parts.ts';

/** All about one item: why it needs a human, its steps, where it is, its proof. */
export function details(item: ItemResult, remarks: readonly Notice[], run: Result): HTMLElement {
  const notices = noticesOf(item).map(({ message }) => message);
  return el(
    'div',
    { class: `grid ${item.state}` },
    remarks.length > 0 ? block(stateNotes[item.state], 'wide', remarks.map(remark)) : null,
    item.steps.length > 0 ? block('Steps', '', steps(item.steps)) : null,
    block('Location', '', factList(placeOf(item, run))),
    ...item.steps.map(proofBlock),
    notices.length > 0 ? block(headings.notes, 'wide', listOf(notices)) : null,
    item.reasons.length > 0 ? block('Decisions', 'wide', listOf(item.reasons)) : null,
  );
}

function block(title: string, width: 'wide' | '', content: Child): HTMLElement {
  return el('section', { class: width }, el('h3', {}, title), content);
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

function placeOf(item: ItemResult, run: Result): Fact[] {
  const { target, visibility, steps: all } = item;
  const { old, now } = addressesOf(item, run);
  const counted = all.flatMap(({ title, counts }) =>
    Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([what, count]): Fact => [`${title}, ${what}`, formatCount(count)]),
  );
  return [
    ['GitBucket', link(item.id, old)],
    ['GitLab', link(target.path, now)],
    ['ID', String(target.id ?? 'none')],
    ['Visibility', visibilityText(visibility)],
    ...counted,
  ];
}

/** What was compared by its ids; other steps say with their state all there is to say. */
function proofBlock({ title, check }: StepResult): HTMLElement | null {
  return check?.hash ? block(`Proof: ${title}`, 'wide', factList(proofFacts(check, check.hash))) : null;
}

function proofFacts(
  { compared, differences, asOf }: Check,
  { source, target }: NonNullable<Check['hash']>,
): Fact[] {
  return [
    ['Compared', formatCount(compared)],
    ...(asOf === undefined ? [] : [['As of', formatMoment(asOf)] as const]),
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
