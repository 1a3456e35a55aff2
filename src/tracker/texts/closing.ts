import type { Edit } from './edits.ts';

// GitLab looks at the bare text, code and all: config/initializers/1_settings.rb, issue_closing_pattern.
const words = String.raw`\b(?:[Cc]los(?:e[sd]?|ing)|[Ff]ix(?:e[sd]|ing)?|[Rr]esolv(?:e[sd]?|ing)|[Ii]mplement(?:s|ed|ing)?):? +`;
const reference = String.raw`(?:https?:\/\/[^\s>]{1,300}|[\w./-]*#\d+\+?s?|GH-\d+)`;
const separator = String.raw`(?: *,? +and +| *,? *)`;
const before = new RegExp(`${words}(?:(?:issues? +)?${reference}${separator})*(?:issues? +)?$`);
const furthest = 2_000;

/**
 * When a reference that begins at `start` would be closed by a word before it ("closes #7, #8"): where the word begins, and
 * the edit that takes the word's force without a visible change. GitLab's pattern asks for a blank or nothing before a
 * reference, and an entity is neither. `plain` texts have no entities.
 */
export function breakClosing(
  text: string,
  start: number,
  plain: boolean,
): { from: number; edit: Edit } | null {
  const line = text.slice(Math.max(0, start - furthest), start);
  const found = before.exec(line.slice(line.lastIndexOf('\n') + 1));
  if (found === null) return null;
  const from = start - found[0].length;
  if (plain) return { from, edit: { start, end: start, text: '\u2060' } };
  const blank = text[start - 1] === ' ';
  const edit = blank
    ? { start: start - 1, end: start, text: '&#x20;' }
    : { start, end: start, text: '&#x2060;' };
  return { from, edit };
}
