import type { TextNotice } from './world.ts';

// A lone surrogate, or one of the two code points of the first plane that are no characters.
const unstorable = /\p{Surrogate}|[\uFFFE\uFFFF]/gu;

/**
 * The text as PostgreSQL, JSON and GitLab take it: line ends are LF, NUL is gone, and lone surrogates and U+FFFE are U+FFFD.
 * GitLab answers NUL with a 400 that names no reason (middleware/handle_malformed_strings.rb).
 */
export function cleanText(text: string): { text: string; notices: TextNotice[] } {
  const notices: TextNotice[] = [];
  const nuls = text.split('\0').length - 1;
  if (nuls > 0) notices.push({ what: 'characters', of: `${nuls} × NUL` });
  const codes = new Map<string, number>();
  const clean = text
    .replaceAll('\0', '')
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(unstorable, (unit) => {
      const code = `U+${unit.charCodeAt(0).toString(16).toUpperCase()}`;
      codes.set(code, (codes.get(code) ?? 0) + 1);
      return '\uFFFD';
    });
  for (const [code, count] of codes) notices.push({ what: 'characters', of: `${count} × ${code}` });
  return { text: clean, notices };
}
