import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../helpers/processes.ts';
import { gitOk, makeRepository, startGitServer, type GitServer } from './git-server.ts';
import { basic, EMPTY_PACK, packOf, pushBody, raw, readAnswer } from './git-wire.ts';

let gitlab: GitServer;
let dir: string;
let tip: string;
let pack: Buffer;
let path: string;
let gitDir: string;
let count = 0;

beforeAll(async () => {
  gitlab = await startGitServer();
  dir = await mkdtemp(join(tmpdir(), 'sandbox-gitlab-timing-'));
  const work = await makeRepository(dir, 1);
  for (let index = 0; index < 120; index += 1)
    await writeFile(join(work, `${index}.bin`), randomBytes(8_000));
  await gitOk(work, ['add', '.']);
  await gitOk(work, ['commit', '-q', '-m', 'big']);
  tip = await gitOk(work, ['rev-parse', 'main']);
  pack = await packOf(work, ['main']);
});
beforeEach(() => {
  count += 1;
  const project = gitlab.addProject(`t${count}`);
  path = project.fullPath;
  gitDir = gitlab.context.gitDir(project);
});
afterAll(async () => {
  await gitlab.close();
  await rm(dir, { recursive: true, force: true });
});

function open(headers: Record<string, string | number> = {}): ClientRequest {
  return httpRequest(`${gitlab.url}/${path}.git/git-receive-pack`, {
    method: 'POST',
    headers: {
      authorization: basic(gitlab.token),
      'content-type': 'application/x-git-receive-pack-request',
      ...headers,
    },
  });
}

function answerOf(
  request: ClientRequest,
): Promise<{ status: number; body: string; response: IncomingMessage }> {
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => {
      let body = '';
      response.setEncoding('latin1');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body, response }));
    });
  });
}

function refs(): Promise<string> {
  return gitOk(gitDir, ['for-each-ref', '--format=%(refname)']);
}

/** Does a quarantine hold the beginning of a pack? */
async function partialPack(): Promise<boolean> {
  const files = await readdir(join(gitDir, 'objects'), { recursive: true });
  return files.some((name) => /^tmp_objdir-incoming-[^/]+\/pack\/tmp_pack_/.test(name));
}

describe('a client that goes away', () => {
  it('in the middle of the pack leaves the partial pack in quarantine for good', async () => {
    const request = open();
    request.on('error', () => {});
    request.write(
      pushBody({ commands: [{ new: tip, ref: 'refs/heads/main' }], pack: pack.subarray(0, 500_000) }),
    );
    await until(partialPack, 'a partial pack');
    request.destroy();
    await sleep(200);
    expect(await partialPack()).toBe(true);
    expect(await refs()).toBe('');
  });

  it('while the hooks run changes no ref, but the objects are in already', async () => {
    // Longer than a busy machine needs to hang up.
    gitlab.settings.git.hookMsPerRef = 20_000;
    const request = open();
    request.on('error', () => {});
    request.end(pushBody({ commands: [{ new: tip, ref: 'refs/heads/main' }], pack }));
    const packed = async (): Promise<boolean> =>
      (await readdir(join(gitDir, 'objects/pack'))).some((name) => name.endsWith('.pack'));
    await until(packed, 'the pack');
    request.destroy();
    await sleep(100);
    gitlab.settings.git.hookMsPerRef = 0;
    expect(await refs()).toBe('');
    expect(await readdir(join(gitDir, 'refs/heads'))).toEqual([]);
    const again = await raw(`${gitlab.url}/${path}.git/git-receive-pack`, {
      method: 'POST',
      token: gitlab.token,
      headers: { 'content-type': 'application/x-git-receive-pack-request' },
      body: pushBody({ commands: [{ new: tip, ref: 'refs/heads/main' }], pack: EMPTY_PACK }),
    });
    expect(readAnswer(again.body).report).toEqual(['unpack ok', 'ok refs/heads/main']);
  });
});

describe('answers', () => {
  it('wait for the end of the body, however early git is done', async () => {
    const request = open();
    const answer = answerOf(request);
    let answered = false;
    request.on('response', () => (answered = true));
    request.write(
      pushBody({ commands: [{ new: tip, ref: 'refs/heads/main' }], pack: pack.subarray(0, -30) }),
    );
    await sleep(150);
    expect(answered).toBe(false);
    request.end(pack.subarray(-30));
    const { body } = await answer;
    expect(readAnswer(body).report).toEqual(['unpack ok', 'ok refs/heads/main']);
  });

  it('come early when the pack is damaged, while the client is still sending', async () => {
    const broken = Buffer.from(pack);
    broken.fill(0, 40, 200);
    const request = open();
    const answer = answerOf(request);
    request.write(
      pushBody({ commands: [{ new: tip, ref: 'refs/heads/main' }], pack: broken.subarray(0, 200_000) }),
    );
    const timer = setInterval(() => request.write(Buffer.alloc(1000)), 20);
    const { status, body } = await answer;
    clearInterval(timer);
    request.destroy();
    expect(status).toBe(200);
    expect(readAnswer(body).report).toEqual([
      'unpack index-pack abnormal exit',
      'ng refs/heads/main unpacker error',
    ]);
  });

  it('come early at full speed too', async () => {
    const broken = Buffer.from(pack);
    broken.fill(0, 40, 200);
    const request = open();
    const answer = answerOf(request);
    request.write(pushBody({ commands: [{ new: tip, ref: 'refs/heads/main' }], pack: broken }));
    request.end(Buffer.alloc(20 << 20));
    expect(readAnswer((await answer).body).report[0]).toBe('unpack index-pack abnormal exit');
  });

  it('take as long as the hooks of all refs, and come all at once', async () => {
    gitlab.settings.git.hookMsPerRef = 20;
    const started = Date.now();
    const commands = Array.from({ length: 10 }, (_, index) => ({ new: tip, ref: `refs/heads/b${index}` }));
    const request = open();
    const answer = answerOf(request);
    request.end(pushBody({ commands, pack }));
    const { body } = await answer;
    gitlab.settings.git.hookMsPerRef = 0;
    expect(Date.now() - started).toBeGreaterThanOrEqual(200);
    expect(readAnswer(body).report).toHaveLength(11);
  });

  it('are all good when several clients push different refs at once', async () => {
    const pushes = Array.from({ length: 4 }, (_, client) => {
      const commands = Array.from({ length: 20 }, (_ref, index) => ({
        new: tip,
        ref: `refs/heads/c${client}/b${index}`,
      }));
      const request = open();
      const answer = answerOf(request);
      request.end(pushBody({ commands, pack }));
      return answer;
    });
    for (const { body } of await Promise.all(pushes)) {
      expect(readAnswer(body).report.filter((line) => line.startsWith('ok '))).toHaveLength(20);
    }
    expect((await refs()).split('\n')).toHaveLength(80);
  });

  it('leave the connection open for the next request', async () => {
    const socket = connect(gitlab.server.port, '127.0.0.1');
    const chunks: string[] = [];
    socket.on('data', (data) => chunks.push(data.toString('latin1')));
    const head = `POST /${path}.git/git-receive-pack HTTP/1.1\r\nHost: x\r\nAuthorization: ${basic(gitlab.token)}\r\nContent-Type: application/x-git-receive-pack-request\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const body = pushBody({ commands: [{ new: tip, ref: 'refs/heads/main' }], pack });
    socket.write(head);
    socket.write(`${body.length.toString(16)}\r\n`);
    socket.write(body);
    socket.write('\r\n0\r\n\r\n');
    await until(() => chunks.join('').includes('ok refs/heads/main'), 'the report');
    expect(chunks.join('').toLowerCase()).not.toContain('connection: close');
    socket.write(`${head}4\r\n0000\r\n0\r\n\r\n`);
    await until(() => chunks.join('').split('HTTP/1.1 200').length === 3, 'the second answer');
    socket.destroy();
  });
});

describe('refusals before the body', () => {
  it('come at once when the length is known and great', async () => {
    const request = open({ authorization: basic('wrong-token-value'), 'content-length': 1_000_000 });
    const answer = answerOf(request);
    request.flushHeaders();
    const { status, response } = await answer;
    request.destroy();
    expect([status, response.headers.connection]).toEqual([401, 'close']);
  });

  it('of a chunked body come only after 256 KiB', async () => {
    const request = open({ authorization: basic('wrong-token-value') });
    const answer = answerOf(request);
    let answered = false;
    request.on('response', () => (answered = true));
    request.write(Buffer.alloc(1000));
    await sleep(100);
    expect(answered).toBe(false);
    request.write(Buffer.alloc(300_000));
    const { status, response } = await answer;
    request.destroy();
    expect([status, response.headers.connection]).toEqual([401, 'close']);
  });

  it('reach a client that sends at full speed', async () => {
    const request = open({ authorization: basic('wrong-token-value') });
    const answer = answerOf(request);
    request.end(Buffer.alloc(20 << 20));
    expect((await answer).status).toBe(401);
  });

  it('answer Expect: 100-continue with the refusal, or with 100 when welcome', async () => {
    const expecting = { expect: '100-continue', 'content-length': 1_000_000 };
    const refused = open({ ...expecting, authorization: basic('wrong-token-value') });
    let continued = false;
    refused.on('continue', () => (continued = true));
    refused.flushHeaders();
    expect((await answerOf(refused)).status).toBe(401);
    refused.destroy();
    expect(continued).toBe(false);
    const welcome = open({ expect: '100-continue', 'content-length': 4 });
    welcome.on('continue', () => welcome.end('0000'));
    welcome.flushHeaders();
    expect((await answerOf(welcome)).status).toBe(200);
  });

  it('leave a chunked body that waits for 100-continue without any answer', async () => {
    const request = open({ expect: '100-continue', authorization: basic('wrong-token-value') });
    let heard = false;
    for (const event of ['continue', 'response', 'error']) request.on(event, () => (heard = true));
    request.flushHeaders();
    await sleep(300);
    expect(heard).toBe(false);
    request.destroy();
  });
});
