import { MigrationError } from '../errors.ts';
import type { RefListing } from '../model.ts';
import { pktLines } from './pkt-line.ts';

/**
 * Reads the ref advertisement of git's smart HTTP protocol, version 0 (gitprotocol-http "Smart Server Response",
 * gitprotocol-pack "Reference Discovery"): unpeeled ids, without `^{}` lines; an empty repository gives no refs.
 * @throws fetch-failed when the body is something else
 */
export function parseAdvertisement(body: Buffer, object: string): RefListing {
  const refs = new Map<string, string>();
  let head: string | null = null;
  let first = true;
  for (const line of pktLines(body, object)) {
    if (line === null || line[0] === 0x23) continue;
    const text = line.toString('utf8').replace(/\n$/, '');
    const [entry = '', capabilities] = text.split('\0');
    if (first && capabilities !== undefined) head = symrefOf(capabilities);
    first = false;
    addRef(refs, entry, object);
  }
  if (first)
    throw new MigrationError('fetch-failed', object, { detail: 'the answer has no ref advertisement' });
  return { refs, head: head !== null && refs.has(head) ? head : null };
}

function addRef(refs: Map<string, string>, entry: string, object: string): void {
  const match = /^([0-9a-f]{40}) (.+)$/.exec(entry);
  if (!match) {
    if (entry.startsWith('shallow ') || entry.startsWith('version ')) return;
    const text = entry.startsWith('ERR ') ? entry.slice(4) : `unexpected line "${entry.slice(0, 80)}"`;
    throw new MigrationError('fetch-failed', object, { detail: text });
  }
  const [, id = '', name = ''] = match;
  if (name === 'HEAD' || name === '.have' || name === 'capabilities^{}' || name.endsWith('^{}')) return;
  refs.set(name, id);
}

function symrefOf(capabilities: string): string | null {
  const symref = capabilities.split(' ').find((text) => text.startsWith('symref=HEAD:'));
  return symref?.slice('symref=HEAD:'.length) ?? null;
}

/** Capabilities that come with the first ref of an advertisement; [] when there are none. */
export function capabilitiesIn(body: Buffer, object: string): string[] {
  for (const line of pktLines(body, object)) {
    const [, capabilities] = line?.toString('utf8').trimEnd().split('\0') ?? [];
    if (capabilities !== undefined) return capabilities.split(' ').filter(Boolean);
  }
  return [];
}
