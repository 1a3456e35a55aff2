/** Commits and tags, byte by byte as `latin1`: nobody knows the encoding of a name. */

/** New ids by old ones, for what has changed. */
export type NewIds = { get(id: string): string | undefined };

export type FixedHeader = {
  text: string;
  /** True when a signature was taken off: it was made for the old id. */
  signed: boolean;
};

type Header = { word: string; line: string };

/**
 * A commit as it has to be written: with the new ids of what it refers to and, when git's checks refuse it (`bad`), with
 * its authors, dates and characters put right. Whatever can stay stays.
 */
export function fixCommit(text: string, bad: boolean, ids: NewIds): FixedHeader {
  const { headers, message } = parts(text, bad);
  const kept = headers.filter(({ word }) => !isSignature(word));
  const signed = kept.length < headers.length;
  const moved = kept.map((header) => withNewId(header, ids));
  if (!bad) return { text: joined(moved, message), signed };
  const authors = identities(moved, 'author');
  const committers = identities(moved, 'committer');
  const author = authors[0] ?? committers[0] ?? unknown;
  const committer = committers[0] ?? author;
  const date = author.date ?? committer.date ?? '0';
  const others = [...authors.slice(1), ...committers.slice(1)];
  const trailers = others.map(({ name, email }) => `Co-authored-by: ${name} <${email}>`);
  const lines = [
    ...moved.filter(({ word }) => word === 'tree').slice(0, 1),
    ...moved.filter(({ word }) => word === 'parent'),
    headerOf('author', author, committer.date ?? date),
    headerOf('committer', committer, date),
    ...moved.filter(({ word }) => !['tree', 'parent', 'author', 'committer'].includes(word)),
  ];
  const readable = message.replaceAll('\0', ' ');
  const end = trailers.length === 0 ? readable : `${readable.trimEnd()}\n\n${trailers.join('\n')}\n`;
  return { text: joined(lines, end), signed };
}

/** An annotated tag, in the same way. */
export function fixTag(text: string, bad: boolean, ids: NewIds): FixedHeader {
  const { headers, message } = parts(text, bad);
  const moved = headers.map((header) => withNewId(header, ids));
  const fixed = bad
    ? moved.map((header) =>
        header.word === 'tagger' ? headerOf('tagger', identityIn(header.line), '0') : header,
      )
    : moved;
  const unsigned = message.replace(
    /-----BEGIN (?:PGP (?:SIGNATURE|MESSAGE)|SSH SIGNATURE|SIGNED MESSAGE)-----[^]*$/,
    '',
  );
  const readable = bad ? unsigned.replaceAll('\0', ' ') : unsigned;
  return { text: joined(fixed, readable), signed: unsigned !== message };
}

/** The tree and the parents of a commit, or the object of a tag. */
export function linksIn(text: string): { tree: string; parents: string[]; object: string } {
  const { headers } = parts(text, false);
  const all = (word: string): string[] =>
    headers.filter((header) => header.word === word).map(({ line }) => line.slice(word.length + 1).trim());
  return { tree: all('tree')[0] ?? '', parents: all('parent'), object: all('object')[0] ?? '' };
}

/** A header goes on in the lines that begin with a blank. */
function parts(text: string, bad: boolean): { headers: Header[]; message: string } {
  const end = text.indexOf('\n\n');
  const head = end < 0 ? text.replace(/\n$/, '') : text.slice(0, end);
  const lines = (bad ? head.replaceAll('\0', ' ') : head).split('\n');
  const headers: Header[] = [];
  for (const line of lines) {
    const last = headers.at(-1);
    if (line.startsWith(' ') && last) last.line += `\n${line}`;
    else headers.push({ word: line.split(' ')[0] ?? '', line });
  }
  return { headers, message: end < 0 ? '' : text.slice(end + 2) };
}

function joined(headers: readonly Header[], message: string): string {
  return `${headers.map(({ line }) => line).join('\n')}\n\n${message}`;
}

/** `mergetag` is a signed tag in a commit: it names the old id of a parent. */
function isSignature(word: string): boolean {
  return ['gpgsig', 'gpgsig-sha256', 'mergetag'].includes(word);
}

function withNewId({ word, line }: Header, ids: NewIds): Header {
  if (!['tree', 'parent', 'object'].includes(word)) return { word, line };
  const id = ids.get(line.slice(word.length + 1).trim());
  return { word, line: id === undefined ? line : `${word} ${id}` };
}

/** `date` and zone are null where what stands there is none. */
type Identity = { name: string; email: string; date: string | null; zone: string };

const unknown: Identity = { name: 'unknown', email: '', date: null, zone: '+0000' };

function identities(headers: readonly Header[], word: string): Identity[] {
  return headers.filter((header) => header.word === word).map(({ line }) => identityIn(line));
}

/** `author Ada <ada@example.com> 1600000000 +0000`, or what somebody has made of it. */
function identityIn(line: string): Identity {
  const [written = ''] = line.slice(line.indexOf(' ') + 1).split('\n');
  const open = written.indexOf('<');
  const close = written.lastIndexOf('>');
  if (open < 0 || close < open) {
    const [, who = '', time = ''] = /^(.*?)\s*(\d+(?:\s+\S+)?)?\s*$/.exec(written) ?? [];
    return { ...timeIn(time), name: cleaned(who) || 'unknown', email: '' };
  }
  const email = cleaned(written.slice(open, close)).replaceAll(/\s/g, '');
  const name = cleaned(written.slice(0, open)) || (email.split('@')[0] ?? '') || 'unknown';
  return { ...timeIn(written.slice(close + 1)), name, email };
}

/** git takes none of these within a name or an address. */
function cleaned(text: string): string {
  return text.replaceAll(/[<>\0]/g, '').trim();
}

/** The last second of the year 9999: what lies behind is no date that somebody meant. */
const latest = 253_402_300_799;

function timeIn(text: string): Pick<Identity, 'date' | 'zone'> {
  const [, digits, zone] = /^\s*(\d+)(?:\s+(\S+))?\s*$/.exec(text) ?? [];
  const date = digits === undefined || Number(digits) > latest ? null : String(Number(digits));
  return { date, zone: /^[+-]\d{4}$/.test(zone ?? '') ? (zone ?? '') : '+0000' };
}

function headerOf(word: string, { name, email, date, zone }: Identity, otherwise: string): Header {
  return { word, line: `${word} ${name} <${email}> ${date ?? otherwise} ${zone}` };
}
