import { describe, expect, it } from 'vitest';
import { as, call, startGitLab } from './api-fixture.ts';

describe('application rate limits (GL-300 to GL-302)', () => {
  it('let exactly the threshold pass and answer with the whole interval', async () => {
    const gitlab = await startGitLab();
    gitlab.settings.applicationLimits['project_api'] = { threshold: 3, interval: 3600 };
    const { id } = gitlab.addProject({ namespace: 'root', path: 'app' });
    const root = as(gitlab, gitlab.token('root'));
    for (let n = 0; n < 3; n += 1) expect((await root.get(`/projects/${id}`)).status).toBe(200);
    const refused = await root.get(`/projects/${id}`);
    expect([refused.status, refused.text]).toEqual([
      429,
      '{"message":{"error":"This endpoint has been requested too many times. Try again later."}}',
    ]);
    expect(refused.headers.get('retry-after')).toBe('3600');
    expect(refused.headers.get('ratelimit-limit')).toBeNull();
  });

  it('count each user alone, and are off at zero', async () => {
    const gitlab = await startGitLab();
    gitlab.settings.applicationLimits['groups_api'] = { threshold: 1, interval: 3600 };
    gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    const root = as(gitlab, gitlab.token('root'));
    expect((await root.get('/groups')).status).toBe(200);
    expect((await root.get('/groups')).status).toBe(429);
    expect((await as(gitlab, gitlab.token('alice')).get('/groups')).status).toBe(200);
    gitlab.settings.applicationLimits['groups_api'] = { threshold: 0, interval: 3600 };
    expect((await root.get('/groups')).status).toBe(200);
  });

  it('start anew with the next window of the clock', async () => {
    const gitlab = await startGitLab();
    gitlab.settings.applicationLimits['groups_api'] = { threshold: 1, interval: 1 };
    const root = as(gitlab, gitlab.token('root'));
    await root.get('/groups');
    await expect.poll(async () => (await root.get('/groups')).status, { interval: 150 }).toBe(200);
  });

  it('do not limit the creation of projects and groups', async () => {
    const gitlab = await startGitLab();
    expect(Object.keys(gitlab.settings.applicationLimits)).toContain('project_api');
    const root = as(gitlab, gitlab.token('root'));
    for (const key of Object.keys(gitlab.settings.applicationLimits)) {
      gitlab.settings.applicationLimits[key] = { threshold: 1, interval: 3600 };
    }
    for (const name of ['aa', 'bb', 'cc']) {
      expect((await root.post('/projects', { name })).status).toBe(201);
      expect((await root.post('/groups', { name, path: name })).status).toBe(201);
    }
  });

  it('were fewer in older versions', async () => {
    const gitlab = await startGitLab({ version: '15.11.0' });
    const limits = Object.keys(gitlab.settings.applicationLimits);
    expect(limits).toContain('users_get_by_id');
    for (const later of ['namespace_exists', 'project_api', 'groups_api'])
      expect(limits).not.toContain(later);
  });
});

describe('Rack::Attack throttles (GL-304, GL-305)', () => {
  it('are off by default', async () => {
    const gitlab = await startGitLab();
    expect(gitlab.settings.throttles).toEqual({});
  });

  it('answer plain text with their headers, before anything else is looked at', async () => {
    const gitlab = await startGitLab();
    gitlab.settings.throttles['throttle_authenticated_api'] = { limit: 2, period: 3600 };
    const root = as(gitlab, gitlab.token('root'));
    const first = await root.get('/version');
    expect(first.headers.get('ratelimit-remaining')).toBe('1');
    expect((await root.get('/no/such/route')).status).toBe(404);
    const refused = await root.post('/groups', {});
    expect([refused.status, refused.text]).toEqual([429, 'Retry later\n']);
    expect(refused.headers.get('content-type')).toBe('text/plain');
    expect(refused.headers.get('ratelimit-name')).toBe('throttle_authenticated_api');
    expect(refused.headers.get('ratelimit-limit')).toBe('1');
    expect(refused.headers.get('ratelimit-observed')).toBe('3');
    expect(refused.headers.get('ratelimit-remaining')).toBe('0');
    const wait = Number(refused.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(3600);
    expect(Number(refused.headers.get('ratelimit-reset'))).toBeGreaterThan(Date.now() / 1000);
    expect(Date.parse(refused.headers.get('ratelimit-resettime') ?? '')).not.toBeNaN();
  });

  it('leave users of the allow list alone', async () => {
    const gitlab = await startGitLab({ settings: { throttleAllowlist: [1] } });
    gitlab.settings.throttles['throttle_authenticated_api'] = { limit: 1, period: 3600 };
    const root = as(gitlab, gitlab.token('root'));
    for (let n = 0; n < 3; n += 1) expect((await root.get('/version')).status).toBe(200);
  });

  it('show nothing on answers that pass before 18', async () => {
    const gitlab = await startGitLab({ version: '17.11.0' });
    gitlab.settings.throttles['throttle_authenticated_api'] = { limit: 1, period: 3600 };
    const root = as(gitlab, gitlab.token('root'));
    expect((await root.get('/version')).headers.get('ratelimit-limit')).toBeNull();
    expect((await root.get('/version')).headers.get('ratelimit-limit')).toBe('1');
  });

  it('count a group with its projects apart, as the deprecated form', async () => {
    const gitlab = await startGitLab();
    gitlab.settings.throttles['throttle_authenticated_deprecated_api'] = { limit: 1, period: 3600 };
    gitlab.addGroup({ path: 'team' });
    const root = as(gitlab, gitlab.token('root'));
    expect((await root.get('/groups/team')).status).toBe(200);
    expect((await root.get('/groups/team')).status).toBe(429);
    expect((await root.get('/groups/team?with_projects=false')).status).toBe(200);
  });

  it('count strangers by address and do not touch git', async () => {
    const gitlab = await startGitLab();
    gitlab.settings.throttles['throttle_unauthenticated_api'] = { limit: 1, period: 3600 };
    gitlab.addProject({ namespace: 'root', path: 'app', visibility: 'public' });
    expect((await call(gitlab, 'GET', '/projects')).status).toBe(200);
    expect((await call(gitlab, 'GET', '/projects')).status).toBe(429);
    const git = `${gitlab.url}/root/app.git/info/refs?service=git-upload-pack`;
    expect((await call(gitlab, 'GET', git)).status).toBe(200);
  });
});

describe('maintenance mode and read-only database (GL-321, GL-322)', () => {
  it('refuses JSON writes with 503 and sends all other writes to the start page', async () => {
    const gitlab = await startGitLab({ settings: { maintenanceMode: true } });
    const token = gitlab.token('root');
    const json = await call(gitlab, 'POST', '/projects', { token, body: { name: 'app' } });
    expect([json.status, json.text]).toEqual([
      503,
      '{"message":"GitLab Maintenance: system is in maintenance mode"}',
    ]);
    expect(json.headers.get('retry-after')).toBe('900');
    const form = new FormData();
    form.set('name', 'app');
    const multipart = await call(gitlab, 'POST', '/projects', { token, raw: form });
    expect([multipart.status, multipart.text]).toEqual([301, '']);
    expect(multipart.headers.get('location')).toBe(`${gitlab.url}/`);
    const followed = await fetch(multipart.headers.get('location') ?? '');
    expect([followed.status, followed.headers.get('content-type')]).toEqual([
      200,
      'text/html; charset=utf-8',
    ]);
    expect((await call(gitlab, 'GET', '/projects', { token })).body).toEqual([]);
  });

  it('has another text on a read-only database', async () => {
    const gitlab = await startGitLab({ settings: { readOnlyDatabase: true } });
    const answer = await as(gitlab, gitlab.token('root')).post('/projects', { name: 'app' });
    expect([answer.status, answer.text]).toEqual([
      403,
      '{"message":"You cannot perform write operations on a read-only instance"}',
    ]);
  });
});
