import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addCollaborator } from '../../../sandbox/gitbucket.ts';
import { startTrackerServer, userJson, type TrackerServer } from './tracker-setup.ts';

const SECRET = '/repos/alice/secret';

let server: TrackerServer;
beforeEach(async () => {
  server = await startTrackerServer();
  const { gitbucket } = server;
  gitbucket.addRepository({ owner: 'alice', name: 'secret', private: true });
  gitbucket.addRepository({ owner: 'dave', name: 'ok' });
  addCollaborator(gitbucket.context, 'alice/secret', 'bob', 'ADMIN');
  addCollaborator(gitbucket.context, 'alice/secret', 'carol', 'GUEST');
  addCollaborator(gitbucket.context, 'alice/secret', 'team-b', 'DEVELOPER');
});
afterEach(() => server.close());

async function status(name: string): Promise<number> {
  return (await server.api(`${SECRET}/collaborators/${name}`, { as: 'root' })).status;
}

describe('collaborators', () => {
  test('are users only: groups are replaced by their members, and one may stand there twice', async () => {
    const { url } = server.gitbucket;
    const answer = await server.api(`${SECRET}/collaborators`, { as: 'root' });
    expect([answer.status, answer.type]).toEqual([200, 'application/json']);
    expect(answer.json()).toEqual(
      ['alice', 'bob', 'bob', 'carol', 'root'].map((login) => userJson(url, login)),
    );
  });

  test('can be asked one by one, groups not', async () => {
    expect(await status('bob')).toBe(204);
    expect(await status('root')).toBe(204);
    expect(await status('dave')).toBe(404);
    expect(await status('team-b')).toBe(404);
  });

  test('tell their role only when they are direct, and groups do too', async () => {
    const { url } = server.gitbucket;
    const probe = (name: string) => server.api(`${SECRET}/collaborators/${name}/permission`, { as: 'root' });
    expect((await probe('bob')).json()).toEqual({ permission: 'ADMIN', user: userJson(url, 'bob') });
    expect((await probe('carol')).json()).toMatchObject({ permission: 'GUEST' });
    expect((await probe('team-b')).json()).toEqual({
      permission: 'DEVELOPER',
      user: userJson(url, 'team-b', 'Organization'),
    });
    for (const name of ['root', 'alice', 'nobody']) expect((await probe(name)).status).toBe(404);
  });

  test('are added with a body that claims 204, and not twice', async () => {
    const path = '/repos/dave/ok/collaborators/bob';
    const put = (permission: string, as = 'root') =>
      server.api(path, { as, method: 'PUT', body: { permission } });
    const first = await put('push');
    expect([first.status, first.type, first.text]).toEqual([
      200,
      'application/json',
      '{"status":204,"body":{},"headers":{}}',
    ]);
    const again = await put('pull');
    expect([again.status, again.text]).toEqual([500, '{"message":"Internal Server Error"}']);
    expect((await put('push', 'alice')).status).toBe(401);
    expect((await server.api(`${path}/permission`)).json()).toMatchObject({ permission: 'DEVELOPER' });
    expect((await server.api(path, { as: 'root', method: 'DELETE' })).status).toBe(204);
    expect((await server.api(path)).status).toBe(404);
  });

  test('cannot be probed before 4.35', async () => {
    await server.close();
    server = await startTrackerServer({ version: '4.30' });
    addCollaborator(server.gitbucket.context, 'team-a/tracker', 'dave', 'GUEST');
    const path = '/repos/team-a/tracker/collaborators';
    expect((await server.api(path)).json()).toHaveLength(1);
    expect((await server.api(`${path}/dave/permission`)).status).toBe(404);
  });
});

describe('pages', () => {
  test('the members tab marks managers, without any login', async () => {
    const answer = await server.page('/team-a?tab=members');
    expect([answer.status, answer.type]).toEqual([200, 'text/html;charset=utf-8']);
    expect(answer.text).toMatch(/<a href="[^"]*\/alice">alice<\/a>\s*\(Manager\)/);
    expect(answer.text).toMatch(/<a href="[^"]*\/bob">bob<\/a>\s*<\/div>/);
  });

  test('the edit page of a group lists members with their flag, for managers and administrators', async () => {
    const input = '<input type="hidden" id="members" name="members" value="alice:true,bob:false"/>';
    expect((await server.page('/team-a/_editgroup')).status).toBe(401);
    const bob = { cookie: await server.signIn('bob') };
    expect((await server.page('/team-a/_editgroup', bob)).status).toBe(401);
    const alice = { cookie: await server.signIn('alice') };
    expect((await server.page('/team-a/_editgroup', alice)).text).toContain(input);
    expect((await server.page('/admin/users/team-a/_editgroup', alice)).status).toBe(401);
    const root = { cookie: await server.signIn('root') };
    expect((await server.page('/team-a/_editgroup', root)).text).toContain(input);
    expect((await server.page('/admin/users/team-a/_editgroup', root)).text).toContain(input);
  });

  test('an administrator sets the members of a group by form', async () => {
    const cookie = await server.signIn('root');
    const form = { groupName: 'team-a', members: 'root:true,dave:false' };
    const answer = await server.page('/admin/users/team-a/_editgroup', { cookie, form });
    expect(answer.status).toBe(302);
    const shown = await server.page('/team-a/_editgroup', { cookie });
    expect(shown.text).toContain('value="root:true,dave:false"');
  });

  test('the collaborators page calls a script with name, role and list', async () => {
    const cookie = await server.signIn('alice');
    const answer = await server.page('/alice/secret/settings/collaborators', { cookie });
    expect(answer.text).toContain("addListHTML('bob', 'ADMIN', '#collaborator-list');");
    expect(answer.text).toContain("addListHTML('team-b', 'DEVELOPER', '#group-list');");
    expect((await server.page('/alice/secret/settings/collaborators')).status).toBe(401);
    const carol = { cookie: await server.signIn('carol') };
    expect((await server.page('/alice/secret/settings/collaborators', carol)).status).toBe(401);
  });
});
