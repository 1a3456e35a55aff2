/** A piece of the config: objects within objects, and strings. */
export type ConfigPiece = { [key: string]: ConfigPiece | string };

type Member = { key: string; start: number; value: Value };
type Value = { start: number; end: number; members: Member[] | null };

/**
 * The text of a JSON file with a piece put into it, all else left as it stands: order, indentation, line ends. What is
 * there under a key of the piece is replaced. The text has to be valid JSON with an object at its top.
 */
export function withPiece(text: string, piece: ConfigPiece): string {
  return [...leavesOf(piece, [])].reduce((edited, { path, value }) => withLeaf(edited, path, value), text);
}

function* leavesOf(
  piece: ConfigPiece,
  path: readonly string[],
): Generator<{ path: string[]; value: string }> {
  for (const [key, value] of Object.entries(piece)) {
    if (typeof value === 'string') yield { path: [...path, key], value };
    else yield* leavesOf(value, [...path, key]);
  }
}

function withLeaf(text: string, path: readonly string[], value: string): string {
  let at = valueAt(text, text.search(/[^\s\uFEFF]/));
  for (const [depth, key] of path.entries()) {
    // Of a key that is there twice the last one counts.
    const member = at.members?.findLast((each) => each.key === key);
    const rest = path.slice(depth + 1);
    if (member === undefined) return withMember(text, at, key, nested(rest, value));
    if (rest.length === 0 || member.value.members === null) {
      const { start, end } = member.value;
      const replacement = JSON.stringify(nested(rest, value));
      return text.slice(0, start) + replacement + text.slice(end);
    }
    at = member.value;
  }
  return text;
}

/** The value below these keys. */
function nested(path: readonly string[], value: string): ConfigPiece | string {
  return path.reduceRight<ConfigPiece | string>((inner, key) => objectOf(key, inner), value);
}

/** A key may come from a name such as `__proto__`. */
function objectOf(key: string, value: ConfigPiece | string): ConfigPiece {
  return Object.defineProperty({}, key, { value, enumerable: true, writable: true, configurable: true });
}

function withMember(text: string, at: Value, key: string, value: ConfigPiece | string): string {
  const last = at.members?.at(-1);
  const added = objectOf(key, value);
  const short = !text.slice(at.start, at.end).includes('\n');
  // In a file of many lines no object of objects is squeezed into one.
  if (last === undefined || (short && typeof value !== 'string' && text.trim().includes('\n'))) {
    const whole: unknown = { ...(JSON.parse(text.slice(at.start, at.end)) as object), ...added };
    const [first, ...rest] = linesOf(whole, text);
    const lines = [first, ...rest.map((line) => indentAt(text, at.start) + line)];
    return text.slice(0, at.start) + lines.join(eolOf(text)) + text.slice(at.end);
  }
  const unit = unitOf(text).length;
  const lines = linesOf(added, text).slice(1, -1);
  const below = lines.map((line) => eolOf(text) + indentAt(text, last.start) + line.slice(unit)).join('');
  const member = short ? ` ${JSON.stringify(key)}: ${JSON.stringify(value)}` : below;
  return `${text.slice(0, last.value.end)},${member}${text.slice(last.value.end)}`;
}

function linesOf(value: unknown, text: string): string[] {
  return JSON.stringify(value, null, unitOf(text)).split('\n');
}

/** By what the file indents. */
function unitOf(text: string): string {
  return /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ';
}

function eolOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** What the line of a place begins with. */
function indentAt(text: string, place: number): string {
  return /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', place - 1) + 1))?.[0] ?? '';
}

/** Where the value that begins here ends, and where its members are when it is an object. */
function valueAt(text: string, start: number): Value {
  const opening = text[start];
  if (opening === '"') return { start, end: endOfString(text, start), members: null };
  if (opening !== '{' && opening !== '[') {
    return { start, end: start + (/^[^\s,\]}]+/.exec(text.slice(start))?.[0].length ?? 0), members: null };
  }
  const members: Member[] = [];
  let place = skipped(text, start + 1);
  while (place < text.length && text[place] !== '}' && text[place] !== ']') {
    const begin = place;
    if (opening === '{') place = skipped(text, skipped(text, endOfString(text, place)) + 1);
    const value = valueAt(text, place);
    if (opening === '{') {
      const key = JSON.parse(text.slice(begin, endOfString(text, begin))) as string;
      members.push({ key, start: begin, value });
    }
    place = skipped(text, value.end);
    if (text[place] === ',') place = skipped(text, place + 1);
  }
  return { start, end: place + 1, members: opening === '{' ? members : null };
}

function skipped(text: string, from: number): number {
  let place = from;
  while (place < text.length && /\s/.test(text.charAt(place))) place += 1;
  return place;
}

/** Behind the closing quote of a string. */
function endOfString(text: string, start: number): number {
  let place = start + 1;
  while (place < text.length && text[place] !== '"') place += text[place] === '\\' ? 2 : 1;
  return place + 1;
}
