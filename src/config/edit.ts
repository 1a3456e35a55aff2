import { applyEdits, findNodeAtLocation, modify, parseTree, type FormattingOptions } from 'jsonc-parser';

/** A piece of the config: objects within objects, and strings. */
export type ConfigPiece = { [key: string]: ConfigPiece | string };

/**
 * The text of a JSON file with a piece put into it, all else left as it stands: order, indentation, line ends. What is
 * there under a key of the piece is replaced. The text has to be valid JSON with an object at its top.
 */
export function withPiece(text: string, piece: ConfigPiece): string {
  const [mark = '', json] = /^(\uFEFF?)([^]*)$/.exec(text)?.slice(1) ?? [];
  return mark + [...leavesOf(piece, [])].reduce(withLeaf, json ?? text);
}

type Leaf = { path: string[]; value: string };

function* leavesOf(piece: ConfigPiece, path: readonly string[]): Generator<Leaf> {
  for (const [key, value] of Object.entries(piece)) {
    if (typeof value === 'string') yield { path: [...path, key], value };
    else yield* leavesOf(value, [...path, key]);
  }
}

function withLeaf(text: string, { path, value }: Leaf): string {
  const root = parseTree(text);
  // What is no object cannot take a key: it is replaced as a whole.
  const inTheWay = path.findIndex((_, depth) => {
    const node = root && findNodeAtLocation(root, path.slice(0, depth + 1));
    return depth < path.length - 1 && node !== undefined && node.type !== 'object';
  });
  const place = inTheWay < 0 ? path : path.slice(0, inTheWay + 1);
  const put = nested(path.slice(place.length), value);
  return applyEdits(text, modify(text, place, put, { formattingOptions: styleOf(text) }));
}

/** The value below these keys, one of which may be `__proto__`. */
function nested(path: readonly string[], value: string): ConfigPiece | string {
  return path.reduceRight<ConfigPiece | string>((inner, key) => Object.fromEntries([[key, inner]]), value);
}

/** By what the file indents, and how it ends its lines. */
function styleOf(text: string): FormattingOptions {
  const indent = /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ';
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  return { insertSpaces: !indent.startsWith('\t'), tabSize: indent.length, eol };
}
