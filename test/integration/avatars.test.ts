import { expect, test } from 'vitest';
import { setAvatar } from '../../sandbox/gitbucket.ts';
import { killed, migrated, verified } from '../helpers/migrated.ts';
import { pngOf } from '../helpers/pictures.ts';
import type { TestServers } from '../helpers/servers.ts';
import type { StepResult } from '../../src/model/result.ts';
import type { Migrated } from '../helpers/migrated.ts';
import { asAdministrator, settingServers } from './settings-setup.ts';

const step = 'group-avatar';

function give({ gitbucket }: TestServers, login: string, name: string, bytes: Uint8Array): void {
  setAvatar(gitbucket.context, login, name, bytes);
}

function shownOf({ gitlab }: TestServers, path = 'team'): string | undefined {
  return gitlab.context.state.groups.find(({ fullPath }) => fullPath === path)?.avatar;
}

function groupStep(run: Migrated): StepResult | undefined {
  return run.items
    .find(({ kind, id }) => kind === 'group' && id === 'team')
    ?.steps.find((each) => each.step === step);
}

test('the picture of a group moves once, follows GitBucket, and stays as somebody chose it on GitLab', async () => {
  const servers = await settingServers();
  give(servers, 'team', 'a.png', pngOf('a'));
  const first = await migrated(servers, asAdministrator);
  expect(groupStep(first)).toMatchObject({ state: 'proven', changed: true, counts: { set: 1 } });
  const before = shownOf(servers);
  expect(before).toMatch(/^avatar-[0-9a-f]{16}\.png$/);
  const second = await migrated(servers, asAdministrator);
  expect(second.writes).toEqual([]);
  expect(groupStep(second)).toMatchObject({ state: 'proven', changed: false, check: { compared: 1 } });
  expect((await verified(servers, asAdministrator)).every(({ state }) => state === 'proven')).toBe(true);

  give(servers, 'team', 'b.jpg', Buffer.from('\xff\xd8\xff\xe0 a photograph', 'latin1'));
  await migrated(servers, asAdministrator);
  const after = shownOf(servers);
  expect(after).toMatch(/\.jpg$/);
  const group = servers.gitlab.context.state.groups.find(({ fullPath }) => fullPath === 'team');
  if (group) group.avatar = 'chosen.png';
  give(servers, 'team', 'a.png', pngOf('a'));
  const third = await migrated(servers, asAdministrator);
  expect(third.writes).toEqual([]);
  expect(shownOf(servers)).toBe('chosen.png');
  expect(groupStep(third)?.check?.differences[0]?.code).toBe('avatar-kept');
});

test.each([
  ['more than 200 KB', 'a.png', pngOf('a', 200 * 1024 + 1)],
  ['a drawing that may hold scripts', 'a.svg', Buffer.from('<svg/>')],
])('%s is told beforehand and moves nothing', async (_what, name, bytes) => {
  const servers = await settingServers();
  give(servers, 'team', name, bytes);
  const run = await migrated(servers, asAdministrator);
  expect(groupStep(run)).toMatchObject({ state: 'proven', changed: false });
  expect(groupStep(run)?.check?.differences[0]?.code).toBe('avatar-refused');
  expect(shownOf(servers)).toBeUndefined();
});

test('a picture that GitLab refuses all the same is told, fails nothing, and is not sent again', async () => {
  const servers = await settingServers();
  give(servers, 'team', 'a.png', pngOf('a'));
  servers.gitlab.server.faults.add({
    method: 'PUT',
    url: /\/groups\/\d+$/,
    action: {
      kind: 'status',
      status: 400,
      body: '{"message":{"avatar":["is not to our taste"]}}',
      headers: { 'content-type': 'application/json' },
    },
  });
  const first = await migrated(servers, asAdministrator);
  expect(groupStep(first)?.check?.differences[0]?.message).toContain('is not to our taste');
  expect(first.item('team/app').state).toBe('proven');
  const second = await migrated(servers, asAdministrator);
  expect(second.writes).toEqual([]);
});

test('what GitBucket draws does not move, nor what it may have drawn', async () => {
  const servers = await settingServers();
  expect(groupStep(await migrated(servers, asAdministrator))).toBeUndefined();
  give(servers, 'team', 'a.png', pngOf('a'));
  expect(groupStep(await migrated(servers))).toBeUndefined();
  give(servers, 'team', 'a.gif', Buffer.from('GIF89a picture'));
  expect(groupStep(await migrated(servers))).toMatchObject({ state: 'proven', changed: true });
});

test('a run that is killed at any write comes to the same end', async () => {
  for (let write = 1; ; write += 1) {
    const servers = await settingServers();
    give(servers, 'team', 'a.png', pngOf('a'));
    const hit = await killed(servers, {
      ...asAdministrator,
      killAt: { write, of: /\/groups\/\d+$/, served: write % 2 === 0 },
    });
    const run = await migrated(servers, asAdministrator);
    expect(groupStep(run)?.state, `after write ${write}`).toBe('proven');
    expect(shownOf(servers)).toMatch(/^avatar-/);
    if (!hit) break;
  }
});
