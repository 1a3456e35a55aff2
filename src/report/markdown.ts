import type { Notice } from '../model/notice.ts';
import type { ItemResult, Result } from '../model/result.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatLocalTime,
  formatTime,
  shortId,
  clean,
} from '../text/format.ts';
import {
  andMore,
  asOfIn,
  headings,
  nextSteps,
  problem,
  readAs,
  scopeOf,
  statesLine,
} from '../ui/messages.ts';
import { planHeadings } from '../ui/plan-messages.ts';
import { isPiece, mergedFixes } from './merged-fixes.ts';
import { attentionOf, warningsOf, type Attention, costOf, proofOf } from './result.ts';
import { verdictOf } from './summary.ts';

/** The report as Markdown: the verdict, then what needs a human, then everything by owner. */
export function renderMarkdown(result: Result): string {
  const fixes = result.exitCode === 0 ? null : mergedFixes(result);
  const sections = [
    summary(result),
    list(headings.scope, scopeOf(result).map(mdText)),
    list(headings.next, nextSteps(result, fixes !== null).map(mdText)),
    problems(result.problems),
    attention(attentionOf(result.items)),
    fixes === null ? '' : `## ${planHeadings.paste}\n\n${mdFence(JSON.stringify(fixes, null, 2))}`,
    list(headings.warnings, warningsOf(result).map(mdText)),
    everything(result.items),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function summary(result: Result): string {
  const { title, detail } = verdictOf(result);
  const rows = [
    ['Source', `${mdCode(result.source.url)}, ${mdText(readAs(result.source))}`],
    ['Target', `${mdCode(result.target.url)} (GitLab ${mdText(result.target.version)})`],
    ['Command', mdCode(result.command)],
    ['Started', formatTime(result.startedAt)],
    ['Finished', formatTime(result.finishedAt)],
    ['Proof as of', asOfIn(result) || 'none'],
    ['States', statesLine(result.totals.states) || 'none'],
    ['Exit code', String(result.exitCode)],
  ];
  const table = ['| | |', '| --- | --- |', ...rows.map((cells) => `| ${cells.join(' | ')} |`)];
  return [`# ${headings.title}`, `**${mdText(title)}.**`, `${mdText(detail)}.`, table.join('\n')].join(
    '\n\n',
  );
}

function list(heading: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `## ${heading}\n\n${lines.map((line) => `- ${line}`).join('\n')}`;
}

function problems(found: readonly Notice[]): string {
  const lines = found.map((notice) => `${mdCode(notice.object)}: ${mdText(problem(notice))}`);
  return list(headings.notRead, lines);
}

function attention(found: readonly Attention[]): string {
  if (found.length === 0) return '';
  return [`## ${headings.needsYou}`, ...found.map(attentionOfOne)].join('\n\n');
}

function attentionOfOne({ item, state, remarks, also }: Attention): string {
  const lines = [`### ${mdLink(item.id, item.target.url)}${andMore(also)}: ${state}`];
  for (const { object, message, fix } of remarks) {
    lines.push(object === '' ? mdText(message) : `${mdCode(object)}: ${mdText(message)}`);
    if (fix !== '' && !isPiece(fix)) lines.push(mdFence(fix));
  }
  return lines.join('\n\n');
}

function everything(items: readonly ItemResult[]): string {
  if (items.length === 0) return '';
  const parts = [`## ${headings.everything}`];
  for (const [owner, own] of byOwner(items)) {
    const group = own.find(({ kind }) => kind === 'group');
    parts.push(`### ${group === undefined ? mdCode(owner) : groupLine(group)}`);
    const projects = own.filter(({ kind }) => kind === 'project');
    if (projects.length > 0) parts.push(table(projects));
  }
  return parts.join('\n\n');
}

/** Items by owner, in the order of the result. */
function byOwner(items: readonly ItemResult[]): Map<string, ItemResult[]> {
  const owners = new Map<string, ItemResult[]>();
  for (const item of items) {
    const owner = item.id.split('/', 1)[0] ?? item.id;
    const own = owners.get(owner);
    if (own === undefined) owners.set(owner, [item]);
    else own.push(item);
  }
  return owners;
}

function groupLine(group: ItemResult): string {
  return `${mdCode(group.id)} → ${mdLink(group.target.path, group.target.url)}: ${group.state}`;
}

function table(projects: readonly ItemResult[]): string {
  const head = [
    '| Repository | Project | State | Compared | Bytes | Time | Proof | As of |',
    '| --- | --- | --- | ---: | ---: | ---: | --- | --- |',
  ];
  return [...head, ...projects.map(row)].join('\n');
}

function row(item: ItemResult): string {
  const { bytes, ms } = costOf(item);
  const { compared, hash, asOf } = proofOf(item);
  const cells = [
    mdCode(item.id),
    mdLink(item.target.path, item.target.url),
    item.state === 'proven' ? item.state : `**${item.state}**`,
    formatCount(compared),
    formatBytes(bytes),
    formatDuration(ms),
    hash === null ? '' : mdCode(shortId(hash, 12)),
    asOf === null ? '' : formatLocalTime(asOf),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** Characters that mean something in Markdown or HTML wherever they stand in a line. */
const active = /[&<>`*_[\]\\|~#$^{}]|:(?=\/\/)|(?<=www)\./gi;

/** Text that may come from a server, as inert Markdown for one line or one table cell. */
export function mdText(text: string): string {
  const inert = clean(text).replaceAll(active, entity).trim();
  // GitLab turns `@name` into a mention after entities are resolved; an element of its own prevents that.
  return inert.replaceAll('@', '<span>@</span>').replace(/^([-+=]|\d+[.)])/, '&#8203;$1');
}

/** A name from a server as inline code; in a form that also holds inside a table cell. */
export function mdCode(text: string): string {
  const name = clean(text);
  if (name === '') return '';
  if (/^[^`|\\\s](?:[^`|\\]*[^`|\\\s])?$/u.test(name)) return `\`${name}\``;
  return `<code>${name.replaceAll(/[^\p{L}\p{N}]/gu, entity)}</code>`;
}

/** A link whose address may come from a server: only web addresses become links. */
export function mdLink(label: string, address: string | null): string {
  if (address === null || !/^https?:\/\/[^\s<>]+$/i.test(address)) return mdCode(label);
  return `[${mdCode(label)}](<${address.replaceAll(/[\\()|`]/g, (c) => encodeURIComponent(c).replace(/^[()]$/, (p) => `%${p.charCodeAt(0).toString(16)}`))}>)`;
}

/** A block that can be pasted, with a fence longer than any inside. */
export function mdFence(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  const body = text
    .split(/\r\n?|\n/)
    .map(clean)
    .join('\n');
  return `${fence}text\n${body}\n${fence}`;
}

function entity(character: string): string {
  return `&#${character.codePointAt(0)};`;
}
