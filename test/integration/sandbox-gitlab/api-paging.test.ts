import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EmbeddedGitLab } from '../../../sandbox/gitlab.ts';
import { tempDir } from '../../helpers/temp-dir.ts';
import { as, call, startGitLab } from './api-fixture.ts';

async function withProjects(count: number, options = {}): Promise<EmbeddedGitLab> {
  const gitlab = await startGitLab(options);
  gitlab.addGroup({ path: 'team', visibility: 'public' });
  for (let n = 1; n <= count; n += 1) {
    gitlab.addProject({ namespace: 'team', path: `app-${n}`, visibility: 'public' });
  }
  return gitlab;
}

describe('offset paging (GL-340, GL-341)', () => {
  it('says where it is in headers and links', async () => {
    const gitlab = await withProjects(5);
    const root = as(gitlab, gitlab.token('root'));
    const { body, headers } = await root.get('/projects?per_page=2&page=2&order_by=id&sort=asc');
    expect(body.map((project: { path: string }) => project.path)).toEqual(['app-3', 'app-4']);
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-per-page': '2',
      'x-page': '2',
      'x-next-page': '3',
      'x-prev-page': '1',
      'x-total': '5',
      'x-total-pages': '3',
    });
    const links = (headers.get('link') ?? '').split(', ');
    expect(links.map((link) => /rel="(\w+)"/.exec(link)?.[1])).toEqual(['prev', 'next', 'first', 'last']);
    const next = /<([^>]+)>/.exec(links[1] ?? '')?.[1] ?? '';
    expect(new URL(next).searchParams.get('order_by')).toBe('id');
    const third = await call(gitlab, 'GET', next, { token: gitlab.token('root') });
    expect(third.body.map((project: { path: string }) => project.path)).toEqual(['app-5']);
    expect(third.headers.get('x-next-page')).toBe('');
  });

  it('gives 20 by default, 100 at most and nothing past the end', async () => {
    const gitlab = await withProjects(110);
    const root = as(gitlab, gitlab.token('root'));
    expect((await root.get('/projects')).body).toHaveLength(20);
    const cut = await root.get('/projects?per_page=500');
    expect([cut.body.length, cut.headers.get('x-per-page')]).toEqual([100, '100']);
    const past = await root.get('/projects?page=99');
    expect([past.status, past.body]).toEqual([200, []]);
    const zero = await root.get('/projects?per_page=0');
    expect([zero.status, zero.text]).toEqual([400, '{"error":"per_page has a value not allowed"}']);
    const first = await root.get('/projects');
    expect(first.headers.get('x-prev-page')).toBe('');
  });

  it('gives up counting above 10,000 rows', async () => {
    const gitlab = await startGitLab();
    for (let n = 0; n <= 10_000; n += 1) gitlab.addUser({ username: `u${n}`, email: `u${n}@example.com` });
    const { headers } = await as(gitlab, gitlab.token('root')).get('/users?per_page=1');
    expect(headers.get('x-total')).toBeNull();
    expect(headers.get('x-total-pages')).toBeNull();
    expect(headers.get('x-next-page')).toBe('2');
    expect(headers.get('link')).not.toContain('rel="last"');
  });

  it('refuses deep offsets where keyset paging is enforced', async () => {
    const gitlab = await withProjects(1);
    const root = as(gitlab, gitlab.token('root'));
    const users = await root.get('/users?page=502&per_page=100');
    expect([users.status, users.text]).toEqual([
      405,
      '{"error":"Offset pagination has a maximum allowed offset of 50000 for requests that return objects of type User. Remaining records can be retrieved using keyset pagination."}',
    ]);
    const deep = '/projects?page=502&per_page=100';
    expect((await call(gitlab, 'GET', deep)).status).toBe(200);
    expect((await root.get(deep)).status).toBe(200);
  });
});

describe('keyset paging (GL-343)', () => {
  it('walks projects by id with a next link only', async () => {
    const gitlab = await withProjects(5);
    const token = gitlab.token('root');
    const seen: string[] = [];
    let url = '/projects?pagination=keyset&per_page=2&order_by=id&sort=asc';
    for (let pages = 0; url !== '' && pages < 9; pages += 1) {
      const { body, headers } = await call(gitlab, 'GET', url, { token });
      seen.push(...body.map((project: { path: string }) => project.path));
      expect(headers.get('x-total')).toBeNull();
      url = /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1] ?? '';
    }
    expect(seen).toEqual(['app-1', 'app-2', 'app-3', 'app-4', 'app-5']);
  });

  it('is refused for another order, and ignored on groups', async () => {
    const gitlab = await withProjects(1);
    const root = as(gitlab, gitlab.token('root'));
    const byName = await root.get('/projects?pagination=keyset&order_by=name');
    expect([byName.status, byName.text]).toEqual([
      405,
      '{"error":"Keyset pagination is not yet available for this type of request"}',
    ]);
    const groups = await root.get('/groups?pagination=keyset&order_by=id&sort=asc');
    expect(groups.headers.get('x-total')).toBe('1');
  });
});

describe('state and speed', () => {
  it('survives a restart on the same directory', async () => {
    const gitlab = await withProjects(2);
    const token = gitlab.token('root');
    const { dir } = gitlab.context;
    await as(gitlab, token).put('/projects/team%2Fapp-1', { path: 'renamed' });
    await gitlab.close();
    const again = await startGitLab({ dir });
    const root = as(again, token);
    expect((await root.get('/projects/team%2Frenamed')).body.id).toBe(1);
    expect((await root.get('/projects/team%2Fapp-1')).status).toBe(301);
    expect((await root.post('/projects', { name: 'next' })).body.id).toBe(3);
    expect((await root.get('/users?username=root')).body).toHaveLength(1);
  });

  it('is not disturbed by a repository that a killed server left behind', async () => {
    const dir = await tempDir();
    await mkdir(join(dir, 'repositories/1.git/refs/heads'), { recursive: true });
    await writeFile(join(dir, 'repositories/1.git/refs/heads/stale'), `${'1'.repeat(40)}\n`);
    const gitlab = await startGitLab({ dir });
    const { body } = await as(gitlab, gitlab.token('root')).post('/projects', { name: 'app' });
    expect(body).toMatchObject({ id: 1, empty_repo: true });
  });

  it('answers hundreds of requests a second', async () => {
    const gitlab = await withProjects(200);
    const root = as(gitlab, gitlab.token('root'));
    gitlab.settings.applicationLimits = {};
    await root.get('/projects/1');
    const before = process.cpuUsage();
    for (let n = 0; n < 40; n += 1) {
      await Promise.all(
        Array.from({ length: 10 }, (_, index) => root.get(`/projects/team%2Fapp-${n + index + 1}`)),
      );
    }
    const { user, system } = process.cpuUsage(before);
    // Client and server together, on whatever machine this is: at least 200 requests per second of one core.
    expect((user + system) / 1000).toBeLessThan(2000);
  });
});
