import { code, destination, plain } from './markdown.ts';
import { readMarkdown } from './reading.ts';
import { placeholder } from './template.ts';

/** Who did what, and when, for a text that GitLab shows under another name. */
export type Attribution = {
  action: keyof typeof actions;
  login: string;
  /** Full name; null where the source does not tell it. */
  name: string | null;
  /** The profile on the source; null where there is none. */
  url: string | null;
  /** ISO 8601 in UTC. */
  at: string;
};

const actions = {
  opened: 'Opened',
  commented: 'Commented',
  closed: 'Closed',
  merged: 'Merged',
  released: 'Released',
  reviewed: 'Reviewed',
};

/** The line of attribution: the template with its placeholders filled in, each as the place asks where it stands. */
export function attributionLine(template: string, { action, login, name, url, at }: Attribution): string {
  // A link to nowhere is its text.
  const usable = url === null ? template.replaceAll(/\[([^\]]*)\]\(\{url\}\)/g, '$1') : template;
  const { kindAt, links } = readMarkdown(usable);
  const values: Readonly<Record<string, string>> = { name: name ?? login, login, url: url ?? '' };
  return usable.replaceAll(placeholder, (whole, key: string, offset: number) => {
    if (key === 'date') return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
    if (key === 'action') return actions[action];
    const value = values[key];
    if (value === undefined) return whole;
    if (kindAt(offset) === 'code') return value.replaceAll(/[`\s]+/g, ' ').trim();
    const isTarget = links.some(({ start, end }) => start <= offset && offset < end);
    return isTarget || key === 'url' ? destination(value) : plain(value);
  });
}

/** A text under its line of attribution. */
export function attributed(line: string, text: string): string {
  return text === '' ? line : `${line}\n\n${text}`;
}

/** Where a comment on a line belongs that GitLab cannot show there. */
export type Place = {
  path: string | null;
  oldLine: number | null;
  newLine: number | null;
  commit: string;
  /** The line as it was; null where it is not known. */
  quote: string | null;
};

/** Path, line and commit, and the line itself below, as a quote that stands before the comment. */
export function placeLine({ path, oldLine, newLine, commit, quote }: Place): string {
  const line = newLine ?? oldLine;
  const place = path === null ? '' : `${code(line === null ? path : `${path}:${line}`)} `;
  const side = newLine === null && oldLine !== null ? ' (before the change)' : '';
  const head = `> *On ${place}in ${commit}${side}*`;
  if (quote === null) return head;
  const longest = Math.max(2, ...(quote.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return [head, '>', ...[fence, ...quote.split('\n'), fence].map((each) => `> ${each}`)].join('\n');
}
