import type { Notice } from '../model/notice.ts';
import type { ItemResult, Result } from '../model/result.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatLocalTime,
  formatMoment,
  formatShare,
  shortId,
} from '../text/format.ts';
import {
  andMore,
  asOfIn,
  headings,
  nextSteps,
  notFinished,
  problem,
  readAs,
  scopeOf,
  statesLine,
} from '../ui/messages.ts';
import { howKnown, noAccount, peopleHeadings, rolesLine } from '../ui/people-messages.ts';
import { planHeadings } from '../ui/plan-messages.ts';
import {
  needs,
  provenMeans,
  reportHeadings,
  trackerColumns,
  trackerOtherwise,
  trackerProven,
} from '../ui/report-messages.ts';
import { remarkLine } from '../ui/tracker-messages.ts';
import { addressesOf, visibilityText } from './addresses.ts';
import { mdCode, mdFence, mdLink, mdText } from './markdown-text.ts';
import { isPiece, mergedFixes } from './merged-fixes.ts';
import {
  attentionOf,
  byOwner,
  costOf,
  proofOf,
  notedBy,
  type Attention,
  type OwnerResult,
} from './result.ts';
import { trackerRemarks, trackerRows, withoutTracker } from './tracker.ts';
import { verdictOf } from './verdict.ts';

/** The report as Markdown: the verdict, then what needs a human, then everything by owner. */
export function renderMarkdown(result: Result): string {
  const found = attentionOf(result.items);
  const fixes = result.exitCode === 0 ? null : mergedFixes(result);
  const { interrupted } = result.totals.states;
  const sections = [
    summary(result),
    ...needs.map(({ heading, states }) =>
      attention(
        heading,
        found.filter(({ state }) => states.includes(state)),
      ),
    ),
    problems(result.problems),
    fixes === null ? '' : `## ${planHeadings.paste}\n\n${mdFence(JSON.stringify(fixes, null, 2))}`,
    interrupted > 0 ? list(reportHeadings.unfinished, [notFinished(interrupted)]) : '',
    list(headings.next, nextSteps(result, fixes !== null).map(mdText)),
    list(headings.scope, scopeOf(result).map(mdText)),
    list(headings.warnings, result.warnings.map(mdText)),
    list(headings.notes, notedBy(result.items.map(withoutTracker)).map(mdText)),
    people(result),
    tracker(result),
    about(result),
    everything(result),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function summary(result: Result): string {
  const { title, detail } = verdictOf(result);
  const { complete, projects } = result.totals;
  const shares = [
    projects === 0 ? [] : [`**${formatShare(complete.projects, projects)}** of the repositories`],
    complete.refs.of === 0 ? [] : [`**${formatShare(complete.refs.done, complete.refs.of)}** of the refs`],
  ].flat();
  const share = shares.length === 0 ? [] : [`Complete: ${shares.join(', ')}.`];
  return [`# ${headings.title}`, `**${mdText(title)}.**`, `${mdText(detail)}.`, ...share].join('\n\n');
}

function about(result: Result): string {
  const { source, target, gb2gl, totals } = result;
  const rows = [
    ['Source', `${mdCode(source.url)}, ${mdText(readAs(source))}`],
    ['Target', `${mdCode(target.url)} (${mdText(`GitLab ${target.version}`)}) as ${mdCode(target.user)}`],
    ['Command', mdCode(gb2gl.command)],
    ['gb2gl', mdCode(gb2gl.version)],
    ['Started', formatMoment(result.startedAt)],
    ['Finished', formatMoment(result.finishedAt)],
    ['Proof as of', asOfIn(result) || 'none'],
    ['States', statesLine(totals.states) || 'none'],
    ['Exit code', String(result.exitCode)],
  ];
  const table = ['| | |', '| --- | --- |', ...rows.map(rowOf)];
  return [`## ${reportHeadings.run}`, table.join('\n'), provenMeans[result.command]].join('\n\n');
}

function list(heading: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `## ${heading}\n\n${lines.map((line) => `- ${line}`).join('\n')}`;
}

function problems(found: readonly Notice[]): string {
  const lines = found.map((notice) => `${mdCode(notice.object)}: ${mdText(problem(notice))}`);
  return list(headings.notRead, lines);
}

function attention(heading: string, found: readonly Attention[]): string {
  if (found.length === 0) return '';
  return [`## ${heading}`, ...found.map(attentionOfOne)].join('\n\n');
}

function attentionOfOne({ item, state, remarks, also }: Attention): string {
  const lines = [`### ${mdLink(item.id, item.target.url)}${andMore(also)}: ${state}`];
  for (const { object, message, fix } of remarks) {
    lines.push(object === '' ? mdText(message) : `${mdCode(object)}: ${mdText(message)}`);
    if (fix !== '' && !isPiece(fix)) lines.push(mdFence(fix));
  }
  return lines.join('\n\n');
}

function people({ people: all }: Result): string {
  if (all.length === 0) return '';
  const { login, name, account, how, roles } = peopleHeadings.columns;
  const lines = all.map((one) =>
    [
      mdCode(one.login),
      mdText(one.name),
      mdCode(one.account ?? noAccount),
      mdText(howKnown(one.action, one.evidence)),
      mdText(rolesLine(one.roles)),
    ].join(' | '),
  );
  const head = [`| ${[login, name, account, how, roles].join(' | ')} |`, '| --- | --- | --- | --- | --- |'];
  return [`## ${peopleHeadings.title}`, [...head, ...lines.map((line) => `| ${line} |`)].join('\n')].join(
    '\n\n',
  );
}

function tracker(result: Result): string {
  const rows = trackerRows(result);
  if (rows.length === 0) return '';
  const head = trackerColumns.map((title, index) => ({
    title,
    line: index === 0 || index === 4 ? '---' : '---:',
  }));
  const table = [
    rowOf(head.map(({ title }) => title)),
    rowOf(head.map(({ line }) => line)),
    ...rows.map(({ item, issues, requests, comments, state }) =>
      rowOf([
        mdLink(item.id, addressesOf(item, result).now),
        ...[issues, requests, comments].map(formatCount),
        state === 'proven' ? state : `**${state}**`,
      ]),
    ),
  ];
  const remarks = trackerRemarks(result).map((remark) => `- ${mdText(remarkLine(remark, Infinity))}`);
  const otherwise = remarks.length === 0 ? [] : [`${trackerOtherwise}:`, remarks.join('\n')];
  return [`## ${reportHeadings.tracker}`, table.join('\n'), trackerProven, ...otherwise].join('\n\n');
}

function everything(result: Result): string {
  if (result.items.length === 0) return '';
  const columns = columnsFor(result);
  const parts = [`## ${headings.everything}`];
  for (const owner of byOwner(result.items)) {
    parts.push(`### ${owner.group === null ? mdCode(owner.owner) : groupLine(owner.group)}`);
    if (owner.projects.length > 0) parts.push(ownerLine(owner), table(owner.projects, columns));
  }
  return parts.join('\n\n');
}

function groupLine({ id, target, state, visibility }: ItemResult): string {
  return `${mdCode(id)} → ${mdLink(target.path, target.url)}: ${state}, ${visibilityText(visibility)}`;
}

function ownerLine({ totals: { complete, projects, bytes } }: OwnerResult): string {
  const shares = `${formatCount(complete.projects)} of ${formatCount(projects)} complete`;
  const refs = `${formatCount(complete.refs.done)} of ${formatCount(complete.refs.of)} refs`;
  return `${shares}, ${refs}${bytes > 0 ? `, ${formatBytes(bytes)}` : ''}`;
}

type Column = { title: string; of: (item: ItemResult) => string; number?: true };

/** Numbers that would be zero everywhere make no column. */
function columnsFor(result: Result): Column[] {
  const { totals, command } = result;
  const bytes: Column = { title: 'Bytes', of: (item) => formatBytes(costOf(item).bytes), number: true };
  const time: Column = { title: 'Time', of: (item) => formatDuration(costOf(item).ms), number: true };
  return [
    { title: 'Repository', of: (item) => mdLink(item.id, addressesOf(item, result).old) },
    { title: 'Project', of: (item) => mdLink(item.target.path, addressesOf(item, result).now) },
    { title: 'Visibility', of: ({ visibility }) => visibilityText(visibility) },
    { title: 'State', of: ({ state }) => (state === 'proven' ? state : `**${state}**`) },
    { title: 'Compared', of: (item) => formatCount(proofOf(item).compared), number: true },
    ...(totals.bytes > 0 ? [bytes] : []),
    ...(command === 'verify' ? [] : [time]),
    { title: 'Proof', of: proofCell },
    { title: 'As of', of: asOfCell },
  ];
}

function table(projects: readonly ItemResult[], columns: readonly Column[]): string {
  return [
    rowOf(columns.map(({ title }) => title)),
    rowOf(columns.map(({ number }) => (number ? '---:' : '---'))),
    ...projects.map((item) => rowOf(columns.map(({ of }) => of(item)))),
  ].join('\n');
}

function rowOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function proofCell(item: ItemResult): string {
  const { hash } = proofOf(item);
  return hash === null ? '' : mdCode(shortId(hash, 12));
}

function asOfCell(item: ItemResult): string {
  const { asOf } = proofOf(item);
  return asOf === null ? '' : formatLocalTime(asOf);
}
