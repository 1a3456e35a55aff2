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

/** Fills with spaces up to a number of cells; never cuts. */
export function pad(text: string, width: number, side: 'left' | 'right' = 'right'): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return side === 'right' ? text + space : space + text;
}

/** Breaks at spaces so that no line is wider than asked; a single longer word keeps its own line, uncut. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  const [first = '', ...words] = text.split(' ');
  let line = first;
  for (const word of words) {
    const joined = `${line} ${word}`;
    if (displayWidth(joined) > width) lines.push(line);
    line = displayWidth(joined) > width ? word : joined;
  }
  return [...lines, line];
}

/** Names and texts from servers, made harmless for a terminal: no escape sequences, no line breaks, no bidi tricks. */
export function clean(text: string): string {
  return text
    .replaceAll(/[\r\n\t]+/g, ' ')
    .replaceAll(/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD');
}

const plainAscii = /^[\x20-\x7E]*$/;
const zeroWidth = /^[\p{M}\p{Cf}]$/u;
const wide =
  /^[\u1100-\u115F\u2E80-\u303E\u3041-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{17000}-\u{18DFF}\u{1B000}-\u{1B2FF}\u{20000}-\u{3FFFD}]$|^\p{Emoji_Presentation}$/u;

function cells(character: string): number {
  if (zeroWidth.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** Ends a text that was cut off; the redactor looks before it for the beginning of a secret. */
export const cutMark = '…';

/** The first characters of a text, with the mark when that is not all of it. */
export function cutTo(length: number, text: string): string {
  return text.length > length ? `${text.slice(0, length)}${cutMark}` : text;
}

/** The words of a text or a web page in one line: without tags, styles and scripts. */
export function pageText(text: string): string {
  return text
    .replaceAll(/<(style|script)\b[^]*?<\/\1\s*>/gi, ' ')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
