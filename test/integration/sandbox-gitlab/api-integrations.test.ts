import { expect, it } from 'vitest';
import { as, startGitLab } from './api-fixture.ts';

async function withIntegrations(version = '18.9.0-ee') {
  const gitlab = await startGitLab({ version, settings: { integrations: ['slack', 'jira'] } });
  gitlab.addGroup({ path: 'top', visibility: 'public' }).integrations = ['jira', 'jenkins'];
  gitlab.addGroup({ path: 'team', parent: 'top', visibility: 'public' });
  const { id } = gitlab.addProject({ namespace: 'top/team', path: 'app', visibility: 'public' });
  const root = as(gitlab, gitlab.token('root'));
  return {
    gitlab,
    root,
    id,
    path: `/projects/${id}/integrations`,
    slugs: async () =>
      (await root.get(`/projects/${id}/integrations`)).body.map((each: { slug: string }) => each.slug),
  };
}

it('gives a new project what its groups and the server have, the nearest of each (GL-368)', async () => {
  const { gitlab, root, path } = await withIntegrations();
  expect((await root.get(path)).body).toMatchObject([
    { slug: 'jira', active: true, inherited: true },
    { slug: 'jenkins', active: true, inherited: true },
    { slug: 'slack', active: true, inherited: true },
  ]);
  expect(
    gitlab.project('top/team/app').integrations?.map(({ inheritedFrom }) => typeof inheritedFrom),
  ).toEqual(['number', 'number', 'string']);
});

it('switches one off and lets it inherit again, with the fields that its kind requires (GL-365, GL-370)', async () => {
  const { gitlab, root, path, slugs } = await withIntegrations();
  expect((await root.delete(`${path}/slack`)).status).toBe(204);
  expect((await root.delete(`${path}/slack`)).status).toBe(204);
  expect(await slugs()).toEqual(['jira', 'jenkins']);
  expect((await root.get(`${path}/slack`)).body).toMatchObject({ active: false, inherited: true });

  const inherit = { use_inherited_settings: true };
  expect((await root.put(`${path}/slack`, inherit)).text).toBe('{"error":"webhook is missing"}');
  // Rendered before the settings were copied.
  expect((await root.put(`${path}/slack`, { ...inherit, webhook: '-' })).body).toMatchObject({
    active: false,
    inherited: true,
  });
  expect(await slugs()).toEqual(['jira', 'jenkins', 'slack']);
  gitlab.settings.integrations = [];
  expect((await root.put(`${path}/slack`, { ...inherit, webhook: '-' })).text).toBe(
    '{"message":"Default integration not found."}',
  );
});

it('knows nothing of inheriting before 17.3: the fields become the settings', async () => {
  const { gitlab, root, path } = await withIntegrations('17.2.9');
  expect((await root.get(path)).body[0]).not.toHaveProperty('inherited');
  await root.put(`${path}/slack`, { use_inherited_settings: true, webhook: '-' });
  expect(gitlab.project('top/team/app').integrations).toContainEqual({
    slug: 'slack',
    active: true,
    inheritedFrom: null,
  });
});

it('shows and changes integrations for maintainers only', async () => {
  const { gitlab, path } = await withIntegrations();
  gitlab.addUser({ username: 'dev', email: 'd@example.com' });
  gitlab.addMember('top/team/app', 'dev', 30);
  const dev = as(gitlab, gitlab.token('dev'));
  expect((await dev.get(path)).status).toBe(403);
  expect((await dev.delete(`${path}/slack`)).status).toBe(403);
  const root = as(gitlab, gitlab.token('root'));
  expect((await root.delete(`${path}/emails-on-push`)).text).toBe('{"message":"404 Integration Not Found"}');
  expect((await root.get(`${path}/zzz`)).text).toBe('{"error":"slug does not have a valid value"}');
});

it('tells what is in force of mails that a group above has switched off (GL-291)', async () => {
  const { gitlab, root, id } = await withIntegrations();
  const group = gitlab.context.state.groups.find(({ fullPath }) => fullPath === 'top');
  const set = (emails_enabled: boolean) => root.put(`/groups/${group?.id}`, { emails_enabled });
  expect((await set(false)).body).toMatchObject({ emails_enabled: false, emails_disabled: true });
  expect((await root.get(`/projects/${id}`)).body).toMatchObject({
    emails_enabled: true,
    emails_disabled: true,
  });
  await set(true);
  expect((await root.get(`/projects/${id}`)).body).toMatchObject({
    emails_enabled: true,
    emails_disabled: false,
  });
});
