import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { readHead, readRefs } from '../repository.ts';
import type { GitService } from './admission.ts';
import { AGENT, HIDDEN_FROM_FETCH, HIDDEN_FROM_PUSH, startGit, uploadPackConfig } from './gitaly.ts';
import { learnPeeled, peelRefs, type Peeled } from './peel.ts';
import { FLUSH, packet } from './pkt-line.ts';

/** Capabilities verbatim as in GL-201, GL-224. */
const PUSH_CAPABILITIES = `report-status report-status-v2 delete-refs side-band-64k quiet atomic ofs-delta push-options object-format=sha1 agent=${AGENT}`;
const FETCH_CAPABILITIES =
  'multi_ack thin-pack side-band side-band-64k ofs-delta shallow deepen-since deepen-not deepen-relative no-progress include-tag multi_ack_detailed allow-tip-sha1-in-want allow-reachable-sha1-in-want no-done';
const VERSION_2 = [
  'version 2',
  `agent=${AGENT}`,
  'ls-refs=unborn',
  'fetch=shallow wait-for-done filter',
  'server-option',
  'object-format=sha1',
];

export type Protocol = 0 | 1 | 2;

/** The protocol that a `Git-Protocol` header asks for; the highest of several counts. */
export function protocolOf(header: string | undefined): Protocol {
  const asked = new Set((header ?? '').split(':').map((word) => word.trim()));
  if (asked.has('version=2')) return 2;
  return asked.has('version=1') ? 1 : 0;
}

/** The body of `info/refs`: git's own bytes, made without starting git wherever the files tell enough. */
export async function advertisement(
  gitDir: string,
  service: GitService,
  protocol: Protocol,
  known: Peeled,
  muteWhenEmpty = false,
): Promise<Buffer> {
  const announced = [packet(`# service=${service}\n`), FLUSH];
  if (service === 'git-upload-pack' && protocol === 2) {
    return Buffer.concat([...announced, ...VERSION_2.map((line) => packet(`${line}\n`)), FLUSH]);
  }
  // receive-pack does not know version 2 and answers as if nothing had been asked.
  if (protocol === 1) announced.push(packet('version 1\n'));
  const mute = muteWhenEmpty && service === 'git-upload-pack';
  if (mute && shown(readRefs(gitDir), HIDDEN_FROM_FETCH).size === 0)
    return Buffer.concat([...announced, FLUSH]);
  const lines = service === 'git-upload-pack' ? await fetchLines(gitDir, known) : pushLines(gitDir);
  return Buffer.concat([...announced, ...(Array.isArray(lines) ? [...lines, FLUSH] : [lines])]);
}

function pushLines(gitDir: string): Buffer[] {
  const refs = shown(readRefs(gitDir), HIDDEN_FROM_PUSH);
  return withCapabilities(
    [...refs].map(([name, id]) => `${id} ${name}`),
    PUSH_CAPABILITIES,
  );
}

async function fetchLines(gitDir: string, known: Peeled): Promise<Buffer[] | Buffer> {
  const refs = shown(readRefs(gitDir), HIDDEN_FROM_FETCH);
  const peeled = peelRefs(gitDir, refs, known);
  if (!peeled) return askGit(gitDir, known);
  const head = readHead(gitDir);
  const headId = head === null ? undefined : refs.get(head);
  const lines = headId === undefined ? [] : [`${headId} HEAD`];
  for (const [name, id] of refs) {
    lines.push(`${id} ${name}`);
    const target = peeled.get(id);
    if (target && !name.startsWith('refs/heads/')) lines.push(`${target} ${name}^{}`);
  }
  const symref = headId === undefined ? '' : ` symref=HEAD:${head}`;
  return withCapabilities(lines, `${FETCH_CAPABILITIES}${symref} filter object-format=sha1 agent=${AGENT}`);
}

function withCapabilities(lines: string[], capabilities: string): Buffer[] {
  const [first = `${'0'.repeat(40)} capabilities^{}`, ...others] = lines;
  return [packet(`${first}\0${capabilities}\n`), ...others.map((line) => packet(`${line}\n`))];
}

function shown(refs: Map<string, string>, hidden: string[]): Map<string, string> {
  for (const name of refs.keys()) {
    if (hidden.some((prefix) => name.startsWith(prefix))) refs.delete(name);
  }
  return refs;
}

/** The lines and the flush that end them, from git itself. */
async function askGit(gitDir: string, known: Peeled): Promise<Buffer> {
  const args = ['upload-pack', '--http-backend-info-refs', gitDir];
  const child = startGit({ args, config: uploadPackConfig() });
  const closed = once(child, 'close');
  child.stderr!.resume();
  child.stdin!.end();
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout as Readable as AsyncIterable<Buffer>) chunks.push(chunk);
  await closed;
  const bytes = Buffer.concat(chunks);
  learnPeeled(bytes, known);
  return bytes;
}
