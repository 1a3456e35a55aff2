import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createGitLab } from '../../sandbox/gitlab/gitlab.ts';
import { seedSample } from '../../sandbox/seed/sample.ts';
import type { Result } from '../../src/model/result.ts';
import { parseResult } from '../../src/report/schema.ts';
import { runCli } from '../helpers/run-cli.ts';
import { testServers } from '../helpers/servers.ts';
import { expectMoved, migrateAll, resultOf, smallServers } from '../helpers/small-server.ts';

/** What the two ways must agree on: all but times, bytes, and the address of the target. */
function comparable(result: Result, url: string): unknown {
  const text = JSON.stringify(result, (key, value: unknown) => {
    if (['ms', 'bytes', 'startedAt', 'finishedAt'].includes(key)) return null;
    return value;
  });
  return JSON.parse(text.replaceAll(url, 'https://gitlab.example.com')) as unknown;
}

test('the sample server comes to the same result over the relay and over the mirror', async () => {
  const servers = await testServers();
  seedSample(servers.gitbucket);
  const second = await createGitLab({ dir: join(servers.folder, 'gitlab-2') });
  onTestFinished(() => second.close());
  const results: unknown[] = [];

  for (const [transport, gitlab] of [
    ['relay', servers.gitlab],
    ['mirror', second],
  ] as const) {
    const cwd = join(servers.folder, transport);
    await mkdir(cwd);
    const run = await runCli(['migrate', '--all', '--json', '--concurrency', '1', '--transport', transport], {
      cwd,
      env: { ...servers.env, GITLAB_URL: gitlab.url, GITLAB_TOKEN: gitlab.token('root') },
    });
    expect(run.stdout, run.stderr).not.toBe('');
    const result = parseResult(JSON.parse(run.stdout));
    expect(result.totals.states.proven).toBeGreaterThan(20);
    results.push(comparable(result, gitlab.url));
  }

  expect(results[0]).toEqual(results[1]);
});

test('a new repository takes two requests to the source and three to the target, the proof included', async () => {
  const servers = await smallServers();

  const result = resultOf(await migrateAll(servers));

  expectMoved(servers, result);
  const asked = [...servers.gitbucket.server.requests, ...servers.gitlab.server.requests]
    .filter(({ url }) => /team-.*\.git\/|\/projects$/.test(url))
    .map(({ method, url }) => `${method} ${url.replace(/^.*\//, '').replace(/.*service=/, 'refs of ')}`);
  const counts = new Map<string, number>();
  for (const request of asked) counts.set(request, (counts.get(request) ?? 0) + 1);
  expect(Object.fromEntries(counts)).toEqual({
    // The plan's listing of the source, and the proof's of the target.
    'GET refs of git-upload-pack': 6,
    'POST git-upload-pack': 3,
    'POST projects': 3,
    // What the target can do, once a run.
    'GET refs of git-receive-pack': 1,
    'POST git-receive-pack': 3,
  });
});
