import { expect, test } from 'vitest';
import { furnished } from '../helpers/furnished.ts';
import { migrated, type Migration } from '../helpers/migrated.ts';
import { peopled, rolesIn } from '../helpers/peopled.ts';

const config = { migrate: { createUsers: true, hooks: true } };
const everything: Migration = { password: 'root', config };

test('a run with five accounts, roles, protections, keys, webhooks, options and pictures sends no mail (P03)', async () => {
  const where = await furnished();
  const { items, writes } = await migrated(where, everything);
  await where.gitlab.settle();
  expect(new Set(items.map(({ state }) => state))).toEqual(new Set(['proven']));
  // It has done all of that.
  for (const done of [
    /POST .*\/users$/,
    /POST .*\/members$/,
    /\/share$/,
    /protected_branches/,
    /deploy_keys/,
    /POST .*\/hooks$/,
    /PUT .*\/users\/\d+$/,
    /\/block$/,
  ])
    expect(writes.join('\n')).toMatch(new RegExp(done.source, 'm'));
  expect(where.gitlab.mails).toEqual([]);
  // What mails somebody whatever the settings are.
  const always = /\/users\/\d+\/(?:keys|emails)|invitations|reset_password|resend/;
  expect(writes.filter((write) => always.test(write))).toEqual([]);
  expect((await migrated(where, everything)).writes).toEqual([]);
  expect(where.gitlab.mails).toEqual([]);
});

test('a group that was there before, its people and its two other projects are neither changed nor mailed (P11)', async () => {
  const where = await peopled();
  const { gitlab } = where;
  gitlab.addUser({ username: 'stranger', email: 'stranger@elsewhere.example' });
  gitlab.addGroup({ path: 'team', attributes: { emails_enabled: true } });
  gitlab.addMember('team', 'stranger', 50);
  for (const path of ['foreign', 'other']) gitlab.addProject({ namespace: 'team', path });
  const shown = (): string => {
    const { groups, projects } = gitlab.context.state;
    const foreign = projects.filter(({ path }) => path === 'foreign' || path === 'other');
    const group = groups.find(({ path }) => path === 'team');
    return JSON.stringify([foreign, group?.attributes, group?.avatar]);
  };
  const before = shown();
  const ids = ['team/foreign', 'team/other'].map((path) => gitlab.project(path).id);
  const { writes, item } = await migrated(where, everything);
  await gitlab.settle();
  expect(item('team/app').state).toBe('proven');
  expect(rolesIn(gitlab, 'team/app')).toContain('carol 40');
  expect(shown()).toBe(before);
  for (const id of ids) expect(writes.filter((write) => write.includes(`/projects/${id}`))).toEqual([]);
  expect(gitlab.mails).toEqual([]);
});
