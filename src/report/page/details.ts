import type { ItemResult, Proof, StepResult } from '../../model/result.ts';
import { formatBytes, formatCount, formatDuration } from '../../text/format.ts';
import { stateNotes } from '../../ui/report-messages.ts';
import type { Remark } from '../attention.ts';
import { copyButton, el, link, type Child } from './elements.ts';

type Fact = readonly [name: string, value: Child];

/** All about one item: why it needs a human, its steps, where it is, its proof. */
export function details(item: ItemResult, remarks: readonly Remark[]): HTMLElement {
  return el(
    'div',
    { class: `grid ${item.state}` },
    remarks.length > 0 ? block(stateNotes[item.state], 'wide', remarks.map(remark)) : null,
    item.steps.length > 0 ? block('Steps', '', steps(item.steps)) : null,
    block('Where it is', '', facts(placeOf(item))),
    item.proof === null ? null : block('Proof', 'wide', facts(proofOf(item.proof))),
    item.warnings.length > 0 ? block('Warnings', 'wide', lines(item.warnings)) : null,
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

function remark({ ref, text, fix }: Remark): HTMLElement {
  return el(
    'div',
    { class: 'remark' },
    ref === null ? null : el('div', {}, el('code', {}, ref)),
    el('div', {}, text),
    fix === null ? null : el('div', { class: 'fix' }, el('pre', {}, fix), copyButton(fix)),
  );
}

function steps(list: readonly StepResult[]): HTMLElement[] {
  const longest = Math.max(1, ...list.map(({ ms }) => ms));
  return list.map(({ step, ms, bytes, outcome }) => {
    const bar = el('i', {});
    bar.style.width = `${(100 * ms) / longest}%`;
    const parts = [formatDuration(ms)];
    if (bytes > 0) parts.push(formatBytes(bytes));
    if (outcome !== 'done') parts.push(outcome);
    return el(
      'div',
      { class: 'step' },
      el('span', {}, step),
      bar,
      el('span', { class: 'soft' }, parts.join(' · ')),
    );
  });
}

function facts(list: readonly Fact[]): HTMLElement {
  const pairs = list.map(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]);
  return el('dl', { class: 'facts' }, pairs);
}

function placeOf({ target, refs }: ItemResult): Fact[] {
  const counted = Object.entries(refs).filter(([, count]) => count > 0);
  return [
    ['Target', link(target.path, target.url)],
    ['Id', String(target.id ?? 'none')],
    ...counted.map(([outcome, count]): Fact => [`Refs, ${outcome}`, formatCount(count)]),
  ];
}

function proofOf({ refs, equal, sourceHash, targetHash, head }: Proof): Fact[] {
  return [
    ['Refs compared', formatCount(refs)],
    ['Verdict', equal ? 'equal on both sides' : 'different'],
    ...sides(['Both sides', 'Source', 'Target'], sourceHash, targetHash),
    ...sides(['HEAD', 'HEAD, source', 'HEAD, target'], head.source, head.target),
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
