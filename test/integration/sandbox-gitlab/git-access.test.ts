import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Scope } from '../../../sandbox/gitlab.ts';
import { startGitServer, type GitServer } from './git-server.ts';
import { raw } from './git-wire.ts';

const NOT_FOUND =
  "The project you were looking for could not be found or you don't have permission to view it.";
const PUSH = '/info/refs?service=git-receive-pack';
const FETCH = '/info/refs?service=git-upload-pack';

let gitlab: GitServer;

beforeAll(async () => {
  gitlab = await startGitServer();
  gitlab.addProject('private');
  gitlab.addProject('public', { visibility: 'public' });
});
afterAll(() => gitlab.close());

function ask(path: string, token?: string) {
  return raw(`${gitlab.url}/${path}`, token === undefined ? {} : { token });
}

async function pushRefusal(path: string): Promise<[number, string]> {
  const answer = await ask(`${path}.git${PUSH}`, gitlab.token);
  return [answer.status, answer.body];
}

function push() {
  return raw(`${gitlab.url}/team/private.git/git-receive-pack`, {
    token: gitlab.token,
    method: 'POST',
    headers: { 'content-type': 'application/x-git-receive-pack-request' },
    body: '0000',
  });
}

function header(pair: string) {
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

describe('login', () => {
  it('asks for credentials in the realm GitLab before a push', async () => {
    const answer = await ask(`team/public.git${PUSH}`);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Basic realm="GitLab"');
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(answer.body).toMatch(
      /^HTTP Basic: Access denied\. If a password was provided for Git authentication, /,
    );
  });

  it('asks for credentials instead of telling that a project does not exist', async () => {
    expect((await ask(`team/private.git${FETCH}`)).status).toBe(401);
    expect((await ask(`team/missing.git${FETCH}`)).status).toBe(401);
  });

  it('lets anybody fetch a public project', async () => {
    expect((await ask(`team/public.git${FETCH}`)).status).toBe(200);
  });

  it('refuses unknown, revoked and expired tokens alike, even for public projects', async () => {
    const revoked = gitlab.addToken(gitlab.owner);
    gitlab.context.state.tokens.at(-1)!.revoked = true;
    const expired = gitlab.addToken(gitlab.owner);
    gitlab.context.state.tokens.at(-1)!.expiresAt = '2020-01-01';
    for (const token of ['no-such-token-at-all', revoked, expired]) {
      const answer = await ask(`team/public.git${FETCH}`, token);
      expect([answer.status, answer.body.slice(0, 27)]).toEqual([401, 'HTTP Basic: Access denied. ']);
    }
  });

  it('takes any user name, but only the password as a token', async () => {
    const url = `${gitlab.url}/team/private.git${FETCH}`;
    expect((await raw(url, { headers: header(`whoever:${gitlab.token}`) })).status).toBe(200);
    expect((await raw(url, { headers: header(`${gitlab.token}:`) })).status).toBe(401);
    expect((await raw(url, { headers: { 'private-token': gitlab.token } })).status).toBe(401);
  });

  it('knows no blocked users, and tells deactivated ones why', async () => {
    const blocked = gitlab.addToken(gitlab.addUser({ username: 'blocked', state: 'blocked' }));
    expect((await ask(`team/public.git${FETCH}`, blocked)).status).toBe(401);
    const asleep = gitlab.addToken(gitlab.addUser({ username: 'asleep', state: 'deactivated' }));
    const answer = await ask(`team/public.git${FETCH}`, asleep);
    expect(answer.status).toBe(403);
    expect(answer.body).toMatch(/^Your account has been deactivated by your administrator\./);
  });

  it('bans an address after too many failures', async () => {
    gitlab.settings.git.failedLoginsBeforeBan = 3;
    for (let index = 0; index < 3; index += 1) await ask(`team/public.git${FETCH}`, 'wrong-token-value');
    const answer = await ask(`team/public.git${FETCH}`, gitlab.token);
    gitlab.settings.git.failedLoginsBeforeBan = 0;
    expect([answer.status, answer.body]).toEqual([
      403,
      'Too many failed authentication attempts from this IP',
    ]);
  });
});

describe('scopes', () => {
  const cases: [Scope, number, number][] = [
    ['api', 200, 200],
    ['write_repository', 200, 200],
    ['read_repository', 200, 403],
    ['read_api', 200, 403],
    ['read_user', 403, 403],
  ];

  it.each(cases)('%s: fetch %i, push %i', async (scope, fetch, push) => {
    const token = gitlab.addToken(gitlab.owner, [scope]);
    expect((await ask(`team/private.git${FETCH}`, token)).status).toBe(fetch);
    const answer = await ask(`team/private.git${PUSH}`, token);
    expect(answer.status).toBe(push);
    expect(answer.body.includes('You are not allowed to upload code.')).toBe(push === 403);
  });
});

describe('roles', () => {
  it('hides a private project from strangers', async () => {
    const token = gitlab.addToken(gitlab.addUser({ username: 'stranger' }));
    for (const path of [`team/private.git${FETCH}`, `team/private.git${PUSH}`, `team/missing.git${PUSH}`]) {
      const answer = await ask(path, token);
      expect([answer.status, answer.body]).toEqual([404, NOT_FOUND]);
    }
  });

  it('lets guests neither fetch nor push, reporters only fetch, developers both', async () => {
    const outcomes: unknown[] = [];
    for (const [username, level] of [
      ['guest', 10],
      ['reporter', 20],
      ['developer', 30],
    ] as const) {
      const user = gitlab.addUser({ username });
      gitlab.addMember(user, level);
      const token = gitlab.addToken(user);
      const fetch = await ask(`team/private.git${FETCH}`, token);
      const push = await ask(`team/private.git${PUSH}`, token);
      outcomes.push([fetch.status, push.status, push.status === 403 && push.body]);
    }
    const refused = 'You are not allowed to push code to this project.';
    expect(outcomes).toEqual([
      [403, 403, refused],
      [200, 403, refused],
      [200, 200, false],
    ]);
  });

  it('lets administrators push without membership', async () => {
    const token = gitlab.addToken(gitlab.addUser({ username: 'admin', admin: true }));
    expect((await ask(`team/private.git${PUSH}`, token)).status).toBe(200);
  });
});

describe('states of project and server', () => {
  it('refuses pushes to archived projects, but not fetches', async () => {
    gitlab.addProject('archived').archived = true;
    expect(await pushRefusal('team/archived')).toEqual([403, "You can't push code to an archived project."]);
    expect((await ask(`team/archived.git${FETCH}`, gitlab.token)).status).toBe(200);
  });

  it('refuses pushes while the storage is being moved', async () => {
    gitlab.addProject('moving').repositoryReadOnly = true;
    expect(await pushRefusal('team/moving')).toEqual([
      403,
      'The repository is temporarily read-only. Please try again later.',
    ]);
  });

  it('refuses pushes in maintenance mode and on a read-only database', async () => {
    gitlab.settings.maintenanceMode = true;
    expect(await pushRefusal('team/private')).toEqual([
      403,
      'Git push is not allowed because this GitLab instance is currently in (read-only) maintenance mode.',
    ]);
    // Before the project is looked for (ee/lib/ee/gitlab/git_access.rb): nothing is made by such a question.
    expect(await pushRefusal('no-such-group/no-such-project')).toEqual(await pushRefusal('team/private'));
    gitlab.settings.maintenanceMode = false;
    gitlab.settings.readOnlyDatabase = true;
    expect((await pushRefusal('no-such-group/no-such-project'))[0]).toBe(403);
    expect(await pushRefusal('team/private')).toEqual([
      403,
      "You can't push code to a read-only GitLab instance.",
    ]);
    gitlab.settings.readOnlyDatabase = false;
  });

  it('sends the push itself to the start page meanwhile, and serves fetches (GL-296)', async () => {
    expect((await push()).status).toBe(200);
    for (const knob of ['maintenanceMode', 'readOnlyDatabase'] as const) {
      gitlab.settings[knob] = true;
      const { status, headers, body } = await push();
      expect([status, headers['location'], body]).toEqual([301, `${gitlab.url}/`, '']);
      expect((await ask(`team/private.git${FETCH}`, gitlab.token)).status).toBe(200);
      gitlab.settings[knob] = false;
    }
  });

  it('refuses users without the terms, and all tokens where they are disabled (GL-297)', async () => {
    gitlab.settings.enforceTerms = true;
    const [status, text] = await pushRefusal('team/private');
    expect(status).toBe(403);
    expect(text).toMatch(/^You \(@\S+\) must accept the Terms of Service in order to perform this action\. /);
    gitlab.settings.enforceTerms = false;
    gitlab.settings.personalTokensDisabled = true;
    expect((await pushRefusal('team/private'))[0]).toBe(401);
    gitlab.settings.personalTokensDisabled = false;
  });

  it('refuses pushes into a group with too many users (GL-299)', async () => {
    gitlab.settings.groupsOverUserLimit = ['team'];
    expect(await pushRefusal('team/private')).toEqual([
      403,
      'Your top-level group is over the user limit and has been placed in a read-only state.',
    ]);
    gitlab.settings.groupsOverUserLimit = [];
  });

  it('refuses HTTP where the administrator has closed it', async () => {
    gitlab.settings.git.pushOverHttp = false;
    expect(await pushRefusal('team/private')).toEqual([403, 'Pushing over HTTP is not allowed.']);
    gitlab.settings.git.pullOverHttp = false;
    expect(await pushRefusal('team/private')).toEqual([403, 'Git access over HTTP is not allowed']);
    gitlab.settings.git.pushOverHttp = true;
    gitlab.settings.git.pullOverHttp = true;
  });

  it('answers in plain text while Gitaly is down, and an empty 500 to a push', async () => {
    gitlab.settings.git.gitalyDown = true;
    const listing = await ask(`team/private.git${FETCH}`, gitlab.token);
    const push = await raw(`${gitlab.url}/team/private.git/git-receive-pack`, {
      method: 'POST',
      token: gitlab.token,
      headers: { 'content-type': 'application/x-git-receive-pack-request' },
      body: '0000',
    });
    gitlab.settings.git.gitalyDown = false;
    expect([listing.status, listing.body]).toEqual([
      503,
      'The git server, Gitaly, is not available at this time. Please contact your administrator.',
    ]);
    expect([push.status, push.body]).toEqual([500, '']);
  });
});

describe('addresses', () => {
  it('leads a URL without .git on to the one with it', async () => {
    const answer = await ask(`team/public${FETCH}`);
    expect(answer.status).toBe(301);
    expect(answer.headers.location).toBe(`${gitlab.url}/team/public.git${FETCH}`);
  });

  it('finds projects whatever the letter case', async () => {
    expect((await ask(`TEAM/Public.git${FETCH}`)).status).toBe(200);
  });

  it('names the namespace only when the path has none', async () => {
    const bare = await ask(`lonely.git${PUSH}`, gitlab.token);
    expect([bare.status, bare.body]).toEqual([404, 'The namespace you were looking for could not be found.']);
    const unknown = await ask(`nowhere/thing.git${PUSH}`, gitlab.token);
    expect([unknown.status, unknown.body]).toEqual([404, NOT_FOUND]);
  });

  it('leaves everything that is not git to the pages and the API', async () => {
    expect((await ask('team/public')).body).toMatch(/^<!DOCTYPE html>/);
    expect((await ask('api/v4/projects/1.git/info/refs')).body).toBe('{"error":"404 Not Found"}');
  });
});
