import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { configSchema, type JsonSchema } from '../../scripts/config-schema.ts';
import { loadConfig } from '../../src/config/load.ts';

const file = fileURLToPath(new URL('../../migrate.config.example.json', import.meta.url));

test('the example config loads, with the tokens from the environment', async () => {
  const env = { GITBUCKET_TOKEN: 'one', GITLAB_TOKEN: 'two' };
  const config = await loadConfig({ path: file, named: true }, env);
  expect(config.source.token).toBe('one');
  expect(config.target.token).toBe('two');
  expect(config.$schema).toBe('./migrate.config.schema.json');
});

test('the example config shows every key that there is', async () => {
  const example = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  expect(keysOf(example)).toEqual(expect.arrayContaining(schemaKeys(configSchema())));
});

test('the schema demands nothing that the environment can give', () => {
  const { required, properties } = configSchema();
  expect(required).toBeUndefined();
  expect(properties['source']?.required).toBeUndefined();
  expect(properties['target']?.properties?.['url']).toMatchObject({ type: 'string' });
});

function keysOf(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path];
  return [path, ...Object.entries(value).flatMap(([key, entry]) => keysOf(entry, `${path}.${key}`))];
}

function schemaKeys({ properties }: JsonSchema, path = ''): string[] {
  return Object.entries(properties ?? {}).flatMap(([key, entry]) => [
    `${path}.${key}`,
    ...schemaKeys(entry, `${path}.${key}`),
  ]);
}
