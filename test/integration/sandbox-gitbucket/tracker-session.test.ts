import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTrackerServer, type Answer, type TrackerServer } from './tracker-setup.ts';

let server: TrackerServer;
beforeEach(async () => {
  server = await startTrackerServer();
});
afterEach(() => server.close());

function post(password: string, cookie?: string): Promise<Answer> {
  return server.page('/signin', {
    form: { userName: 'root', password },
    ...(cookie !== undefined && { cookie }),
  });
}

function escaped(text: string): string {
  return text.replaceAll(/[.]/g, '\\.');
}

test('a good sign-in without cookie leads to the front page with the session in the path', async () => {
  const answer = await post('root');
  expect([answer.status, answer.type, answer.text]).toEqual([302, 'text/html;charset=utf-8', '']);
  expect(answer.headers.get('location')).toMatch(
    new RegExp(`^${escaped(server.gitbucket.url)}/;jsessionid=node0[0-9a-z]+\\.node0$`),
  );
  expect(answer.headers.get('set-cookie')).toMatch(/^JSESSIONID=node0[0-9a-z]+\.node0; Path=\/; HttpOnly$/);
});

test('a bad one leads back to the sign-in page, with the same status', async () => {
  const answer = await post('wrong');
  expect([answer.status, answer.text]).toEqual([302, '']);
  expect(answer.headers.get('location')).toMatch(
    new RegExp(`^${escaped(server.gitbucket.url)}/signin;jsessionid=node0[0-9a-z]+\\.node0$`),
  );
});

test('with any cookie, even a bogus one, the path stays clean', async () => {
  const { url } = server.gitbucket;
  expect((await post('root', 'JSESSIONID=bogus')).headers.get('location')).toBe(`${url}/`);
  expect((await post('wrong', 'JSESSIONID=bogus')).headers.get('location')).toBe(`${url}/signin`);
});

test('the cookie signs API calls, a failed second attempt does not end it, signing out does', async () => {
  const cookie = await server.signIn('root');
  const whoAmI = async () => (await server.api('/user', { cookie })).status;
  expect(await whoAmI()).toBe(200);
  await post('wrong', cookie);
  expect(await whoAmI()).toBe(200);
  await server.page('/signout', { cookie });
  expect(await whoAmI()).toBe(401);
});

test('groups, disabled users and unknown names cannot sign in', async () => {
  server.gitbucket.disable('carol');
  for (const userName of ['team-a', 'carol', 'nobody']) {
    const answer = await server.page('/signin', { form: { userName, password: userName } });
    expect(answer.headers.get('location')).toContain('/signin');
  }
});

test('the sign-in page is open even when anonymous access is off', async () => {
  await server.close();
  server = await startTrackerServer({ anonymousAccess: false });
  expect((await server.page('/signin')).status).toBe(200);
  expect((await server.page('/team-a?tab=members')).status).toBe(401);
});

test('with a context path the cookie and the redirect have it too', async () => {
  await server.close();
  server = await startTrackerServer({ contextPath: '/gitbucket' });
  const answer = await post('root', 'JSESSIONID=bogus');
  expect(answer.headers.get('location')).toBe(`${server.gitbucket.url}/`);
  expect(answer.headers.get('set-cookie')).toContain('Path=/gitbucket;');
});
