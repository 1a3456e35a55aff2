import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { addHook } from '../../sandbox/gitbucket.ts';
import { commitOn } from '../helpers/commits.ts';
import { killed, migrated } from '../helpers/migrated.ts';
import type { TestServers } from '../helpers/servers.ts';
import { asAdministrator, plannedIn, settingServers, stepOf } from './settings-setup.ts';

const step = 'hooks';
const on = { ...asAdministrator, config: { migrate: { hooks: true } } };
const address = 'https://ci.example/hook?key=0123456789';

type Hook = Parameters<typeof addHook>[2];

function give({ gitbucket }: TestServers, hook: Partial<Hook> = {}): ReturnType<typeof addHook> {
  return addHook(gitbucket.context, 'team/app', { url: address, events: ['push'], ...hook });
}

/** Addresses of the webhooks on GitLab, with their secrets and what they are called for. */
function hooksAt({ gitlab }: TestServers): [url: string, token: string | null, events: string][] {
  const { hooks = [] } = gitlab.project('team/app');
  return hooks.map(({ url, token, events }) => [
    url,
    token,
    Object.keys(events)
      .filter((event) => events[event])
      .join(),
  ]);
}

const made = [address, 's3cret-word', 'push_events,tag_push_events,merge_requests_events'] as const;

test('webhooks move on demand, with their secrets, once, and neither is written down', async () => {
  const servers = await settingServers();
  give(servers, { events: ['push', 'pull_request'], secret: 's3cret-word', contentType: 'json' });
  const without = await migrated(servers, asAdministrator);
  expect(stepOf(without, step)).toBeUndefined();
  const first = await migrated(servers, on);
  expect(plannedIn(first, step)).toMatchObject({ changes: true, counts: { add: 1 } });
  expect(stepOf(first, step)).toMatchObject({ state: 'proven', changed: true, counts: { add: 1 } });
  expect(hooksAt(servers)).toEqual([made]);
  const written =
    JSON.stringify([first.plan, first.items]) + readFileSync(join(servers.folder, 'journal.jsonl'));
  expect(written).not.toMatch(/s3cret|0123456789/);
  const second = await migrated(servers, on);
  expect(second.writes).toEqual([]);
  expect(stepOf(second, step)).toMatchObject({ state: 'proven', check: { compared: 1 } });
});

test('no webhook is there before GitLab is done with the pushes', async () => {
  const servers = await settingServers();
  give(servers);
  const pauses: string[] = [];
  const limits = { quietSeconds: 3600 };
  let slept = 0;
  await migrated(servers, {
    ...on,
    config: { ...on.config, limits },
    between: () => {
      servers.gitlab.server.faults.add({
        method: 'POST',
        url: /\/hooks$/,
        action: { kind: 'notice', call: () => void pauses.push('made') },
      });
    },
    slept: (ms) => {
      if (pauses.length === 0) slept = Math.max(slept, ms);
    },
  });
  expect(pauses).toEqual(['made']);
  expect(slept).toBeGreaterThan(3_000_000);
});

test('a webhook whose secret cannot be read is left with the way out', async () => {
  const servers = await settingServers();
  give(servers, { secret: 's3cret-word' });
  const run = await migrated(servers, { config: on.config });
  expect(hooksAt(servers)).toEqual([]);
  expect(run.item('team/app').state).toBe('proven');
  expect(stepOf(run, step)?.check?.differences[0]).toMatchObject({ code: 'hook-secret' });
  await migrated(servers, on);
  expect(hooksAt(servers)).toEqual([[address, 's3cret-word', 'push_events,tag_push_events']]);
});

test('events follow GitBucket until somebody on GitLab changes them; a removed webhook stays removed', async () => {
  const servers = await settingServers();
  const row = give(servers);
  await migrated(servers, on);
  row.events = ['issues'];
  await migrated(servers, on);
  expect(hooksAt(servers)).toEqual([[address, null, 'issues_events']]);
  const project = servers.gitlab.project('team/app');
  const [hook] = project.hooks ?? [];
  if (hook) hook.events['push_events'] = true;
  const kept = await migrated(servers, on);
  expect(kept.writes).toEqual([]);
  expect(stepOf(kept, step)?.check?.differences.map(({ code }) => code)).toEqual(['hook-kept']);
  project.hooks = [];
  const gone = await migrated(servers, on);
  expect(gone.writes).toEqual([]);
  expect(gone.item('team/app').state).toBe('proven');
});

test('an address that GitLab does not allow is told, and taken once an administrator allows it', async () => {
  const servers = await settingServers();
  give(servers, { url: 'http://127.0.0.1:9/hook' });
  give(servers);
  const first = await migrated(servers, on);
  expect(first.item('team/app').state).toBe('refused');
  expect(stepOf(first, step)?.check?.differences).toMatchObject([
    {
      code: 'hook-refused',
      message: 'GitLab does not take its webhook to 127.0.0.1:9: Invalid url given',
    },
  ]);
  expect(hooksAt(servers)).toHaveLength(1);
  servers.gitlab.settings.localHooks = true;
  const second = await migrated(servers, on);
  expect(second.item('team/app').state).toBe('proven');
  expect(hooksAt(servers)).toHaveLength(2);
});

test('a receiver that fails is told and not called by anybody, nor is its webhook made again', async () => {
  const servers = await settingServers();
  give(servers);
  await migrated(servers, on);
  const [hook] = servers.gitlab.project('team/app').hooks ?? [];
  if (hook) hook.failing = true;
  const run = await migrated(servers, on);
  expect(run.writes).toEqual([]);
  expect(run.item('team/app').state).toBe('proven');
  expect(stepOf(run, step)?.check?.differences[0]).toMatchObject({ code: 'hook-failing' });
});

test('a run that is killed at any write comes to the same end, with one webhook', async () => {
  for (let write = 1; ; write += 1) {
    const servers = await settingServers();
    give(servers, { events: ['push', 'pull_request'], secret: 's3cret-word' });
    const hit = await killed(servers, { ...on, killAt: { write, of: /hooks/, served: true } });
    const run = await migrated(servers, on);
    expect(run.item('team/app').state, `after write ${write}`).toBe('proven');
    expect(hooksAt(servers)).toEqual([made]);
    if (!hit) break;
  }
});

test('forms, JSON, all events and none: what GitLab has is made, the rest is told', async () => {
  const servers = await settingServers();
  const all = [
    'push',
    'create',
    'delete',
    'issues',
    'issue_comment',
    'pull_request',
    'pull_request_review_comment',
    'gollum',
    'release',
    'watch',
    'fork',
  ];
  give(servers, { url: 'https://form.example/', contentType: 'form', events: all });
  give(servers, { url: 'https://json.example/', contentType: 'json', events: ['issues'], secret: 'word' });
  give(servers, { url: 'https://silent.example/', events: [] });
  const run = await migrated(servers, on);
  expect(run.item('team/app').state).toBe('proven');
  expect(hooksAt(servers).toSorted(([one], [other]) => (one < other ? -1 : 1))).toEqual([
    [
      'https://form.example/',
      null,
      'push_events,tag_push_events,merge_requests_events,issues_events,note_events,wiki_page_events,releases_events',
    ],
    ['https://json.example/', 'word', 'issues_events'],
  ]);
  const told = run.told('team/app', step).join('\n');
  expect(told).toMatch(/form\.example is not called for fork, watch/);
  expect(told).toMatch(/silent\.example is called for nothing/);
  expect(told).toMatch(/form\.example, json\.example get GitLab's JSON/);
});

test('a receiver that answers 500 is not called by a run, and what GitLab stopped calling is told and left so', async () => {
  const called: string[] = [];
  const receiver = createServer((request, response) => {
    called.push(request.url ?? '');
    response.writeHead(500).end();
  });
  await new Promise<void>((listening) => receiver.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void receiver.close());
  const { port } = receiver.address() as AddressInfo;
  const servers = await settingServers();
  servers.gitlab.settings.localHooks = true;
  give(servers, { url: `http://127.0.0.1:${port}/hook` });
  expect((await migrated(servers, on)).item('team/app').state).toBe('proven');
  const [hook] = servers.gitlab.project('team/app').hooks ?? [];
  expect(hook?.url).toContain(String(port));
  if (hook) hook.failing = true;
  commitOn(servers.gitbucket.gitDir('team', 'app'), 'main', 'second');
  const later = await migrated(servers, on);
  expect(later.item('team/app').state).toBe('proven');
  expect(stepOf(later, step)?.check?.differences).toMatchObject([
    { code: 'hook-failing', fix: expect.stringContaining('mend the receiver') },
  ]);
  expect(later.writes.filter((write) => /hooks/.test(write))).toEqual([]);
  expect(called).toEqual([]);
});
