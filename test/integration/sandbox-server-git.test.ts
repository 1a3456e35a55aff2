import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveGit } from '../../sandbox/git-http.ts';
import { startSandboxServer, type SandboxServer } from '../../sandbox/server.ts';

const run = promisify(execFile);

describe('serveGit', () => {
  let dir: string;
  let gitServer: SandboxServer;
  let v0Only: boolean;

  beforeEach(async () => {
    v0Only = false;
    dir = await mkdtemp(join(tmpdir(), 'sandbox-server-git-'));
    const repository = join(dir, 'r.git');
    await run('git', ['init', '-q', '--bare', '-b', 'main', repository]);
    gitServer = await startSandboxServer(async (request, response) => {
      const [path, query] = (request.url ?? '').split('?');
      await serveGit(request, response, {
        gitDir: repository,
        path: path!.replace('/r.git', ''),
        query: query ?? '',
        config: [['transfer.hideRefs', 'refs/secret/']],
        v0Only,
      });
    });
    await run('git', ['init', '-q', '-b', 'main', join(dir, 'work')]);
    await inWork(
      '-c',
      'user.name=a',
      '-c',
      'user.email=a@example.com',
      'commit',
      '-q',
      '--allow-empty',
      '-m',
      'x',
    );
    await inWork('push', '-q', `${gitServer.url}/r.git`, 'main', 'main:refs/other/x');
  });
  afterEach(async () => {
    await gitServer.close();
    await rm(dir, { recursive: true, force: true });
  });

  async function inWork(...args: string[]): Promise<string> {
    return (await run('git', ['-C', join(dir, 'work'), ...args])).stdout;
  }

  it('takes pushes and serves clones, with the configuration of the call', async () => {
    await inWork('--git-dir', join(dir, 'r.git'), 'update-ref', 'refs/secret/x', 'refs/heads/main');
    const listed = await inWork('ls-remote', `${gitServer.url}/r.git`);
    expect(listed).toContain('refs/other/x');
    expect(listed).not.toContain('refs/secret');
    await inWork('clone', '-q', `${gitServer.url}/r.git`, join(dir, 'clone'));
    expect(await inWork('-C', join(dir, 'clone'), 'rev-parse', 'HEAD')).toBe(
      await inWork('rev-parse', 'main'),
    );
  });

  it('speaks version 0 only, where that is asked for', async () => {
    const url = `${gitServer.url}/r.git/info/refs?service=git-upload-pack`;
    const headers = { 'git-protocol': 'version=2' };
    expect(await (await fetch(url, { headers })).text()).toContain('version 2');
    v0Only = true;
    expect(await (await fetch(url, { headers })).text()).toContain('refs/heads/main');
  });

  it('understands gzipped requests', async () => {
    const id = (await inWork('rev-parse', 'main')).trim();
    const body = gzipSync(`0032want ${id}\n00000009done\n`);
    const answer = await fetch(`${gitServer.url}/r.git/git-upload-pack`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-git-upload-pack-request', 'content-encoding': 'gzip' },
      body,
    });
    expect((await answer.text()).startsWith('0008NAK\nPACK')).toBe(true);
  });

  it('passes on the status of what does not exist', async () => {
    expect((await fetch(`${gitServer.url}/r.git/nothing`)).status).toBe(404);
    expect((await fetch(`${gitServer.url}/r.git/HEAD`)).status).toBe(200);
  });
});
