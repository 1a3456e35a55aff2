import * as z from 'zod';

/** Names of what gets into a token when it is copied; all others are told by their number. */
const characterNames: Readonly<Record<string, string>> = {
  '0009': 'tab',
  '000A': 'line feed',
  '000D': 'carriage return',
  '0020': 'space',
  '00A0': 'no-break space',
  '00AD': 'soft hyphen',
  '200B': 'zero width space',
  '200C': 'zero width non-joiner',
  '200D': 'zero width joiner',
  '2060': 'word joiner',
  FEFF: 'byte order mark',
};

/** Where a token has what no token has; never the token itself. Null when it can be one. */
function strangeCharacter(token: string): string | null {
  const characters = Array.from(token);
  const at = characters.findIndex((character) => !/^[!-~]$/.test(character));
  if (at < 0) return null;
  const code = (characters[at]?.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  const name = characterNames[code];
  return `character ${at + 1} of ${characters.length} is U+${code}${name === undefined ? '' : ` (${name})`}, which no token has: copy the token again`;
}

/** A token as it was copied: what nobody sees at its ends is taken off. */
export const Token = z
  .string()
  .min(1)
  .overwrite(withoutInvisibleEnds)
  .superRefine((token, context) => {
    const message = token === '' ? 'is blank' : strangeCharacter(token);
    if (message !== null) context.addIssue({ code: 'custom', message });
  })
  .nullable()
  .default(null);

const edges = String.raw`[\s\p{Cc}\p{Cf}\p{Zs}]+`;
const invisibleEnds = new RegExp(`^${edges}|${edges}$`, 'gu');

/** Without what nobody sees at both ends: blanks, line ends, a byte order mark, characters of no width. */
export function withoutInvisibleEnds(text: string): string {
  return text.replaceAll(invisibleEnds, '');
}
