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
