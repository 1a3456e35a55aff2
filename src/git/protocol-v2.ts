import { fetchFailed } from '../failures/git.ts';
import { cutTo } from '../text/truncate.ts';
import { DELIM, FLUSH, pktLine, pktLines, type PktLine } from './pkt-line.ts';
import { haveLines } from './upload-pack.ts';

/** Stands among the capabilities of a listing that was read in protocol 2. */
export const VERSION_2 = 'version=2';

/** True when a server answers a plain request with its capabilities in protocol 2 (gitprotocol-v2 "Initial Client Request"). */
export function isVersion2(advertisement: Buffer): boolean {
  const begin = advertisement
    .toString('latin1', 0, 64)
    .replace(/^[0-9a-f]{4}# service=git-upload-pack\n(0000)?/, '');
  return /^000[de]version 2/.test(begin);
}

/** Asks for all refs (gitprotocol-v2 "ls-refs"). */
export function lsRefsRequest(): Buffer {
  return Buffer.concat([pktLine('command=ls-refs\n'), DELIM, pktLine('symrefs\n'), FLUSH]);
}

/** Asks for everything that `wants` reach and `haves` do not, in one round (gitprotocol-v2 "fetch"). */
export function fetchRequest(wants: readonly string[], haves: readonly string[]): Buffer {
  return Buffer.concat([
    pktLine('command=fetch\n'),
    DELIM,
    ...['thin-pack', 'no-progress', 'ofs-delta'].map((option) => pktLine(`${option}\n`)),
    ...wants.map((id) => pktLine(`want ${id}\n`)),
    ...haveLines(haves),
    pktLine('done\n'),
    FLUSH,
  ]);
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
  }
  if (last !== 'flush') throw fetchFailed(object, { detail: 'the listing has no end' });
  const [first = `${'0'.repeat(40)} capabilities^{}`, ...others] = refs;
  const lines = [`${first}\0${VERSION_2}${symref}`, ...others].map((line) => pktLine(`${line}\n`));
  return Buffer.concat([...lines, FLUSH]);
}
