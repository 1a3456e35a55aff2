import { readFile } from 'node:fs/promises';
import { validate } from 'dockerfile-utils';
import { expect, test } from 'vitest';
import packageFile from '../../package.json' with { type: 'json' };

const root = new URL('../../', import.meta.url);

test('the Containerfile is valid, installs the package that npm packs, and runs it as nobody special', async () => {
  const text = await readFile(new URL('Containerfile', root), 'utf8');
  expect(validate(text)).toEqual([]);
  const packed = `${packageFile.name}-${packageFile.version}.tgz`;
  const [, pattern = ''] = /^ARG PACKAGE=(.+)$/m.exec(text) ?? [];
  expect(packed).toMatch(new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`));
  expect(text).toMatch(/npm install .*\/tmp\/gitbucket2gitlab-\*\.tgz/);
  expect(text).toMatch(/^USER node$/m);
  const [, entry = ''] = /^ENTRYPOINT \["(\w+)"\]$/m.exec(text) ?? [];
  expect(Object.keys(packageFile.bin)).toContain(entry);
});

test('Node of the image is one that the package takes', async () => {
  const text = await readFile(new URL('Containerfile', root), 'utf8');
  const [, major = ''] = /^FROM node:(\d+)/m.exec(text) ?? [];
  expect(packageFile.engines.node).toMatch(/^>=\d+/);
  expect(Number(major)).toBeGreaterThanOrEqual(Number.parseInt(packageFile.engines.node.slice(2), 10));
});
