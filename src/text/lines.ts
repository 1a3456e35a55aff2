import { clean } from './format.ts';

/** How texts stand on lines of a terminal. */

/** Of a terminal that does not tell its width. */
export const usualColumns = 80;

/** Cells that a text takes on a terminal, by a simple rule: marks 0, East Asian wide and emoji 2, all else 1. */
export function displayWidth(text: string): number {
  if (plainAscii.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += cells(character);
  return width;
}

/** Cuts to a number of cells; what was cut shows as one `…`. */
export function truncate(text: string, width: number): string {
  if (width <= 0) return '';
  if (displayWidth(text) <= width) return text;
  let result = '';
  let used = 0;
  for (const character of text) {
    const next = cells(character);
    if (used + next > width - 1) break;
    result += character;
    used += next;
  }
  return `${result}…`;
}

/**
 * Breaks at spaces so that no line is wider than asked. A longer word keeps its own line, uncut, and so does a piece of the
 * config, which is there to be copied. What a server said in JSON stays in one piece where it fits on a line.
 */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  const [first = '', ...words] = unbroken(text).flatMap((word) =>
    isAnswer(word) && displayWidth(word) > width ? word.split(' ') : [word],
  );
  let line = first;
  for (const word of words) {
    const joined = `${line} ${word}`;
    if (displayWidth(joined) > width) lines.push(line);
    line = displayWidth(joined) > width ? word : joined;
  }
  return [...lines, line];
}

/** A wrapped text behind a lead; its further lines stand under the first one. The lead takes `indent` cells. */
export function hang(lead: string, text: string, width: number, indent = displayWidth(lead)): string[] {
  const [first = '', ...more] = wrap(clean(text), Math.max(narrowest, width - indent));
  return [lead + first, ...more.map((line) => ' '.repeat(indent) + line)];
}

/** A way out, line by line behind one arrow; a command is there to be copied and is never broken. */
export function hangFix(indent: string, fix: string, width: number): string[] {
  if (fix === '') return [];
  return fix.split('\n').flatMap((line, index) => {
    const lead = index === 0 ? `${indent}→ ` : `${indent}  `;
    return hang(lead, line, /^(?:git|gb2gl) /.test(line) ? Infinity : width);
  });
}

const narrowest = 20;

/** The words of a text; a piece of JSON is one of them. */
function unbroken(text: string): string[] {
  const words: string[] = [];
  let depth = 0;
  for (const word of text.split(' ')) {
    const inside = depth > 0 || /^"[^" ]+":$/.test(words.at(-1) ?? '');
    if (inside) words.push(`${words.pop()} ${word}`);
    else words.push(word);
    if (inside || /^[^\w]*[{"[]/.test(word)) depth = Math.max(0, depth + braces(word));
  }
  // Something was opened and never closed: no JSON.
  return depth > 0 ? text.split(' ') : words;
}

/** JSON without a key in front of it. */
function isAnswer(word: string): boolean {
  return /^[^\w"]*\{"/.test(word);
}

/** How many braces and brackets a word opens more than it closes. */
function braces(word: string): number {
  return (word.match(/[{[]/g)?.length ?? 0) - (word.match(/[}\]]/g)?.length ?? 0);
}

const plainAscii = /^[\x20-\x7E]*$/;
const zeroWidth = /^[\p{M}\p{Cf}]$/u;
const wide =
  /^[\u1100-\u115F\u2E80-\u303E\u3041-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{17000}-\u{18DFF}\u{1B000}-\u{1B2FF}\u{20000}-\u{3FFFD}]$|^\p{Emoji_Presentation}$/u;

function cells(character: string): number {
  if (zeroWidth.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}
