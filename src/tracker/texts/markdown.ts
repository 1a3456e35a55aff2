/** Pieces of Markdown that show a given text. */

/** A text that shows as it is within a paragraph: newlines are blanks, and no character has a meaning. */
export function plain(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replaceAll(/[\\`*_{}[\]()<>#+!|~@&$%^:"'-]/g, '\\$&')
    .replaceAll(/\bhttps?\\:/gi, (scheme) => scheme.replace('\\:', '&#x3A;'));
}

/** A text in code marks: long enough that none within ends it. */
export function code(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map((run) => run.length));
  const marks = '`'.repeat(longest + 1);
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${marks}${pad}${line}${pad}${marks}`;
}

/** An address between the brackets of a link, in a table too. */
export function destination(url: string): string {
  return url.replaceAll(
    /[\s()<>|\\]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
