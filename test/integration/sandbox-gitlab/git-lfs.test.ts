import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Project } from '../../../sandbox/gitlab.ts';
import { startGitServer, type GitServer } from './git-server.ts';
import { raw } from './git-wire.ts';

type Action = { href: string; header: Record<string, string> };
type Batch = {
  objects: { oid: string; actions?: { upload?: Action; download?: Action }; error?: unknown }[];
};

const content = Buffer.from('something big');
const oid = createHash('sha256').update(content).digest('hex');
const object = { oid, size: content.length };

let gitlab: GitServer;
let project: Project;
let developer: string;
let reporter: string;
let count = 0;

beforeAll(async () => {
  gitlab = await startGitServer();
  for (const [username, level] of [
    ['dev', 30],
    ['reader', 20],
  ] as const) {
    const user = gitlab.addUser({ username });
    gitlab.addMember(user, level);
    if (level === 30) developer = gitlab.addToken(user);
    else reporter = gitlab.addToken(user);
  }
});
beforeEach(() => {
  count += 1;
  project = gitlab.addProject(`lfs${count}`);
});
afterAll(() => gitlab.close());

async function lfs(method: string, path: string, body?: unknown, token = developer) {
  const answer = await raw(`${gitlab.url}/${project.fullPath}.git/info/lfs/${path}`, {
    method,
    token,
    headers: { 'content-type': 'application/vnd.git-lfs+json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { ...answer, json: JSON.parse(answer.body) as Batch & Record<string, unknown> };
}

function batch(operation: string, token?: string, objects: unknown[] = [object]) {
  return lfs('POST', 'objects/batch', { operation, objects }, token);
}

async function upload(body = content) {
  const { json } = await batch('upload');
  const { href, header } = json.objects[0]!.actions!.upload!;
  return raw(href, { method: 'PUT', headers: { ...header, 'Transfer-Encoding': 'chunked' }, body });
}

describe('batch', () => {
  it('offers an upload without verify, to the address of the project', async () => {
    const { status, headers, json } = await batch('upload');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/vnd.git-lfs+json; charset=utf-8');
    const actions = json.objects[0]!.actions!;
    expect(Object.keys(actions)).toEqual(['upload']);
    expect(actions.upload!.href).toBe(
      `${gitlab.url}/${project.fullPath}.git/gitlab-lfs/objects/${oid}/${content.length}`,
    );
    expect(actions.upload!.header).toMatchObject({
      Authorization: expect.stringMatching(/^Basic /) as string,
      'Content-Type': 'application/octet-stream',
      'Transfer-Encoding': 'chunked',
    });
    expect(json).not.toHaveProperty('transfer');
    expect(JSON.stringify(json)).not.toContain(Buffer.from(developer).toString('base64').slice(0, 20));
  });

  it('uploads, links to this project only, and offers no upload again', async () => {
    expect((await upload()).status).toBe(200);
    expect((await batch('upload')).json.objects[0]!.actions).toBeUndefined();
    project = gitlab.addProject(`other${count}`);
    expect((await batch('upload')).json.objects[0]!.actions).toHaveProperty('upload');
  });

  it('links what the fork source has', async () => {
    await upload();
    const fork = gitlab.addProject(`fork${count}`);
    fork.forkedFromId = project.id;
    project = fork;
    expect((await batch('upload')).json.objects[0]!.actions).toBeUndefined();
    expect(fork.lfsObjects).toHaveProperty(oid);
  });

  it('downloads what is linked and names what is not', async () => {
    const missing = (await batch('download')).json.objects[0]!;
    expect(missing.error).toEqual({
      code: 404,
      message: "Object does not exist on the server or you don't have permissions to access it",
    });
    await upload();
    const { href, header } = (await batch('download', reporter)).json.objects[0]!.actions!.download!;
    const answer = await raw(href, { headers: header });
    expect([answer.status, answer.body]).toEqual([200, content.toString()]);
  });

  it('without objects, or for a project that has no LFS, is not found', async () => {
    const none = await batch('upload', developer, []);
    expect([none.status, none.json['message']]).toEqual([404, 'Not found.']);
    expect(none.json['documentation_url']).toBe(`${gitlab.url}/help`);
    project.lfsEnabled = false;
    expect((await batch('upload')).status).toBe(404);
  });

  it('refuses uploads to those who only read, and everything to strangers', async () => {
    const refused = await batch('upload', reporter);
    expect([refused.status, refused.json['message']]).toEqual([
      403,
      'Access forbidden. Check your access level.',
    ]);
    const stranger = gitlab.addToken(gitlab.addUser({ username: `stranger${count}` }));
    expect((await batch('download', stranger)).status).toBe(404);
    const nobody = await raw(`${gitlab.url}/${project.fullPath}.git/info/lfs/objects/batch`, {
      method: 'POST',
    });
    expect(nobody.status).toBe(401);
  });

  it('tells when the server has no LFS, or takes no writes', async () => {
    gitlab.settings.lfsEnabled = false;
    const off = await batch('download');
    gitlab.settings.lfsEnabled = true;
    expect([off.status, off.json['message']]).toEqual([
      501,
      'Git LFS is not enabled on this GitLab server, contact your admin.',
    ]);
    gitlab.settings.readOnlyDatabase = true;
    const closed = await batch('upload');
    gitlab.settings.readOnlyDatabase = false;
    expect([closed.status, closed.json['message']]).toEqual([
      403,
      'You cannot write to this read-only GitLab instance.',
    ]);
  });

  it('is the only object API', async () => {
    const old = await lfs('POST', 'objects', object);
    expect([old.status, String(old.json['message']).slice(0, 31)]).toEqual([
      501,
      'Server supports batch API only,',
    ]);
  });
});

describe('objects', () => {
  it('of the wrong content or size are refused and not kept', async () => {
    for (const body of [Buffer.from('something bag'), Buffer.from('something bigger')]) {
      const answer = await upload(body);
      expect([answer.status, answer.body]).toEqual([400, 'SHA256 or size mismatch']);
    }
    expect(project.lfsObjects).toEqual({});
  });

  it('take the header of a batch answer only while it is valid and genuine', async () => {
    const { href, header } = (await batch('upload')).json.objects[0]!.actions!.upload!;
    const pair = Buffer.from(header['Authorization']!.slice(6), 'base64').toString();
    const put = (value: string) =>
      raw(href, {
        method: 'PUT',
        headers: { authorization: `Basic ${Buffer.from(value).toString('base64')}` },
        body: content,
      });
    const [claim, time] = [pair.replace(/[0-9a-f]$/, (digit) => (digit === '0' ? '1' : '0')), Date.now];
    expect((await put(claim)).status).toBe(401);
    Date.now = () => time() + 7_201_000;
    const late = await put(pair);
    Date.now = time;
    expect(late.status).toBe(401);
    expect((await put(pair)).status).toBe(200);
  });
});

describe('locks', () => {
  it('are made once, verified, and opened by their owner or by force', async () => {
    const made = await lfs('POST', 'locks', { path: 'a.psd' });
    expect(made.status).toBe(201);
    const lock = made.json['lock'] as { id: string; path: string };
    expect(lock.path).toBe('a.psd');
    const twice = await lfs('POST', 'locks', { path: 'a.psd' }, gitlab.token);
    expect([twice.status, twice.json['message'], twice.json['lock']]).toEqual([409, 'already locked', lock]);
    expect((await lfs('POST', 'locks/verify', {})).json).toEqual({ ours: [lock], theirs: [] });
    expect((await lfs('POST', 'locks/verify', {}, gitlab.token)).json).toEqual({ ours: [], theirs: [lock] });
    expect((await lfs('GET', 'locks?path=b.psd')).json).toEqual({ locks: [] });
    expect((await lfs('POST', `locks/${lock.id}/unlock`, {}, gitlab.token)).status).toBe(403);
    expect((await lfs('POST', `locks/${lock.id}/unlock`, { force: true }, gitlab.token)).status).toBe(200);
    expect((await lfs('POST', `locks/${lock.id}/unlock`, {})).status).toBe(404);
  });
});
