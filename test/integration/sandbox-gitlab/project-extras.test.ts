import { expect, it } from 'vitest';
import { commitOn } from '../../helpers/commits.ts';
import { as } from './api-fixture.ts';
import { trackerWorld } from './tracker-fixture.ts';

it('a status of a commit may be set again, a variable may not (GL-462)', async () => {
  const { root, app, gitlab } = await trackerWorld();
  const sha = commitOn(gitlab.gitDir('team/app'), 'main', 'x');
  const status = (state: string) => root.post(`${app}/statuses/${sha}`, { state, name: 'ci' });
  expect([await status('pending'), await status('success')].map((each) => each.status)).toEqual([201, 201]);
  expect((await status('error')).body.error).toBe('state does not have a valid value');
  const shown = (await root.get(`${app}/repository/commits/${sha}/statuses`)).body;
  expect(shown).toMatchObject([{ status: 'pending' }, { status: 'success', ref: 'main' }]);
  const variable = () => root.post(`${app}/variables`, { key: 'A', value: 'b' });
  expect((await variable()).status).toBe(201);
  expect((await variable()).body.message).toEqual({ key: ['(A) has already been taken'] });
});

it('a token of a project acts as a member of it', async () => {
  const { root, app, gitlab } = await trackerWorld();
  const { body } = await root.post(`${app}/access_tokens`, { name: 't', scopes: ['api'], access_level: 30 });
  const bot = as(gitlab, body.token);
  expect((await bot.get(app)).body.permissions.project_access).toMatchObject({ access_level: 30 });
  expect((await bot.post(`${app}/members`, { user_id: 1, access_level: 30 })).status).toBe(403);
});

const file = (file_path: string, content = 'x') => ({ file_path, content });

it('a snippet needs files, at most ten of different names', async () => {
  const { root, app } = await trackerWorld();
  const make = async (files: object[]) => {
    const { status, body } = await root.post(`${app}/snippets`, { title: 's', visibility: 'private', files });
    return [status, body.file_name ?? body.error ?? body.message];
  };
  const failed = [400, { error: 'Repository Error creating the snippet' }];
  expect(await make([file('a'), file('b')])).toEqual([201, 'a']);
  expect(await make([file('a', '')])).toEqual([400, 'files[0][content] is empty']);
  expect(await make([file('a'), file('a')])).toEqual(failed);
  expect(await make(Array.from({ length: 11 }, (_, i) => file(`f${i}`)))).toEqual(failed);
  expect((await root.get(`${app}/snippets`)).body).toMatchObject([{ title: 's' }]);
});
