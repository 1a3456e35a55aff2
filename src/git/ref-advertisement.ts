import { fetchFailed } from '../failures/git.ts';
import type { RefListing } from '../model/forge.ts';
import { cutTo } from '../text/format.ts';
import { delim, flush, pktLine, pktLines, pktText, scanPktLines, type PktLine } from './pkt-line.ts';

/**
 * Reads the ref advertisement of git's smart HTTP protocol, version 0 (gitprotocol-http "Smart Server Response",
 * gitprotocol-pack "Reference Discovery"): unpeeled ids; a `^{}` line tells that the ref points to a tag object, and only
 * of branches this is worth knowing (GB-129). An empty repository gives no refs. Git before 2.41 says nothing but a flush of one that is empty (GL-226).
 * @throws fetch-failed when the body is something else
 */
export function parseAdvertisement(body: Buffer, object: string): RefListing {
  const read: Read = { refs: new Map(), tagged: new Set(), head: null, first: true, announced: false };
  // The announcement of the service has a flush of its own.
  let sections = 0;
  const last = scanPktLines(body, object, (begin, end, mark) => {
    if (mark === 'flush') sections += 1;
    if (mark === null) addLine(read, body, { begin, end }, object);
  });
  const { refs, tagged, head, first, announced } = read;
  const mute = first && sections === (announced ? 2 : 1);
  if (first && !mute) throw fetchFailed(object, { detail: 'the response has no ref advertisement' });
  // Cut between two lines it would look like a repository with fewer refs.
  if (last !== 'flush') throw fetchFailed(object, { detail: 'the listing is incomplete' });
  return {
    refs,
    head: head !== null && refs.has(head) ? head : null,
    ...(tagged.size === 0 ? {} : { tagged }),
  };
}

/** What an advertisement has told so far. */
type Read = {
  refs: Map<string, string>;
  tagged: Set<string>;
  head: string | null;
  /** No ref has come yet. */
  first: boolean;
  /** The service has been announced. */
  announced: boolean;
};

function addLine(read: Read, body: Buffer, { begin, end }: Span, object: string): void {
  if (end > begin && body[begin] === 0x23) {
    read.announced = true;
    return;
  }
  const endOfName = endOfRef(body, { begin, end }, read.first);
  if (read.first && endOfName < end && body[endOfName] === 0)
    read.head = symrefOf(body.toString('utf8', endOfName + 1, end).trimEnd());
  read.first = false;
  addRef(read, body, { begin, end: endOfName }, object);
}

/** Where something stands in the body. */
type Span = { begin: number; end: number };

/** Where the capabilities (of the first ref only), the newline or the line itself end the ref. */
function endOfRef(body: Buffer, { begin, end }: Span, first: boolean): number {
  const zero = first ? body.indexOf(0, begin) : -1;
  if (zero >= 0 && zero < end) return zero;
  return end > begin && body[end - 1] === 0x0a ? end - 1 : end;
}

/** Both strings are made from the bytes: parts of a longer string would keep all of it in memory. */
function addRef({ refs, tagged }: Read, body: Buffer, { begin, end }: Span, object: string): void {
  const space = begin + idLength;
  const id = body.toString('latin1', begin, Math.min(space, end));
  const name = body.toString('utf8', Math.min(space + 1, end), end);
  if (!/^[0-9a-f]{40}$/.test(id) || body[space] !== 0x20 || name === '') {
    const entry = body.toString('utf8', begin, end);
    if (entry.startsWith('shallow ') || entry.startsWith('version ')) return;
    const text = entry.startsWith('ERR ') ? entry.slice(4) : `unexpected line "${cutTo(80, entry)}"`;
    throw fetchFailed(object, { detail: text });
  }
  if (name === 'HEAD' || name === '.have' || name === 'capabilities^{}') return;
  if (!name.endsWith('^{}')) refs.set(name, id);
  else if (name.startsWith('refs/heads/')) tagged.add(name.slice(0, -'^{}'.length));
}

const idLength = 40;

function symrefOf(capabilities: string): string | null {
  const symref = capabilities.split(' ').find((text) => text.startsWith('symref=HEAD:'));
  return symref?.slice('symref=HEAD:'.length) ?? null;
}

/** Capabilities that come with the first ref of an advertisement; [] when there are none. */
export function capabilitiesIn(body: Buffer, object: string): string[] {
  for (const line of pktLines(body, object)) {
    if (typeof line === 'string') continue;
    const [, capabilities] = line.toString('utf8').trimEnd().split('\0');
    if (capabilities !== undefined) return capabilities.split(' ').filter(Boolean);
  }
  return [];
}

/** Stands among the capabilities of a listing that was read in protocol 2. */
export const version2 = 'version=2';

/** True when a server answers a plain request with its capabilities in protocol 2 (gitprotocol-v2 "Initial Client Request"). */
export function isVersion2(advertisement: Buffer): boolean {
  const begin = advertisement
    .toString('latin1', 0, 64)
    .replace(/^[0-9a-f]{4}# service=git-upload-pack\n(0000)?/, '');
  return /^000[de]version 2/.test(begin);
}

/** Asks for all refs (gitprotocol-v2 "ls-refs"). */
export function lsRefsRequest(): Buffer {
  return Buffer.concat([pktLine('command=ls-refs\n'), delim, pktLine('peel\n'), pktLine('symrefs\n'), flush]);
}

/**
 * The answer to `ls-refs` in the form of a version 0 advertisement, so that there is one way to read a listing.
 * @throws fetch-failed
 */
export function asAdvertisement(answer: Buffer, object: string): Buffer {
  let symref = '';
  const refs: string[] = [];
  let last: PktLine | null = null;
  for (const line of pktLines(answer, object)) {
    last = line;
    if (typeof line === 'string') continue;
    const text = line.toString('utf8').replace(/\n$/, '');
    // `unborn HEAD symref-target:…` names a branch that does not exist.
    if (text.startsWith('unborn ')) continue;
    const [, id, name, attributes = ''] = /^([0-9a-f]{40}) ([^ ]+)(.*)$/.exec(text) ?? [];
    if (id === undefined || name === undefined) {
      throw fetchFailed(object, { detail: cutTo(200, text.replace(/^ERR /, '')) });
    }
    const target = / symref-target:(\S+)/.exec(attributes)?.[1];
    if (name === 'HEAD' && target !== undefined) symref = ` symref=HEAD:${target}`;
    refs.push(`${id} ${name}`);
    const peeled = / peeled:([0-9a-f]{40})/.exec(attributes)?.[1];
    if (peeled !== undefined) refs.push(`${peeled} ${name}^{}`);
  }
  if (last !== 'flush') throw fetchFailed(object, { detail: 'the listing is incomplete' });
  const [first = `${'0'.repeat(40)} capabilities^{}`, ...others] = refs;
  const lines = [`${first}\0${version2}${symref}`, ...others].map((line) => pktText(`${line}\n`));
  return Buffer.concat([Buffer.from(lines.join('')), flush]);
}
