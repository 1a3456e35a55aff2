import { execFileSync } from 'node:child_process';
import { createReadStream, createWriteStream, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { timed } from './run.ts';

const ZERO = '0'.repeat(40);
const FLUSH = '0000';

type Floor = { pull: number; push: number };

/**
 * What no client can undercut: the time in which the source sends the pack to nobody, and the time in which the target
 * takes the same pack and commands from a file.
 */
export async function floorOf(
  gitDir: string,
  urls: { source: string; target: string },
  folder: string,
): Promise<Floor> {
  const refs = headsAndTags(gitDir);
  const asked = writeWants(refs, folder);
  const pull = await post(urls.source, 'git-upload-pack', asked, '/dev/null', folder);
  const answer = join(folder, 'answer');
  await post(urls.source, 'git-upload-pack', asked, answer, folder);
  if (statSync(answer).size < 32) throw new Error('the source sent no pack');
  const body = await writePush(refs, answer, folder);
  const push = await pushWhole(urls.target, body, folder);
  return { pull, push };
}

function headsAndTags(gitDir: string): string[] {
  return execFileSync(
    'git',
    ['-C', gitDir, 'for-each-ref', '--format=%(objectname) %(refname)', 'refs/heads', 'refs/tags'],
    { encoding: 'utf8', maxBuffer: 1 << 28 },
  )
    .trim()
    .split('\n');
}

/** Without a side band, so that the answer is the line NAK and the bare pack. */
function writeWants(refs: readonly string[], folder: string): string {
  const ids = [...new Set(refs.map((line) => line.slice(0, 40)))];
  const wants = ids.map((id, index) => pkt(`want ${id}${index === 0 ? ' ofs-delta no-progress' : ''}\n`));
  const file = join(folder, 'wants');
  writeFileSync(file, `${wants.join('')}${FLUSH}${pkt('done\n')}`);
  return file;
}

async function writePush(refs: readonly string[], answer: string, folder: string): Promise<string> {
  const commands = refs.map((line, index) => {
    const [id = '', ref = ''] = line.split(' ');
    return pkt(`${ZERO} ${id} ${ref}${index === 0 ? '\0report-status ofs-delta' : ''}\n`);
  });
  const file = join(folder, 'push');
  writeFileSync(file, `${commands.join('')}${FLUSH}`);
  const start = pkt('NAK\n').length;
  await pipeline(createReadStream(answer, { start }), createWriteStream(file, { flags: 'a' }));
  return file;
}

async function pushWhole(url: string, body: string, folder: string): Promise<number> {
  const report = join(folder, 'report');
  const seconds = await post(url, 'git-receive-pack', body, report, folder);
  const text = readFileSync(report, 'utf8');
  if (!text.includes('unpack ok') || /\dng /.test(text))
    throw new Error(`the target refused: ${text.slice(0, 500)}`);
  return seconds;
}

/** curl sends the file as it reads it: memory and CPU of the client are as good as none. */
function post(url: string, service: string, body: string, output: string, folder: string): Promise<number> {
  const { username, password, origin, pathname } = new URL(url);
  const config = join(folder, 'curl-config');
  writeFileSync(config, `user = "${username}:${password}"\n`, { mode: 0o600 });
  const type = `content-type: application/x-${service}-request`;
  return timed(
    'curl',
    [
      '-sf',
      // GitBucket sends everybody but git to its login page.
      '-A',
      'git/2.39.5',
      '-K',
      config,
      '-X',
      'POST',
      '-T',
      body,
      '-H',
      type,
      '-H',
      'expect:',
      '-o',
      output,
      `${origin}${pathname}/${service}`,
    ],
    { cwd: folder },
  );
}

function pkt(text: string): string {
  return (Buffer.byteLength(text) + 4).toString(16).padStart(4, '0') + text;
}
