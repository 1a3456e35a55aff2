import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { tempDir } from '../../helpers/temp-dir.ts';
import { as, call } from './api-fixture.ts';
import { gitOk, makeRepository } from './git-server.ts';
import { trackerWorld } from './tracker-fixture.ts';

async function worldWithTags() {
  const world = await trackerWorld();
  const work = await makeRepository(await tempDir(), 1);
  const remote = `${world.gitlab.url.replace('//', `//oauth2:${world.gitlab.token('root')}@`)}/team/app.git`;
  await gitOk(work, ['push', '-q', remote, 'main', 'main:refs/tags/v1', 'main:refs/tags/dir/v2']);
  return world;
}

describe('a release', () => {
  it('needs a tag or a ref, and keeps a past date (GL-450)', async () => {
    const { root, call: by, app } = await worldWithTags();
    const make = async (fields: object) => {
      const { status, body } = await root.post(`${app}/releases`, fields);
      return [status, body.message ?? body.error ?? body.released_at];
    };
    const released_at = '2015-01-01T00:00:00.000Z';
    expect(await make({ tag_name: 'v1', released_at })).toEqual([201, released_at]);
    expect(await make({ tag_name: 'v1' })).toEqual([409, 'Release already exists']);
    expect(await make({ tag_name: 'nope' })).toEqual([422, 'Ref is not specified']);
    expect(await make({ tag_name: 'nope', ref: 'none' })).toEqual([400, 'Target none is invalid']);
    expect(await make({ tag_name: 'dir/v2', milestones: ['zzz'] })).toEqual([
      400,
      'Milestone(s) not found: zzz',
    ]);
    expect(await make({ name: 'x' })).toEqual([400, 'tag_name is missing']);
    expect((await root.post(`${app}/releases`, { tag_name: 'new', ref: 'main' })).body.commit.title).toBe(
      'change 1',
    );
    expect((await by.gus.post(`${app}/releases`, { tag_name: 'dir/v2' })).status).toBe(403);
    const future = await root.post(`${app}/releases`, { tag_name: 'dir/v2', released_at: '2099-01-01' });
    expect(future.body.upcoming_release).toBe(true);
    const tags = (await root.get(`${app}/releases`)).body.map(
      ({ tag_name }: { tag_name: string }) => tag_name,
    );
    expect(tags).toEqual(['dir/v2', 'new', 'v1']);
  });

  it('has milestones and links with names and addresses of their own', async () => {
    const { root, app, gitlab } = await worldWithTags();
    gitlab.addMilestone('team/app', { title: '1.0', state: 'closed' });
    const link = { name: 'a', url: 'http://x.test/a' };
    const twice = await root.post(`${app}/releases`, {
      tag_name: 'v1',
      assets: { links: [link, { ...link, name: 'b' }] },
    });
    expect([twice.status, twice.body.message]).toEqual([
      400,
      'Validation failed: Links url has already been taken',
    ]);
    const { body } = await root.post(`${app}/releases`, {
      tag_name: 'v1',
      milestones: ['1.0'],
      assets: { links: [link] },
    });
    expect(body).toMatchObject({ milestones: [{ title: '1.0' }], assets: { links: [link] } });
    const add = async (fields: object) =>
      (await root.post(`${app}/releases/v1/assets/links`, { name: 'n', url: 'http://x.test/n', ...fields }))
        .body.message;
    expect(await add({ name: 'a' })).toEqual(['Name has already been taken']);
    expect(await add({ url: 'nonsense' })).toEqual([
      'Url is blocked: Only allowed schemes are http, https, ftp',
    ]);
    expect(await add({ direct_asset_path: '/b' })).toEqual(['Filepath is in an invalid format']);
    expect(await add({ direct_asset_path: '/bin/b' })).toBeUndefined();
  });

  it('is changed and deleted without its tag, which shows it meanwhile', async () => {
    const { root, app } = await worldWithTags();
    await root.post(`${app}/releases`, { tag_name: 'v1', name: 'One' });
    const path = `${app}/releases/v1`;
    expect((await root.put(path, { description: 'new' })).body).toMatchObject({
      name: 'One',
      description: 'new',
    });
    const release = async () => (await root.get(`${app}/repository/tags/v1`)).body.release;
    expect(await release()).toEqual({ tag_name: 'v1', description: 'new' });
    expect((await root.delete(path)).status).toBe(200);
    expect(await release()).toBeNull();
    expect((await root.get(path)).body.message).toBe('404 Not Found');
  });
});

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('generic packages', () => {
  it('take any file, again too, under names of a few characters (GL-452)', async () => {
    const { gitlab, root, app } = await trackerWorld();
    const token = gitlab.token('root');
    const headers = { 'content-type': 'application/octet-stream' };
    const put = async (path: string, raw = 'hello') => {
      const { status, body } = await call(gitlab, 'PUT', `${app}/packages/generic/${path}`, {
        token,
        raw,
        headers,
      });
      return [status, body.message ?? body.error];
    };
    expect(await put('pkg/1.0/file.bin')).toEqual([201, '201 Created']);
    expect(await put('pkg/1.0/file.bin', 'newer')).toEqual([201, '201 Created']);
    expect(await put('pkg/a%20b/file.bin')).toEqual([400, 'package_version is invalid']);
    expect(await put('pkg/1..0/file.bin')).toEqual([400, 'package_version is invalid']);
    expect(await put('pkg/1.0/a%20b.bin')).toEqual([400, 'file_name is invalid']);
    expect(await put('pkg/1.0/%40x')).toEqual([400, 'file_name is invalid']);
    await root.put(app, { package_registry_access_level: 'disabled' });
    expect(await put('pkg/2.0/file.bin')).toEqual([201, '201 Created']);
    await root.put(app, { packages_enabled: false });
    expect(await put('pkg/2.0/file.bin')).toEqual([403, '403 Forbidden']);
    await root.put(app, { packages_enabled: true });
    gitlab.settings.maxPackageSize = 5;
    expect(await put('pkg/1.0/file.bin', 'larger')).toEqual([400, '400 Bad request - File is too large']);
    expect((await root.get(`${app}/packages/generic/pkg/1.0/file.bin`)).text).toBe('newer');
    const [{ id }] = (await root.get(`${app}/packages?package_name=pkg`)).body;
    const { body } = await root.get(`${app}/packages/${id}/package_files`);
    expect(body).toMatchObject([
      { file_name: 'file.bin', size: 5, file_sha256: sha256('hello') },
      { file_sha256: sha256('newer') },
    ]);
    expect((await as(gitlab, gitlab.token('gus')).get(`${app}/packages`)).status).toBe(403);
    expect((await root.delete(`${app}/packages/${id}`)).status).toBe(204);
  });
});
