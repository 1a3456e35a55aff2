import { describe, expect, it } from 'vitest';
import { call } from './api-fixture.ts';
import { trackerWorld, type TrackerWorld } from './tracker-fixture.ts';

function upload({ gitlab, app }: TrackerWorld, name: string, content = 'boom', token = gitlab.token('root')) {
  const raw = new FormData();
  raw.set('file', new Blob([content]), name);
  return call(gitlab, 'POST', `${app}/uploads`, { token, raw });
}

describe('uploads', () => {
  it('get a secret and a cleaned name (GL-451)', async () => {
    const world = await trackerWorld();
    const { id } = world.gitlab.project('team/app');
    const { body } = await upload(world, 'a bé].png');
    expect(body.url).toMatch(/^\/uploads\/[0-9a-f]{32}\/a_bé_\.png$/);
    const [, , secret] = body.url.split('/');
    expect(body).toMatchObject({
      alt: 'a_bé_',
      full_path: `/-/project/${id}/uploads/${secret}/a_b%C3%A9_.png`,
      markdown: `![a_bé_](${body.url})`,
    });
    const alt = async (name: string) => (await upload(world, name)).body.markdown.replace(/\(.*/, '');
    expect(await alt('.hidden')).toBe('[.hidden]');
    expect(await alt('../../x.html')).toBe('[x.html]');
    expect(await alt('crash ü.log')).toBe('[crash_ü.log]');
    expect((await upload(world, `${'n'.repeat(300)}.txt`)).status).toBe(500);
  });

  it('have a greatest size, and must be files', async () => {
    const world = await trackerWorld({ settings: { maxAttachmentSize: 3 } });
    const great = await upload(world, 'x.txt');
    expect([great.status, great.text, great.headers.get('content-type')]).toEqual([
      413,
      'entity is too large\n',
      'text/plain; charset=utf-8',
    ]);
    expect((await upload(world, 'x.txt', '')).status).toBe(201);
    expect((await world.root.post(`${world.app}/uploads`, { file: 'x' })).body.error).toBe('file is invalid');
    expect((await world.root.post(`${world.app}/uploads`, {})).body.error).toBe('file is missing');
  });

  it('are listed for Maintainers, and read with their secret by whoever sees the project', async () => {
    const world = await trackerWorld();
    const { call: by, app } = world;
    const { body } = await upload(world, 'x.txt');
    const list = await by.mika.get(`${app}/uploads`);
    expect(list.body).toMatchObject([{ id: body.id, size: 4, filename: 'x.txt', uploaded_by: { id: 1 } }]);
    expect((await by.gus.get(`${app}/uploads`)).status).toBe(403);
    expect((await by.gus.get(`${app}${body.url}`)).text).toBe('boom');
    expect((await by.gus.get(`${app}/uploads/${body.id}`)).status).toBe(403);
    expect((await by.stray.get(`${app}${body.url}`)).status).toBe(404);
    expect((await by.mika.delete(`${app}/uploads/${body.id}`)).status).toBe(204);
    expect((await by.gus.get(`${app}${body.url}`)).status).toBe(404);
  });

  it('of a private project are not there for a browser without a session (GL-454)', async () => {
    const world = await trackerWorld();
    const { gitlab } = world;
    const { body } = await upload(world, 'x.txt');
    const open = (path: string) => call(gitlab, 'GET', `${gitlab.url}${path}`);
    expect((await open(body.full_path)).status).toBe(404);
    gitlab.project('team/app').visibility = 'public';
    expect((await open(body.full_path)).text).toBe('boom');
    expect((await open(body.full_path.replace('x.txt', 'y.txt'))).status).toBe(404);
    // The address of before 17.2 finds nothing new.
    expect((await open(`/team/app${body.url}`)).status).toBe(404);
  });

  it('have the old address before 17.2', async () => {
    const world = await trackerWorld({ version: '16.11.0' });
    const { body } = await upload(world, 'x.txt');
    expect(body.full_path).toBe(`/team/app${body.url}`);
    const hidden = await call(world.gitlab, 'GET', `${world.gitlab.url}${body.full_path}`);
    expect([hidden.status, hidden.headers.get('location')]).toEqual([
      302,
      `${world.gitlab.url}/users/sign_in`,
    ]);
    world.gitlab.project('team/app').visibility = 'public';
    expect((await call(world.gitlab, 'GET', `${world.gitlab.url}${body.full_path}`)).text).toBe('boom');
  });
});
