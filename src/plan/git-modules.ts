import { createHash } from 'node:crypto';
import { parseModules, type Submodule } from './old-addresses.ts';

const section = /^\s*\[\s*([A-Za-z0-9.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]/;
const variable = /^\s*([A-Za-z][A-Za-z0-9-]*)\s*(?:=\s*(.*))?$/;

/**
 * The submodules of a `.gitmodules`, as git reads such a file ("CONFIGURATION FILE" of git-config). Where git would stop
 * at an error, what stands before it counts.
 */
export function readModules(text: string): Submodule[] {
  const entries: string[] = [];
  let name: string | null = null;
  // A backslash at the end of a line goes on in the next one.
  for (const whole of text.replaceAll('\r\n', '\n').replaceAll('\\\n', '').split('\n')) {
    let line = whole;
    const head = section.exec(line);
    if (head !== null) {
      const [matched, word = '', quoted] = head;
      name = word.toLowerCase() === 'submodule' ? (quoted?.replaceAll(/\\(.)/g, '$1') ?? null) : null;
      line = line.slice(matched.length);
    }
    const [, key, value = ''] = variable.exec(line) ?? [];
    if (name !== null && key !== undefined)
      entries.push(`submodule.${name}.${key.toLowerCase()}\n${valueOf(value)}`);
  }
  return parseModules(entries.join('\0'));
}

/** Without quotes, comments and blanks at the end. */
function valueOf(written: string): string {
  let value = '';
  let kept = 0;
  let quoted = false;
  for (let at = 0; at < written.length; at += 1) {
    const character = written[at] ?? '';
    if (character === '"') {
      quoted = !quoted;
      kept = value.length;
      continue;
    }
    if (!quoted && (character === '#' || character === ';')) break;
    if (character === '\\') {
      at += 1;
      value += { n: '\n', t: '\t', b: '\b' }[written[at] ?? ''] ?? written[at] ?? '';
    } else value += character;
    if (quoted || !/\s/.test(character)) kept = value.length;
  }
  return value.slice(0, kept);
}

/** The id that git gives to a file with this text. */
export function blobId(text: string): string {
  return createHash('sha1')
    .update(`blob ${Buffer.byteLength(text)}\0`)
    .update(text)
    .digest('hex');
}
