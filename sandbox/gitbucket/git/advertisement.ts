import { resolvedHead, type RefList } from './refs.ts';

const AGENT_4_47 = 'JGit/6.10.1.202505221210-r';
const AGENT_4_36 = 'JGit/5.12.0.202106070339-r';

const FEATURES =
  ' include-tag multi_ack_detailed multi_ack ofs-delta side-band side-band-64k thin-pack no-progress shallow no-done';

/** JGit's answer to `info/refs?service=git-upload-pack` in protocol v0, byte for byte (GB-106). */
export function advertisementV0(list: RefList, minor: number): Buffer {
  const head = resolvedHead(list);
  const symref = head ? ` symref=HEAD:${head.name}` : '';
  const features = `${FEATURES} agent=${agent(minor)}${symref}`;
  const lines: [id: string, name: string][] = [];
  if (head) lines.push([head.id, 'HEAD']);
  for (const ref of list.refs) {
    lines.push([ref.id, ref.name]);
    if (ref.peeled) lines.push([ref.peeled, `${ref.name}^{}`]);
  }
  if (lines.length === 0) lines.push(['0'.repeat(40), 'capabilities^{}']);
  const text = lines.map(([id, name], index) =>
    packet(`${id} ${name}${index === 0 ? `\0${features}` : ''}\n`),
  );
  return Buffer.concat([
    packet('# service=git-upload-pack\n'),
    Buffer.from('0000'),
    ...text,
    Buffer.from('0000'),
  ]);
}

/** JGit's capability advertisement of protocol v2 (GB-107); without agent before 4.4x. */
export function advertisementV2(minor: number): Buffer {
  const features = ['version 2', 'ls-refs', 'fetch=shallow', 'server-option'];
  if (minor >= 42) features.push(`agent=${agent(minor)}`);
  return Buffer.concat([...features.map((feature) => packet(feature)), Buffer.from('0000')]);
}

function agent(minor: number): string {
  return minor >= 42 ? AGENT_4_47 : AGENT_4_36;
}

/** One pkt-line. */
export function packet(text: string | Buffer): Buffer {
  const payload = Buffer.from(text as string);
  const length = (payload.length + 4).toString(16).padStart(4, '0');
  return Buffer.concat([Buffer.from(length), payload]);
}
