import { describe, expect, it } from 'vitest';
import { as, call, startGitLab } from './api-fixture.ts';

describe('tokens (GL-30 to GL-36)', () => {
  it('accepts a token as PRIVATE-TOKEN, Bearer and query parameter, and not as a Basic password', async () => {
    const gitlab = await startGitLab();
    const token = gitlab.token('root');
    const basic = Buffer.from(`anything:${token}`).toString('base64');
    const answers = await Promise.all([
      call(gitlab, 'GET', '/user', { token }),
      call(gitlab, 'GET', '/user', { headers: { authorization: `Bearer ${token}` } }),
      call(gitlab, 'GET', `/user?private_token=${token}`),
    ]);
    expect(answers.map((answer) => answer.body.username)).toEqual(['root', 'root', 'root']);
    const refused = await call(gitlab, 'GET', '/user', { headers: { authorization: `Basic ${basic}` } });
    expect(refused.status).toBe(401);
  });

  it('gives out token values of at least 20 characters that look like no real token', async () => {
    const gitlab = await startGitLab();
    const token = gitlab.token('root');
    expect(token.length).toBeGreaterThanOrEqual(20);
    expect(token).not.toMatch(/^gl[a-z]+-/);
  });

  it('answers 401 without a token and with an unknown one', async () => {
    const gitlab = await startGitLab();
    for (const token of [undefined, 'sandbox-token-nobody-knows']) {
      const answer = await call(gitlab, 'GET', '/user', { token });
      expect(answer.status).toBe(401);
      expect(answer.text).toBe('{"message":"401 Unauthorized"}');
      expect(answer.headers.get('content-type')).toBe('application/json');
    }
  });

  it('refuses an unknown token even where nobody needs one', async () => {
    const gitlab = await startGitLab();
    expect((await call(gitlab, 'GET', '/projects', { token: 'sandbox-token-nobody-knows' })).status).toBe(
      401,
    );
  });

  it('tells revoked and expired tokens apart with OAuth bodies', async () => {
    const gitlab = await startGitLab();
    const revoked = await call(gitlab, 'GET', '/user', { token: gitlab.token('root', { revoked: true }) });
    expect(revoked.status).toBe(401);
    expect(revoked.text).toBe(
      '{"error":"invalid_token","error_description":"Token was revoked. You have to re-authorize from the user."}',
    );
    const expired = await call(gitlab, 'GET', '/user', { token: gitlab.token('root', { expired: true }) });
    expect(expired.status).toBe(401);
    expect(expired.text).toBe(
      '{"error":"invalid_token","error_description":"Token is expired. You can either do re-authorization or token refresh."}',
    );
  });

  it('answers insufficient_scope when the token may not do it', async () => {
    const gitlab = await startGitLab();
    const reader = gitlab.token('root', { scopes: ['read_api'] });
    expect((await call(gitlab, 'GET', '/user', { token: reader })).status).toBe(200);
    const refused = await call(gitlab, 'POST', '/groups', {
      token: reader,
      body: { name: 'ab', path: 'ab' },
    });
    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({
      error: 'insufficient_scope',
      error_description: 'The request requires higher privileges than provided by the access token.',
    });
    expect(refused.body.scope).toMatch(/^api /);
    const pusher = gitlab.token('root', { scopes: ['write_repository'] });
    expect((await call(gitlab, 'GET', '/user', { token: pusher })).status).toBe(403);
    const userReader = gitlab.token('root', { scopes: ['read_user'] });
    expect((await call(gitlab, 'GET', '/user', { token: userReader })).status).toBe(200);
    expect((await call(gitlab, 'GET', '/projects', { token: userReader })).status).toBe(403);
  });

  it('describes the token itself to any scope', async () => {
    const gitlab = await startGitLab();
    const token = gitlab.token('root', { scopes: ['write_repository'] });
    const { status, body } = await call(gitlab, 'GET', '/personal_access_tokens/self', { token });
    expect(status).toBe(200);
    expect(body).toMatchObject({ revoked: false, scopes: ['write_repository'], user_id: 1, active: true });
    expect(body.expires_at).toMatch(/^\d{4}-\d\d-\d\d$/);
  });

  it('keeps blocked users out with the reason', async () => {
    const gitlab = await startGitLab();
    gitlab.addUser({ username: 'gone', email: 'gone@example.com', state: 'blocked' });
    const answer = await call(gitlab, 'GET', '/user', { token: gitlab.token('gone') });
    expect(answer.status).toBe(403);
    expect(answer.text).toBe('{"message":"403 Forbidden - Your account has been blocked."}');
  });

  it('shows is_admin and namespace_id to administrators only', async () => {
    const gitlab = await startGitLab();
    gitlab.addUser({ username: 'alice', email: 'alice@example.com' });
    const admin = await as(gitlab, gitlab.token('root')).get('/user');
    expect(admin.body).toMatchObject({ is_admin: true, namespace_id: expect.any(Number) });
    const plain = await as(gitlab, gitlab.token('alice')).get('/user');
    expect(plain.body).toMatchObject({ username: 'alice', can_create_group: true, projects_limit: 100000 });
    expect(Object.keys(plain.body)).not.toContain('is_admin');
    expect(Object.keys(plain.body)).not.toContain('namespace_id');
  });

  it('lets an administrator be one only with scope admin_mode when Admin Mode is on', async () => {
    const gitlab = await startGitLab({ settings: { adminMode: true } });
    const plain = await as(gitlab, gitlab.token('root', { scopes: ['api'] })).get('/application/settings');
    expect(plain.status).toBe(403);
    const full = await as(gitlab, gitlab.token('root', { scopes: ['api', 'admin_mode'] })).get(
      '/application/settings',
    );
    expect(full.status).toBe(200);
  });

  it('treats an empty token as nobody: public things only, the rest is not there', async () => {
    const gitlab = await startGitLab();
    gitlab.addGroup({ path: 'open', visibility: 'public' });
    gitlab.addProject({ namespace: 'open', path: 'seen', visibility: 'public' });
    gitlab.addProject({ namespace: 'open', path: 'hidden', visibility: 'private' });
    const list = await call(gitlab, 'GET', '/projects', { token: '' });
    expect(list.status).toBe(200);
    expect(list.body.map((project: { path: string }) => project.path)).toEqual(['seen']);
    const hidden = await call(gitlab, 'GET', '/projects/open%2Fhidden', { token: '' });
    expect(hidden.text).toBe('{"message":"404 Project Not Found"}');
  });
});

describe('Sudo (GL-39)', () => {
  it('runs as the named user, by header or parameter, by name or number', async () => {
    const gitlab = await startGitLab();
    const alice = gitlab.addUser({ username: 'alice', email: 'alice@example.com' });
    const token = gitlab.token('root');
    for (const sudo of ['alice', 'ALICE', String(alice.id)]) {
      expect((await call(gitlab, 'GET', '/user', { token, headers: { sudo } })).body.username).toBe('alice');
      expect((await call(gitlab, 'GET', `/user?sudo=${sudo}`, { token })).body.username).toBe('alice');
    }
  });

  it('is for administrators with the scope, and for users that exist', async () => {
    const gitlab = await startGitLab();
    gitlab.addUser({ username: 'alice', email: 'alice@example.com' });
    const headers = { sudo: 'root' };
    const plain = await call(gitlab, 'GET', '/user', { token: gitlab.token('alice'), headers });
    expect(plain.text).toBe('{"message":"403 Forbidden - Must be admin to use sudo"}');
    const unscoped = await call(gitlab, 'GET', '/user', {
      token: gitlab.token('root', { scopes: ['api'] }),
      headers: { sudo: 'alice' },
    });
    expect(unscoped.status).toBe(403);
    expect(unscoped.body).toMatchObject({ error: 'insufficient_scope', scope: 'sudo' });
    const unknown = await call(gitlab, 'GET', '/user', {
      token: gitlab.token('root'),
      headers: { sudo: 'bob' },
    });
    expect(unknown.status).toBe(404);
    expect(unknown.text).toBe(`{"message":"404 User with ID or username 'bob' Not Found"}`);
  });

  it('uses the rights of the named user, not those of the administrator', async () => {
    const gitlab = await startGitLab();
    gitlab.addUser({ username: 'alice', email: 'alice@example.com' });
    gitlab.addGroup({ path: 'private-group' });
    const answer = await call(gitlab, 'GET', '/groups/private-group', {
      token: gitlab.token('root'),
      headers: { sudo: 'alice' },
    });
    expect(answer.status).toBe(404);
  });
});

describe('version and metadata (GL-37)', () => {
  it('demand a login', async () => {
    const gitlab = await startGitLab();
    for (const path of ['/version', '/metadata', '/personal_access_tokens/self']) {
      expect((await call(gitlab, 'GET', path)).text).toBe('{"message":"401 Unauthorized"}');
    }
  });

  it('tell version and edition', async () => {
    const ee = await startGitLab();
    expect((await as(ee, ee.token('root')).get('/metadata')).body).toMatchObject({
      version: '18.9.0-ee',
      enterprise: true,
    });
    const ce = await startGitLab({ version: '17.11.0' });
    expect((await as(ce, ce.token('root')).get('/version')).body).toMatchObject({
      version: '17.11.0',
      enterprise: false,
    });
    const old = await startGitLab({ version: '15.11.0' });
    const body = (await as(old, old.token('root')).get('/version')).body;
    expect(Object.keys(body)).toEqual(['version', 'revision']);
  });
});

describe('addresses of the API (GL-6, GL-18, GL-352)', () => {
  it('answers unknown routes, wrong verbs and API v3 in their own shapes', async () => {
    const gitlab = await startGitLab();
    const root = as(gitlab, gitlab.token('root'));
    const unknown = await root.get('/no/such/route');
    expect([unknown.status, unknown.text]).toEqual([404, '{"error":"404 Not Found"}']);
    const verb = await root.post('/groups/1', {});
    expect([verb.status, verb.text]).toEqual([404, '{"error":"404 Not Found"}']);
    expect((await root.get('//metadata/')).status).toBe(200);
    const v3 = await call(gitlab, 'GET', `${gitlab.url}/api/v3/projects`);
    expect([v3.status, v3.text]).toEqual([
      410,
      '{"error":"API V3 is no longer supported. Use API V4 instead."}',
    ]);
  });

  it('lives below the relative URL and nowhere else', async () => {
    const gitlab = await startGitLab({ relativeUrl: '/gitlab' });
    expect(gitlab.url).toMatch(/\/gitlab$/);
    const token = gitlab.token('root');
    expect((await call(gitlab, 'GET', '/version', { token })).status).toBe(200);
    const outside = await call(gitlab, 'GET', `${gitlab.server.url}/api/v4/version`, { token });
    expect(outside.status).toBe(404);
    expect(outside.headers.get('content-type')).toContain('text/html');
    gitlab.addGroup({ path: 'team' });
    const group = await call(gitlab, 'GET', '/groups/team', { token });
    expect(group.body.web_url).toBe(`${gitlab.url}/groups/team`);
  });

  it('answers what nobody foresaw with a bare 500', async () => {
    const gitlab = await startGitLab();
    const { id } = gitlab.addProject({ namespace: 'root', path: 'app' });
    gitlab.context.externalUrl = 'no address at all';
    const answer = await as(gitlab, gitlab.token('root')).get(`/projects/${id}`);
    expect([answer.status, answer.text]).toEqual([500, '{"message":"500 Internal Server Error"}']);
  });

  it('leaves a plus sign in a path alone', async () => {
    const gitlab = await startGitLab();
    const { id } = gitlab.addProject({ namespace: 'root', path: 'app' });
    const root = as(gitlab, gitlab.token('root'));
    await root.post(`/projects/${id}/protected_branches`, { name: 'c++' });
    expect((await root.get(`/projects/${id}/protected_branches/c++`)).body.name).toBe('c++');
    expect((await root.get(`/projects/${id}/protected_branches/c%20%20`)).status).toBe(404);
  });

  it('redirects everything when another address is the right one', async () => {
    const gitlab = await startGitLab({ settings: { redirectTo: 'https://gitlab.example.com' } });
    const answer = await call(gitlab, 'POST', '/projects', {
      token: gitlab.token('root'),
      body: { name: 'x' },
    });
    expect(answer.status).toBe(301);
    expect(answer.headers.get('location')).toBe('https://gitlab.example.com/api/v4/projects');
  });

  it('loses addresses with encoded slashes behind a proxy that decodes them', async () => {
    const gitlab = await startGitLab({ settings: { decodesSlashes: true } });
    gitlab.addGroup({ path: 'team' });
    const project = gitlab.addProject({ namespace: 'team', path: 'app' });
    const root = as(gitlab, gitlab.token('root'));
    expect((await root.get('/projects/team%2Fapp')).text).toBe('{"error":"404 Not Found"}');
    expect((await root.get(`/projects/${project.id}`)).status).toBe(200);
  });

  it('shows the external URL in links and clone addresses', async () => {
    const gitlab = await startGitLab({ externalUrl: 'https://code.example.com:8443' });
    gitlab.addGroup({ path: 'team' });
    gitlab.addProject({ namespace: 'team', path: 'app' });
    const { body, headers } = await as(gitlab, gitlab.token('root')).get('/projects?per_page=1');
    expect(body[0].http_url_to_repo).toBe('https://code.example.com:8443/team/app.git');
    expect(headers.get('link')).toContain('<https://code.example.com:8443/api/v4/projects?');
  });
});

describe('parameters (GL-5)', () => {
  it('names all missing and malformed parameters under the key error', async () => {
    const gitlab = await startGitLab();
    const root = as(gitlab, gitlab.token('root'));
    const missing = await root.post('/groups', {});
    expect([missing.status, missing.text]).toEqual([400, '{"error":"name is missing, path is missing"}']);
    const malformed = await root.post('/groups', {
      name: 'ab',
      path: 'ab',
      parent_id: 'x',
      visibility: 'secret',
    });
    expect(malformed.text).toBe('{"error":"parent_id is invalid, visibility does not have a valid value"}');
    const project = await root.post('/projects', { description: 'nameless' });
    expect(project.text).toBe('{"error":"name, path are missing, at least one parameter must be provided"}');
  });

  it('drops undeclared ones without a word', async () => {
    const gitlab = await startGitLab();
    const { status, body } = await as(gitlab, gitlab.token('root')).post('/projects', {
      name: 'typo',
      visibilty: 'public',
      archived: true,
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({ visibility: 'private', archived: false });
  });

  it('reads JSON, forms and multipart alike, and does not know camelCase', async () => {
    const gitlab = await startGitLab();
    const token = gitlab.token('root');
    const form = new FormData();
    form.set('name', 'by multipart');
    form.set('path', 'by-multipart');
    form.set('projectCreationLevel', 'noone');
    const multipart = await call(gitlab, 'POST', '/groups', { token, raw: form });
    expect(multipart.status).toBe(201);
    expect(multipart.body).toMatchObject({ name: 'by multipart', project_creation_level: 'developer' });
    const raw = new URLSearchParams({ name: 'by form', path: 'by-form' });
    expect((await call(gitlab, 'POST', '/groups', { token, raw })).status).toBe(201);
  });

  it.each([
    ['a NUL in a text', '/groups', Buffer.from('{"name":"a\\u0000b","path":"ab"}')],
    ['a NUL below a list', '/groups', Buffer.from('{"path":"ab","x":{"y":["\\u0000"]}}')],
    ['bytes that are not UTF-8', '/groups', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['a NUL in the path', '/groups/a%00b', undefined],
    ['a NUL in the query', '/groups?search=%00', undefined],
    ['other bytes in the query', '/groups?search=%ff', undefined],
  ])('answers %s with 400 in plain text (GL-20)', async (_, path, body) => {
    const gitlab = await startGitLab();
    const answer = await fetch(`${gitlab.url}/api/v4${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'private-token': gitlab.token('root'), 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: new Uint8Array(body) }),
    });
    const type = answer.headers.get('content-type');
    expect([answer.status, type, await answer.text()]).toEqual([400, 'text/plain', 'Bad Request']);
  });

  it('refuses a body that is not the JSON it claims to be', async () => {
    const gitlab = await startGitLab();
    const answer = await call(gitlab, 'POST', '/groups', {
      token: gitlab.token('root'),
      raw: '{"name":',
      headers: { 'content-type': 'application/json' },
    });
    expect([answer.status, answer.text]).toEqual([400, '{"error":"Invalid JSON format"}']);
  });
});
