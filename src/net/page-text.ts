/** The words of a text or a web page in one line: without tags, styles and scripts. */
export function pageText(text: string): string {
  return text
    .replaceAll(/<(style|script)\b[^]*?<\/\1\s*>/gi, ' ')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
