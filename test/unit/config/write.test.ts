import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { configText, schemaReference, writeConfig } from '../../../src/config/write.ts';
import { tempDir } from '../../helpers/temp-dir.ts';

const tokens = { GITBUCKET_TOKEN: 'token-of-gitbucket', GITLAB_TOKEN: 'token-of-gitlab' };
const servers = {
  source: { url: 'https://gitbucket.example.com/gitbucket', caFile: null },
  target: { url: 'https://gitlab.example.com', caFile: 'ca.pem', parentGroup: 'old/servers' },
  schema: './migrate.config.schema.json',
};

test('the file loads, and has its tokens from the environment', async () => {
  const path = join(await tempDir(), 'migrate.config.json');
  await writeConfig(path, configText(servers), { replace: false });

  const config = await loadConfig({ path, named: true }, tokens);
  expect(config.source).toMatchObject({ url: servers.source.url, token: 'token-of-gitbucket', caFile: null });
  expect(config.target).toMatchObject({
    url: servers.target.url,
    token: 'token-of-gitlab',
    parentGroup: 'old/servers',
    caFile: 'ca.pem',
  });
  await expect(loadConfig({ path, named: true }, {})).rejects.toThrow(
    'target.token: the environment variable GITLAB_TOKEN is not set (export GITLAB_TOKEN=…)',
  );
});

test('only the owner can read the file, and one that is there stays unless it may be replaced', async () => {
  const path = join(await tempDir(), 'migrate.config.json');
  await writeFile(path, 'mine', { mode: 0o644 });

  await expect(writeConfig(path, 'new', { replace: false })).rejects.toMatchObject({ code: 'config-exists' });
  expect(await readFile(path, 'utf8')).toBe('mine');

  await writeConfig(path, 'new', { replace: true });
  expect(await readFile(path, 'utf8')).toBe('new');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('a link that leads nowhere is not followed, and a place that cannot be written to is named', async () => {
  const folder = await tempDir();
  const link = join(folder, 'link.json');
  await symlink(join(folder, 'elsewhere.json'), link);
  await expect(writeConfig(link, 'new', { replace: false })).rejects.toMatchObject({ code: 'config-exists' });

  const path = join(folder, 'no-such-folder', 'migrate.config.json');
  const failure = { code: 'config-unwritable', object: path };
  await expect(writeConfig(path, 'new', { replace: false })).rejects.toMatchObject(failure);
  await mkdir(join(folder, 'folder.json'));
  await expect(writeConfig(join(folder, 'folder.json'), 'new', { replace: true })).rejects.toMatchObject({
    code: 'config-unwritable',
  });
});

test('the schema is named relative to the file where it lies below it, else by its address', () => {
  const file = '/home/me/move/migrate.config.json';
  const installed = '/home/me/move/node_modules/gitbucket2gitlab/migrate.config.schema.json';
  expect(schemaReference(file, installed)).toBe('./node_modules/gitbucket2gitlab/migrate.config.schema.json');
  expect(schemaReference(file, '/home/me/move/migrate.config.schema.json')).toBe(
    './migrate.config.schema.json',
  );
  expect(schemaReference(file, '/usr/lib/node_modules/gb 2/migrate.config.schema.json')).toBe(
    'file:///usr/lib/node_modules/gb%202/migrate.config.schema.json',
  );
});
