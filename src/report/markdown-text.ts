import { clean } from '../text/format.ts';

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
